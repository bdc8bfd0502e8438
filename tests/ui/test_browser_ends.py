"""How clips go on on the real page, also from a film of one's own, their joins, and where they end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from oelala.tasks.image_to_video import ImageToVideo
from oelala.tasks.text_to_video import TextToVideo
from tests.media import pictures
from tests.media.clips import moving_gradient
from tests.media.films import film
from tests.ui.browsing import MODEL, LiveStudio, generate, row
from tests.ui.test_browser_image import FORM, NOTE, choose, fill, open_tab
from tests.ui.test_browser_image import photo as photo
from tests.ui.test_browser_studio import drop
from tests.ui.test_pictures import VALUES, clip_of

pytestmark = pytest.mark.browser


def show(page: Any, title: str) -> None:
    """The clip of the gallery with that title, on the stage."""
    page.reload()
    page.wait_for_selector("[data-oelala=ready]")
    page.click(f".o-clip:has-text('{title}') .o-thumb")
    page.wait_for_selector("video.o-player")


def test_of_a_clip_from_the_gallery_all_joins_are_shown(page: Any, live: LiveStudio) -> None:
    joins = [
        {"frame": frame, "colour": 0.4, "colour_before": 2.5, "sharpness": 0.9, "jump": 1.1, "identity": None}
        for frame in (3, 6)
    ]
    clip_of(live.studio, TextToVideo(**{**VALUES, "prompt": "twice gone on with"}), joins=joins)
    show(page, "twice gone on with")
    lines = page.wait_for_selector(".o-joins") and page.locator(".o-joins .o-facts").all_text_contents()
    assert [line[:17] for line in lines] == ["Joined at frame 3", "Joined at frame 6"]
    clip_of(live.studio, TextToVideo(**{**VALUES, "prompt": "made in one go"}))
    show(page, "made in one go")
    page.wait_for_timeout(300)
    assert page.locator(".o-joins").count() == 0


def test_a_clip_goes_on_with_a_model_that_makes_its_size(page: Any, live: LiveStudio) -> None:
    task = TextToVideo(**{**VALUES, "model": MODEL, "prompt": "she goes on"})
    clip_of(live.studio, task, (144, 128))
    show(page, "she goes on")
    page.click(".o-under-tools button:has-text('Continue')")
    page.wait_for_selector(f"{NOTE}:has-text('144 × 128 becomes 144 × 128')")
    assert page.input_value(f"{FORM}model input") == "Wan 2.1 VACE 1.3B"
    assert page.input_value(f"{FORM}prompt textarea") == "she goes on"
    fill(page, width=144, height=128, num_frames=9)
    job = generate(page, "image-to-video")
    page.wait_for_selector(f"{row(job)}[data-state=done]", timeout=60_000)
    (join,) = live.studio.job(job).state.result.details["joins"]  # type: ignore[union-attr]
    assert (join["frame"], join["shared"]) == (9, 5)


def test_a_clip_that_no_model_can_go_on_from_says_so_at_once(page: Any, live: LiveStudio) -> None:
    clip_of(
        live.studio, TextToVideo(**{**VALUES, "prompt": "an odd size"}).model_copy(update={"model": MODEL})
    )
    show(page, "an odd size")
    page.click(".o-under-tools button:has-text('Continue')")
    notice = page.wait_for_selector(".o-notice-bad")
    assert "No model makes clips of 128 × 96 with 16 frames a second" in notice.text_content()


def test_a_film_of_ones_own_is_begun_from_and_gone_on_with(page: Any, tmp_path: Path) -> None:
    own = film(tmp_path / "own.mp4", list(moving_gradient(9, 256, 256)))
    open_tab(page)
    drop(page, own.read_bytes(), "holiday.mp4")
    page.wait_for_function("() => document.querySelector('.o-film video')?.readyState >= 2")
    page.evaluate("() => { document.querySelector('.o-film video').currentTime = 0.3; }")
    page.click("[data-picture=image] button:has-text('Begin with this frame')")
    page.wait_for_selector(f"{NOTE}:has-text('256 × 256 becomes 256 × 256')")
    assert page.is_hidden(f"{FORM}extend")
    frame = page.input_value(f"{FORM}image--name textarea")
    drop(page, own.read_bytes(), "holiday.webm")
    page.click("[data-picture=image] button:has-text('Go on from its end')")
    page.wait_for_selector(".o-extend:has-text('Goes on where a clip ends')")
    page.wait_for_selector(f"{NOTE}:has-text('256 × 256 becomes 256 × 256')")
    assert page.input_value(f"{FORM}image--name textarea") not in ("", frame)


def test_each_end_has_a_place_of_its_own(page: Any, live: LiveStudio, photo: Path, tmp_path: Path) -> None:
    open_tab(page)
    choose(page, photo)
    page.fill(f"{FORM}prompt textarea", "she waves")
    end = pictures.save(pictures.two_halves(320, 200), tmp_path / "end.png")
    page.set_input_files("[data-picture=last_image] input[type=file]", end)
    page.wait_for_selector(f"{FORM}last_image .o-picture-note:has-text('320 × 200 becomes 256 × 256')")
    page.focus(f"{FORM}last_image .o-frame")
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"() => document.querySelector('{FORM}last_focus_x input').value === '0.55'")
    fill(page)
    job = generate(page, "image-to-video")
    page.wait_for_selector(f"{row(job)}[data-state=done]", timeout=60_000)
    task = ImageToVideo(**live.studio.job(job).task)
    assert (task.focus_x, task.last_focus_x, task.last_focus_y, task.model) == (
        0.5,
        0.55,
        0.5,
        "oelala-mini",
    )
