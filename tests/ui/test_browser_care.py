"""A model looked after on the real page: given a token, paused, discarded, fetched, checked, removed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.models.download.hub import TOKEN, Hub
from tests.ui.browsing import ABSENT, ABSENT_TITLE, LiveStudio

pytestmark = pytest.mark.browser

FIELD = "[data-model-of=text-to-video]"
CARE = f"{FIELD} .o-care"


@pytest.fixture
def shared_hub(hub: Hub, live: LiveStudio) -> Iterator[Hub]:
    """As slow and open as the other tests of this studio expect it, and nobody signed in afterwards."""
    rate = hub.faults.rate
    yield hub
    hub.faults.rate, hub.faults.gated = rate, False
    (live.studio.workspace.root / "hub-token").unlink(missing_ok=True)


def test_from_a_closed_gate_to_an_empty_disk(page: Any, live: LiveStudio, shared_hub: Hub) -> None:
    """One after the other, since each of them needs what the one before it has left."""
    hub = shared_hub
    hub.faults.gated = True
    page.click("#text-to-video--model input")
    page.get_by_role("option", name=f"{ABSENT_TITLE} (not here yet)").click()
    page.click(f"{FIELD} button:has-text('Download')")
    field = page.wait_for_selector(f"{FIELD} input[type=password]")
    licence, tokens = page.query_selector_all(f"{FIELD} .o-token a")
    assert (licence.get_attribute("href"), tokens.get_attribute("href")) == (
        f"{hub.address}/Wan-AI/Wan2.1-T2V-14B-Diffusers",
        f"{hub.address}/settings/tokens",
    )
    assert "field under the model's name" in page.text_content(f"{FIELD} .o-job-fault")
    field.fill(TOKEN)
    field.press("Enter")
    page.wait_for_selector(f"{FIELD} button:has-text('Pause')")
    assert (live.studio.workspace.root / "hub-token").read_text() == TOKEN
    assert TOKEN not in page.content()
    hub.faults.gated = False

    page.wait_for_function(
        "id => / of 9 MB /.test(document.querySelector(id)?.textContent)", arg=f"{FIELD} .o-note"
    )
    page.click(f"{FIELD} button:has-text('Pause')")
    page.click(f"{CARE} summary")
    page.click(f"{CARE} button:has-text('Discard what came')")
    assert "begins at the beginning" in page.text_content(f"{CARE} .o-care-ask")
    assert page.evaluate("document.activeElement.textContent") == "Keep it"
    page.click(f"{CARE} button:has-text('Yes, discard it')")
    page.wait_for_selector(f"{FIELD} button:has-text('Download')")
    page.wait_for_selector("#o-jobs .o-note:has-text('nothing of it is here')")
    assert not live.studio.begun(ABSENT)

    hub.faults.rate = 0
    page.click(f"{FIELD} button:has-text('Download')")
    page.wait_for_selector(f"{FIELD} button", state="detached")
    page.click(f"{CARE} summary")
    page.wait_for_selector(f"{CARE} .o-care-place:has-text('on this disk, in ')")
    page.click(f"{CARE} button:has-text('Check its files')")
    page.wait_for_selector(f"{CARE} [role=status]:has-text('All is well: ')")
    page.click(f"{CARE} button:has-text('Remove')")
    assert page.text_content(f"{CARE} .o-care-ask").startswith(f"Remove {ABSENT_TITLE}? That frees ")
    page.click(f"{CARE} button:has-text('Yes, remove it')")
    page.wait_for_selector("#o-notices :text('came free.')")
    page.wait_for_function(
        "title => document.querySelector('#text-to-video--model input').value === title",
        arg=f"{ABSENT_TITLE} (not here yet)",
    )
    assert live.studio.model_folder(ABSENT) is None
