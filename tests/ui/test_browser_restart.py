"""A tab that outlives its studio: it finds the next run of it, with all of the page and what was typed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.ui.browsing import LiveStudio, start_studio, stop_studio
from tests.ui.serving import free_port

pytestmark = pytest.mark.browser

PROMPT = "#text-to-video--prompt textarea"
TYPED = "() => document.querySelector('#text-to-video--prompt textarea')?.value === 'half a thought'"


def test_a_restart_reloads_the_page_once_and_keeps_the_draft(
    browser: Any, models: Path, tmp_path: Path
) -> None:
    port = free_port()
    process, url = start_studio(tmp_path, models, port=port)
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    page.set_default_timeout(30_000)
    loads: list[str] = []
    page.on("load", lambda loaded: loads.append(loaded.url))
    try:
        page.goto(url)
        page.wait_for_selector("[data-oelala=ready]")
        first = page.evaluate("() => window.oelala.boot")
        page.fill(PROMPT, "half a thought")
        stop_studio(process)
        page.wait_for_selector("#o-offline:not([hidden])")
        page.click("#text-to-video--generate")  # Gradio notices as well, and has its own ways
        process, _ = start_studio(tmp_path, models, port=port)
        page.wait_for_function(f"first => window.oelala?.boot !== first && ({TYPED})()", arg=first)
        page.wait_for_selector("#o-offline", state="hidden")
        page.wait_for_timeout(2500)  # no second reload, by whoever
        assert len(loads) == 2
        page.fill(PROMPT, "")
        page.click("#text-to-video--generate")
        page.wait_for_selector("#text-to-video--prompt .o-fault")
    finally:
        context.close()
        stop_studio(process)


def test_half_a_page_is_loaded_again(browser: Any, live: LiveStudio) -> None:
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    page.set_default_timeout(30_000)
    broken = iter(range(3))  # the first so many of Gradio's files are cut off

    def cut(route: Any) -> None:
        if next(broken, None) is None:
            route.continue_()
        else:
            route.abort("connectionrefused")

    page.route("**/assets/*.js", cut)
    page.goto(live.url, wait_until="commit")
    page.wait_for_selector("[data-oelala=ready]")
    page.wait_for_selector(PROMPT)
    context.close()


def test_what_stays_broken_is_not_tried_for_ever(browser: Any, live: LiveStudio) -> None:
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    loads: list[str] = []
    page.on("load", lambda loaded: loads.append(loaded.url))
    page.route("**/assets/*.js", lambda route: route.abort("connectionrefused"))
    page.goto(live.url)
    page.wait_for_timeout(6000)
    assert len(loads) == 4
    context.close()
