"""Models that are not here yet, on the real page: fetched, paused, gone on with, used."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.models.download.hub import Hub
from tests.ui.browsing import ABSENT, ABSENT_TITLE, LiveStudio, fill_small, generate, row

pytestmark = pytest.mark.browser

FIELD = "[data-model-of=text-to-video]"
AMOUNT = r"/^[1-9] MB of 9 MB · (?!0\.0 )\d+\.\d MB\/s · about \d+ s left$/"


def test_a_download_in_the_queue_pauses_and_takes_no_stage(page: Any, live: LiveStudio) -> None:
    job = live.studio.download(ABSENT)
    page.wait_for_selector(f"{row(job.id)}[data-state=running]")
    assert page.text_content(f"{row(job.id)} .o-job-title") == f"Download: {ABSENT_TITLE}"
    page.wait_for_function(f"id => {AMOUNT}.test(document.querySelector(id)?.textContent)", arg=note(job.id))
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


def test_a_model_is_fetched_from_its_field_and_used_at_once(page: Any, live: LiveStudio, hub: Hub) -> None:
    open_model(page, f"{ABSENT_TITLE} (not here yet)")
    page.fill("#text-to-video--prompt textarea", "a person waves")
    page.click("#text-to-video--generate")
    fault = page.wait_for_selector("#text-to-video--model .o-fault").text_content()
    assert fault.startswith(f"{ABSENT_TITLE} is not on this computer yet. Press Download under its name.")
    assert re.search(
        r"A download of \d+\.\d GB from Wan-AI/[^(]+ \(licence Apache-2\.0\)\. With it comes a tiny decoder "
        r"for previews: ≤ 45\.3 MB from lightx2v/Autoencoders \(licence MIT\)\. (Fits|Runs|Larger|Needs) ",
        page.text_content("#text-to-video--model"),
    )

    hub.faults.rate = 500_000  # however little another test has left, it can be watched
    page.click(f"{FIELD} button")  # Download, or Continue after the pause of another test
    page.wait_for_selector(f"{FIELD} progress")
    page.wait_for_function(
        f"id => {AMOUNT}.test(document.querySelector(id)?.textContent)", arg=f"{FIELD} .o-note"
    )
    hub.faults.rate = 0  # the rest as fast as it goes
    page.wait_for_selector(f"{FIELD} button", state="detached")
    page.wait_for_function(
        "title => document.querySelector('#text-to-video--model input').value === title", arg=ABSENT_TITLE
    )
    assert page.query_selector("#text-to-video--model .o-fault") is None
    assert "A download of" not in page.text_content("#text-to-video--model")
    fill_small(page, "a person waves", steps=2)
    job = generate(page)
    page.wait_for_selector(f"{row(job)}[data-state=done]")
    assert live.studio.job(job).task["model"] == ABSENT


def open_model(page: Any, label: str) -> None:
    page.click("#text-to-video--model input")
    page.get_by_role("option", name=label).click()
    page.wait_for_selector(f"{FIELD} button")
