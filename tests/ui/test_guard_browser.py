"""The guard seen by a real browser: the page works under its policy, and what should not run does not."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.ui.serving import Running, running

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        if os.environ.get("OELALA_REQUIRE_BROWSER"):
            pytest.fail("Chromium is missing")
        pytest.skip("Chromium is missing")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("seen"), password="open sesame") as server:
        yield server


def signed_in(chromium: Browser, site: Running) -> Page:
    page = chromium.new_context(locale="nl-NL").new_page()
    page.goto(site.url)
    assert page.locator("label").inner_text() == "Wachtwoord"
    page.fill("#password", "open sesame")
    page.click("button")
    page.wait_for_selector("#queued")
    return page


def test_a_wrong_password_is_said_and_the_right_one_opens(chromium: Browser, site: Running) -> None:
    page = chromium.new_context(locale="en-GB").new_page()
    page.goto(site.url)
    page.fill("#password", "guess")
    page.click("button")
    assert page.locator("[role=alert]").inner_text() == "That is not the password."
    page.fill("#password", "open sesame")
    page.press("#password", "Enter")
    page.wait_for_selector("#queued")
    assert page.evaluate("document.cookie") == ""
    page.context.close()


def test_gradio_works_under_the_policy(chromium: Browser, site: Running, tmp_path: Path) -> None:
    page = signed_in(chromium, site)
    page.fill("#given textarea", "hello")
    for button, answer in (("#queued", "hello!"), ("#at-once", "hello?")):
        page.click(button)
        page.wait_for_function(
            "answer => document.querySelector('#answer textarea').value === answer", arg=answer
        )
    clip = tmp_path / "clip.txt"
    clip.write_text("a clip")
    with page.expect_response("**/gradio_api/upload*") as uploaded:
        page.set_input_files("#file input[type=file]", clip)
    assert uploaded.value.status == 200
    page.context.close()


def test_markup_in_a_text_runs_nothing(chromium: Browser, site: Running) -> None:
    """`gr.HTML` puts markup into the page as it is; the policy is the second line behind never doing that."""
    page = signed_in(chromium, site)
    page.wait_for_selector("img[onerror]", state="attached")
    page.evaluate(
        """() => {
            const place = document.createElement("div");
            place.innerHTML = "<svg onload='window.broken_in = true'></svg>"
                + "<iframe srcdoc='<script>parent.broken_in = true</script>'></iframe>"
                + "<a id=trap href='javascript:window.broken_in = true'>x</a>";
            document.body.append(place);
            const script = document.createElement("script");
            script.textContent = "window.broken_in = true";
            document.body.append(script);
            document.getElementById("trap").click();
        }"""
    )
    page.wait_for_timeout(300)
    assert page.evaluate("window.broken_in") is None
    refused = page.evaluate("fetch('http://203.0.113.1/').then(() => 'sent', fault => fault.name)")
    assert refused == "TypeError"
    page.context.close()


@contextmanager
def foreign_site(markup: str) -> Iterator[str]:
    """Another origin with a page that has no policy of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(markup.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()


def test_another_site_can_neither_frame_nor_embed_nor_post(chromium: Browser, site: Running) -> None:
    page = signed_in(chromium, site)
    seen: dict[tuple[str, str], int] = {}
    page.context.on(
        "response", lambda answer: seen.update({(answer.request.method, answer.url): answer.status})
    )
    markup = f"""<iframe src="{site.url}/"></iframe><img src="{site.url}/theme.css">
        <script src="{site.url}/config"></script><form method="post" action="{site.url}/oelala/poll"></form>
        <script>fetch("{site.url}/gradio_api/upload", {{method: "POST", mode: "no-cors",
            credentials: "include", body: new FormData()}});</script>"""
    with foreign_site(markup) as address:
        foreign = page.context.new_page()
        foreign.goto(address)
        foreign.wait_for_load_state("networkidle")
        with foreign.expect_navigation():
            foreign.evaluate("document.forms[0].submit()")
        assert "geweigerd" in foreign.content()
    asked = {route: status for route, status in seen.items() if route[1].startswith(site.url)}
    for path, method in [("/", "GET"), ("/theme.css", "GET"), ("/config", "GET"), ("/oelala/poll", "POST")]:
        assert asked[method, f"{site.url}{path}"] == 403, path
    assert asked["POST", f"{site.url}/gradio_api/upload"] == 403
    page.context.close()


def test_a_link_on_another_site_leads_to_the_page(chromium: Browser, site: Running) -> None:
    page = signed_in(chromium, site)
    with foreign_site(f'<a href="{site.url}/">Oelala</a>') as address:
        page.goto(address)
        page.click("a")
        page.wait_for_selector("#queued")
    page.context.close()
