"""The guard seen by a real browser: the page works under its policy, and what should not run does not."""

from __future__ import annotations

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


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("seen"), password="open sesame") as server:
        yield server


def signed_in(browser: Browser, site: Running) -> Page:
    page = browser.new_context(locale="nl-NL").new_page()
    page.goto(site.url)
    assert page.locator("label").inner_text() == "Wachtwoord"
    page.fill("#password", "open sesame")
    page.click("button")
    page.wait_for_selector("#queued")
    return page


def test_a_wrong_password_is_said_and_the_right_one_opens(browser: Browser, site: Running) -> None:
    page = browser.new_context(locale="en-GB").new_page()
    page.goto(site.url)
    page.fill("#password", "guess")
    page.click("button")
    assert page.locator("[role=alert]").inner_text() == "That is not the password."
    page.fill("#password", "open sesame")
    page.press("#password", "Enter")
    page.wait_for_selector("#queued")
    assert page.evaluate("document.cookie") == ""
    page.context.close()


def test_gradio_works_under_the_policy(browser: Browser, site: Running, tmp_path: Path) -> None:
    page = signed_in(browser, site)
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


def test_markup_in_a_text_runs_nothing(browser: Browser, site: Running) -> None:
    """`gr.HTML` puts markup into the page as it is; the policy is the second line behind never doing that."""
    page = signed_in(browser, site)
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


def test_another_site_can_neither_frame_nor_embed_nor_post(browser: Browser, site: Running) -> None:
    page = signed_in(browser, site)
    seen: dict[tuple[str, str], int] = {}
    page.context.on(
        "response", lambda answer: seen.update({(answer.request.method, answer.url): answer.status})
    )
    before = sorted(site.tmp.rglob("*"))
    markup = f"""<iframe src="{site.url}/"></iframe>
        <form method="post" action="{site.url}/oelala/poll"></form>
        <img src="{site.url}/static/img/logo.svg" onload="shown = true" onerror="shown = false">
        <script>
        const form = new FormData();
        form.append("files", new Blob(["planted"]), "planted.txt");
        const options = {{method: "POST", mode: "no-cors", credentials: "include", body: form}};
        fetch("{site.url}/gradio_api/upload", options).catch(() => null).then(() => {{ sent = true; }});
        </script>"""
    with foreign_site(markup) as address:
        foreign = page.context.new_page()
        foreign.goto(address)
        foreign.wait_for_function("typeof sent === 'boolean' && typeof shown === 'boolean'")
        assert foreign.evaluate("shown") is False
        with foreign.expect_navigation():
            foreign.evaluate("document.forms[0].submit()")
        assert "geweigerd" in foreign.content()
    assert seen["GET", f"{site.url}/"] == 403
    assert seen["POST", f"{site.url}/oelala/poll"] == 403
    assert sorted(site.tmp.rglob("*")) == before
    page.context.close()


def test_a_link_on_another_site_leads_to_the_page(browser: Browser, site: Running) -> None:
    page = signed_in(browser, site)
    with foreign_site(f'<a href="{site.url}/">Oelala</a>') as address:
        page.goto(address)
        page.click("a")
        page.wait_for_selector("#queued")
    page.context.close()
