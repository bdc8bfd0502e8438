"""A picture comes alive on the real page: chosen, framed, animated, gone on with, and brought back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from oelala.tasks.image_to_video import ImageToVideo
from oelala.tasks.text_to_video import TextToVideo
from tests.media import pictures
from tests.ui.browsing import LiveStudio, generate, job_ids, row
from tests.ui.conftest import visitor
from tests.ui.test_browser_page import reads_well_everywhere
from tests.ui.test_browser_studio import drop
from tests.ui.test_pictures import VALUES, clip_of

pytestmark = pytest.mark.browser

FORM = "#image-to-video--"
NOTE = f"{FORM}image .o-picture-note"
SMALL = {"width": 128, "height": 128, "num_frames": 5, "num_inference_steps": 2}


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return pictures.save(pictures.two_halves(300, 200), tmp_path / "photo.png")


def open_tab(page: Any) -> None:
    page.click("[data-tab-id=image-to-video]")
    page.wait_for_selector("[data-picture=image] button")
    page.wait_for_selector("[data-model-of=image-to-video][data-shape]", state="attached")


def choose(page: Any, photo: Path) -> None:
    page.set_input_files("[data-picture=image] input[type=file]", photo)
    page.wait_for_function(
        f"() => document.querySelector('{NOTE}')?.textContent.includes('becomes')", timeout=10_000
    )


def fill(page: Any, **values: Any) -> None:
    for name, value in {**SMALL, **values}.items():
        box = f"{FORM}{name} input[type=number]"
        page.fill(box, str(value))
        page.press(box, "Tab")


def box(page: Any, selector: str) -> dict[str, float]:
    found: dict[str, float] = page.query_selector(selector).bounding_box()
    return found


def test_from_a_picture_to_a_clip_framed_by_hand(page: Any, live: LiveStudio, photo: Path) -> None:
    open_tab(page)
    choose(page, photo)
    fill(page)
    words = "300 × 200 becomes 128 × 128; 33 % is cut off."
    page.wait_for_function(
        f"words => document.querySelector('{NOTE}').textContent.startsWith(words)", arg=words
    )
    page.locator(".o-frame").scroll_into_view_if_needed()
    canvas, frame = box(page, f"{FORM}image .o-canvas"), box(page, ".o-frame")
    assert canvas["width"] / canvas["height"] == pytest.approx(1.5, abs=0.02), "the picture is not stretched"
    assert frame["width"] / frame["height"] == pytest.approx(1, abs=0.03), "the frame has the clip's shape"
    page.mouse.move(frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2)
    page.mouse.down()
    page.mouse.move(canvas["x"] - 50, frame["y"] + frame["height"] / 2, steps=4)
    page.mouse.up()
    page.wait_for_function(f"() => document.querySelector('{FORM}focus_x input').value === '0'")
    assert box(page, ".o-frame")["x"] == pytest.approx(canvas["x"], abs=1.5)
    page.click(".o-chips button:has-text('Wave')")
    page.wait_for_function(
        f"() => document.querySelector('{FORM}prompt textarea').value.includes('waves with one hand')"
    )
    job = generate(page, "image-to-video")
    photo.unlink()
    page.wait_for_selector(f"{row(job)}[data-state=done]", timeout=60_000)
    task = ImageToVideo(**live.studio.job(job).task)
    assert (task.focus_x, task.focus_y, task.framing, task.width) == (0.0, 0.5, "crop", 128)
    assert live.studio.keeps_picture(task.image)

    page.wait_for_selector("video.o-player")
    page.click(".o-under-tools button:has-text('Continue')")
    page.wait_for_function(
        f"words => document.querySelector('{NOTE}')?.textContent.startsWith(words)", arg="128 × 128 becomes"
    )
    assert page.input_value(f"{FORM}prompt textarea") == task.prompt
    assert page.input_value(f"{FORM}image--name textarea") not in ("", task.image)
    page.wait_for_selector(".o-extend:has-text('Goes on where a clip ends')")
    longer = generate(page, "image-to-video")
    page.wait_for_selector(f"{row(longer)}[data-state=done]", timeout=60_000)
    page.wait_for_selector(".o-joins:has-text('Joined at frame 5: colour ')")
    made = live.studio.job(longer).state.result.details  # type: ignore[union-attr]
    assert (made["num_frames"], made["joins"][0]["frame"]) == (9, 5)
    page.click(".o-extend button")
    page.wait_for_selector(".o-extend-field", state="hidden")
    page.click(f"{row(job)} button:has-text('Reuse these settings')")
    page.wait_for_function(
        f"image => document.querySelector('{FORM}image--name textarea').value === image", arg=task.image
    )
    page.wait_for_function(f"() => document.querySelector('{FORM}focus_x input').value === '0'")


def test_keys_move_the_frame_and_bars_take_its_place(page: Any, photo: Path) -> None:
    open_tab(page)
    choose(page, photo)
    page.focus(".o-frame")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"() => document.querySelector('{FORM}focus_x input').value === '0.6'")
    page.click(f"{FORM}framing label:has-text('Black bars')")
    page.wait_for_function(f"() => document.querySelector('{NOTE}').textContent.includes('black bars')")
    assert page.is_hidden(".o-frame")
    page.click("[data-fit]")
    page.wait_for_function(f"() => document.querySelector('{FORM}width input').value === '320'")
    assert page.input_value(f"{FORM}height input") == "224"


def test_what_is_wrong_is_said_at_the_picture(page: Any, tmp_path: Path, photo: Path) -> None:
    open_tab(page)
    page.click(f"{FORM}generate")
    fault = page.wait_for_selector(f"{FORM}image .o-fault")
    assert fault.text_content().startswith("There is nothing to begin with")
    page.fill(f"{FORM}prompt textarea", "do not lose me")
    for make, words in (
        (pictures.heic, "bad is a HEIC picture"),
        (pictures.truncated, "bad is damaged"),
        (lambda path: path.write_bytes(b"") or path, "bad is not a picture."),
        (pictures.animation, "bad holds more than one picture"),
    ):
        kind = ".gif" if make is pictures.animation else ".jpg"
        bad = make((tmp_path / "x").with_suffix(kind)) and (tmp_path / "x").with_suffix(kind)
        page.set_input_files("[data-picture=image] input[type=file]", bad.rename(tmp_path / "bad"))
        page.wait_for_function(
            f"words => document.querySelector('{FORM}image .o-fault')?.textContent.startsWith(words)",
            arg=words,
        )
        assert page.locator(f"{FORM}image .o-fault").count() == 1
    choose(page, photo)
    page.wait_for_selector(f"{FORM}image .o-fault", state="detached")
    assert page.input_value(f"{FORM}prompt textarea") == "do not lose me"


def test_a_dropped_picture_and_a_clips_frame_open_the_tab(page: Any, live: LiveStudio, photo: Path) -> None:
    clip_of(live.studio, TextToVideo(**VALUES))
    drop(page, photo.read_bytes(), "photo.png")
    page.wait_for_selector(f"{NOTE}:has-text('300 × 200 becomes')")
    assert page.get_attribute("[data-tab-id=image-to-video]", "aria-selected") == "true"
    page.reload()
    page.wait_for_selector("[data-oelala=ready]")
    open_tab(page)
    page.wait_for_selector(f"{NOTE}:has-text('300 × 200 becomes')")  # the draft of a tab opened later
    page.click("[data-tab-id=text-to-video]")
    page.wait_for_selector(".o-clip")
    page.hover(".o-clip:has-text('she dances')")
    page.click(".o-clip:has-text('she dances') button[aria-label='Animate']")
    page.wait_for_selector(f"{NOTE}:has-text('128 × 96 becomes')")


def test_a_pasted_picture_is_taken(page: Any, photo: Path) -> None:
    open_tab(page)
    page.focus(f"{FORM}prompt textarea")
    paste(page, photo)
    page.wait_for_selector(f"{NOTE}:has-text('300 × 200 becomes')")


def paste(page: Any, photo: Path) -> None:
    page.evaluate(
        """([bytes, name]) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([new Uint8Array(bytes)], name, { type: "image/png" }));
          const options = { clipboardData: transfer, bubbles: true, cancelable: true };
          document.activeElement.dispatchEvent(new ClipboardEvent("paste", options));
        }""",
        [list(photo.read_bytes()), "clipboard.png"],
    )


def with_camera(page: Any) -> None:
    """Chromium shows no camera here, so the page asks one that is drawn; what follows is the real thing."""
    page.evaluate(
        """() => { window.streams = []; navigator.mediaDevices.getUserMedia = async () => {
          const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 240 });
          const pen = canvas.getContext("2d");
          setInterval(() => { pen.fillStyle = "#c81e28"; pen.fillRect(0, 0, 320, 240); }, 50);
          window.streams.push(canvas.captureStream(20));
          return window.streams.at(-1);
        }; }"""
    )
    open_tab(page)
    page.dblclick("[data-picture=image] button:has-text('Use the camera')")
    page.wait_for_function("() => document.querySelector('.o-camera video')?.videoWidth === 320")


RUNNING = (
    "() => window.streams.flatMap(one => one.getTracks()).filter(one => one.readyState === 'live').length"
)


def test_the_camera_takes_one(browser: Any, live: LiveStudio) -> None:
    with visitor(browser, live) as page:
        with_camera(page)
        assert page.evaluate("() => window.streams.length") == 1, "a double click opens one camera"
        assert page.evaluate(RUNNING) == 1
        page.click("button:has-text('Take the picture')")
        page.wait_for_selector(f"{NOTE}:has-text('320 × 240 becomes')")
        assert page.query_selector(".o-camera") is None
        assert page.evaluate(RUNNING) == 0


def test_the_camera_goes_off_when_another_picture_comes(browser: Any, live: LiveStudio, photo: Path) -> None:
    with visitor(browser, live) as page:
        with_camera(page)
        paste(page, photo)
        page.wait_for_selector(f"{NOTE}:has-text('300 × 200 becomes')")
        assert page.evaluate(RUNNING) == 0


def test_a_model_without_a_last_picture_has_no_such_field(page: Any) -> None:
    open_tab(page)
    assert page.is_visible(f"{FORM}image")
    assert page.is_visible(f"{FORM}last_image"), "Oelala Mini can be told where to end"
    choose_model(page, "Stable Video Diffusion")
    page.wait_for_selector(f"{FORM}last_image", state="hidden")


def choose_model(page: Any, title: str) -> None:
    page.click(f"{FORM}model input")
    page.get_by_role("option", name=title, exact=True).click()


def test_a_model_with_a_last_picture_shows_its_field_and_uses_it(
    page: Any, live: LiveStudio, photo: Path, tmp_path: Path
) -> None:
    open_tab(page)
    choose(page, photo)
    choose_model(page, "Wan 2.2 I2V A14B")
    page.wait_for_selector("[data-picture=last_image] button")
    end = pictures.save(pictures.two_halves(200, 300).rotate(180), tmp_path / "end.png")
    page.set_input_files("[data-picture=last_image] input[type=file]", end)
    page.wait_for_selector(f"{FORM}last_image .o-picture-note:has-text('200 × 300 becomes 832 × 480')")
    fill(page)
    job = generate(page, "image-to-video")
    page.wait_for_selector(f"{row(job)}[data-state=done]", timeout=60_000)
    task = ImageToVideo(**live.studio.job(job).task)
    assert task.last_image not in (None, task.image)
    assert task.guidance_scale_2 == 3.5
    page.click("[data-picture=last_image] button:has-text('Remove')")
    page.wait_for_selector("[data-picture=last_image] input[type=file]", state="attached")
    choose_model(page, "Stable Video Diffusion")
    page.wait_for_selector(f"{FORM}last_image", state="hidden")


def test_a_model_without_words_asks_for_motion_instead(page: Any, live: LiveStudio, photo: Path) -> None:
    open_tab(page)
    choose(page, photo)
    page.fill(f"{FORM}prompt textarea", "words it cannot read")
    choose_model(page, "Stable Video Diffusion")
    page.wait_for_selector(f"{FORM}motion_bucket_id")
    page.wait_for_selector(f"{FORM}prompt", state="detached")
    assert page.is_hidden(".o-chips")
    assert not page.is_visible(f"{FORM}guidance_scale")
    assert "At most 14." in page.text_content(f"{FORM}num_frames")
    fill(page, width=256, height=256, num_frames=6)
    assert page.input_value(f"{FORM}num_frames input") == "6", "no 4k+1 here"
    job = generate(page, "image-to-video")
    page.wait_for_selector(f"{row(job)}[data-state=done]", timeout=60_000)
    task = ImageToVideo(**live.studio.job(job).task)
    assert (task.model, task.prompt, task.num_frames, task.motion_bucket_id) == ("svd", "", 6, 127)


def test_the_same_goes_to_two_models(page: Any, live: LiveStudio, photo: Path) -> None:
    open_tab(page)
    choose(page, photo)
    fill(page)
    page.click(f"{FORM}also input")
    page.get_by_role("option", name="Stable Video Diffusion", exact=True).click()
    page.keyboard.press("Tab")
    before = set(job_ids(page))
    page.click(f"{FORM}generate")
    page.wait_for_function(
        "n => document.querySelectorAll('#o-jobs .o-job').length === n", arg=len(before) + 2
    )
    jobs = [live.studio.job(job) for job in set(job_ids(page)) - before]
    assert {job.task["model"] for job in jobs} == {"oelala-mini", "svd"}
    assert len({job.task["seed"] for job in jobs}) == 1
    for job in jobs:
        live.studio.cancel(job.id)
    for job in jobs:
        live.wait_for(job.id, "cancelled", "done")


def test_it_reads_well_everywhere(browser: Any, live: LiveStudio, photo: Path) -> None:
    with visitor(browser, live) as page:
        open_tab(page)
        reads_well_everywhere(page)
        choose(page, photo)
        reads_well_everywhere(page)


def test_a_picture_that_is_gone_is_asked_for_again(page: Any, live: LiveStudio, photo: Path) -> None:
    open_tab(page)
    choose(page, photo)
    (live.studio.workspace.inputs / page.input_value(f"{FORM}image--name textarea")).unlink()
    page.click(f"{FORM}generate")
    fault = page.wait_for_selector(f"{FORM}image .o-fault")
    assert fault.text_content().startswith("This picture is no longer in the workspace.")
