"""Models that are not here yet, on the real page: fetched, paused, gone on with, used."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ui.browsing import ABSENT, ABSENT_TITLE, LiveStudio, row

pytestmark = pytest.mark.browser

AMOUNT = r"/^[1-9] MB of 9 MB · [1-9][.0-9]* MB a second · about \d+ s left$/"


def test_a_download_in_the_queue_pauses_and_takes_no_stage(page: Any, live: LiveStudio) -> None:
    job = live.studio.download(ABSENT)
    page.wait_for_selector(f"{row(job.id)}[data-state=running]")
    assert page.text_content(f"{row(job.id)} .o-job-title") == f"Download: {ABSENT_TITLE}"
    page.wait_for_function(f"id => {AMOUNT}.test(document.querySelector(id).textContent)", arg=note(job.id))
    assert page.query_selector(f"{row(job.id)} button:has-text('Reuse')") is None
    assert page.query_selector("#o-stage .o-live") is None
    page.keyboard.press("Escape")  # stops clips, not downloads
    page.click(f"{row(job.id)} button:has-text('Pause')")
    page.wait_for_selector(f"{row(job.id)}[data-state=cancelled]")
    assert page.text_content(f"{row(job.id)} .o-state") == "Paused"
    assert page.text_content(note(job.id)) == "what came is kept"
    page.click(f"{row(job.id)} button:has-text('Continue')")
    page.wait_for_selector(row(job.id), state="detached")  # the newer one stands for both
    titles = page.locator(".o-job-title", has_text="Download:")
    assert titles.count() == 1
    page.click("#o-jobs button:has-text('Pause')")
    page.wait_for_selector("#o-jobs .o-state:has-text('Paused')")


def note(job: str) -> str:
    return f"{row(job)} .o-note"
