"""A speed chosen on the real page: visible fields follow, its LoRA is fetched under it, and off is off."""

from __future__ import annotations

from typing import Any

import pytest

from oelala.models.catalog import find
from tests.models.download.hub import Hub
from tests.ui.browsing import ABSENT_TITLE, LiveStudio

pytestmark = pytest.mark.browser

LORA = find("lightx2v-wan2.1-t2v-14b")
PLACE = '[data-model-of="text-to-video--speed"]'


def shown(page: Any, name: str) -> str:
    return str(page.input_value(f'[id="text-to-video--{name}"] input >> nth=0'))


def wait_for_value(page: Any, name: str, value: str) -> None:
    page.wait_for_function(
        "([id, value]) => document.getElementById(id)?.querySelector('input')?.value === value",
        arg=[f"text-to-video--{name}", value],
    )


def choose(page: Any, field: str, label: str) -> None:
    page.click(f"#text-to-video--{field} input")
    page.get_by_role("option", name=label, exact=True).click()


def test_fields_follow_and_the_lora_is_fetched_under_it(page: Any, live: LiveStudio, hub: Hub) -> None:
    del live
    assert not page.is_visible("#text-to-video--speed"), "Mini has none"
    page.click("#text-to-video--model input")
    page.get_by_role("option", name=ABSENT_TITLE, exact=False).first.click()
    wait_for_value(page, "num_inference_steps", "50")
    page.click("#text-to-video--advanced button")
    choose(page, "speed", "4 steps (LightX2v, not here yet)")
    wait_for_value(page, "num_inference_steps", "4")
    wait_for_value(page, "guidance_scale", "1")
    wait_for_value(page, "flow_shift", "5")
    page.wait_for_selector(f"{PLACE} button:has-text('631 MB')")
    assert "from lightx2v/Wan2.1-Distill-Loras" in page.text_content("#text-to-video--speed")
    choose(page, "speed", "As the model is")
    wait_for_value(page, "num_inference_steps", "50")
    wait_for_value(page, "guidance_scale", "5")
    page.wait_for_selector(f"{PLACE} button", state="detached")
    choose(page, "speed", "4 steps (LightX2v, not here yet)")
    wait_for_value(page, "num_inference_steps", "4")
    hub.repos[LORA.repo] = {LORA.components["transformer"].files[0]: bytes(5000)}
    page.click(f"{PLACE} button")
    page.wait_for_selector(f"{PLACE} button", state="detached")
    page.wait_for_function(
        "() => document.querySelector('#text-to-video--speed input').value === '4 steps (LightX2v)'"
    )
    assert shown(page, "num_inference_steps") == "4"
    assert "A download of" not in page.text_content("#text-to-video--speed")
