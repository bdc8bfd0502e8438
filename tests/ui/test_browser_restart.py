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
    process, url = start_studio(tmp_path, models, "", port, "--lazy")
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    page.set_default_timeout(30_000)
    loads: list[str] = []
    page.on("load", lambda loaded: loads.append(loaded.url))
    try:
        page.goto(url)
        page.wait_for_selector("[data-oelala=ready]")
        page.evaluate("() => { window.before = true; }")
        page.fill(PROMPT, "half a thought")
        stop_studio(process)
        page.wait_for_selector("#o-offline:not([hidden])")
        # Gradio notices as well, and has its own ways: the form may be gone already
        page.evaluate("() => document.querySelector('#text-to-video--generate')?.click()")
        process, _ = start_studio(tmp_path, models, "", port, "--lazy")
        # the page of before hears of the new studio a second before it goes, with all that was typed
        page.wait_for_function(f"() => !window.before && ({TYPED})()")
        page.wait_for_selector("#o-offline", state="hidden")
        page.wait_for_timeout(2500)  # no second reload, by whoever
        assert len(loads) == 2
        page.fill(PROMPT, "")
        page.click("#text-to-video--generate")
        page.wait_for_selector("#text-to-video--prompt .o-fault")
    finally:
        context.close()
        stop_studio(process)


def test_half_a_page_is_loaded_again_but_not_for_ever(browser: Any, live: LiveStudio) -> None:
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    page.set_default_timeout(30_000)
    loads: list[str] = []
    page.on("load", lambda loaded: loads.append(loaded.url))
    cut_off = iter(range(3))  # so many of Gradio's files, as by a studio that stops

    def answer(route: Any) -> None:
        if next(cut_off, None) is None:
            route.continue_()
        else:
            route.abort("connectionrefused")

    page.route("**/assets/*.js", answer)
    page.goto(live.url, wait_until="commit")
    page.wait_for_selector("[data-oelala=ready]")
    page.wait_for_selector(PROMPT)
    assert 2 <= len(loads) <= 4

    cut_off = iter(range(10**6))
    page.reload()
    while len(loads) < 5:  # the first, the one asked for, and three that the page asked for itself
        page.wait_for_event("load")
    page.wait_for_timeout(2500)
    assert len(loads) == 5
    context.close()
