"""The page as a visitor uses it: ask, watch, look, cancel, come back, use again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from oelala.media.video import read_frames
from oelala.tasks.base import Task
from oelala.tasks.job import Done
from tests.ui.browsing import LiveStudio, choose_model, fill_small, generate, row
from tests.ui.conftest import visitor

pytestmark = pytest.mark.browser

EVIL = '<img src=x onerror="window.broken_in=1"><script>window.broken_in=1</script> ${7*7} {{7*7}}'
PLAYING = "() => { const v = document.querySelector('video.o-player'); return v && v.currentTime > 0.05; }"
STEP = "/(\\d+) of (\\d+)/"


def steps_seen(page: Any) -> int:
    """The step that the stage shows; 0 when it shows none."""
    text = page.text_content(".o-phase") if page.query_selector(".o-phase") else ""
    words = (text or "").split()
    return int(words[words.index("of") - 1]) if "of" in words else 0


def test_from_a_sentence_to_a_clip_that_plays(page: Any, live: LiveStudio) -> None:
    choose_model(page)
    fill_small(page, "a person in a red shirt waves", steps=100, frames=49)
    job = generate(page)
    page.wait_for_function("() => /step \\d+ of 100/.test(document.querySelector('.o-phase')?.textContent)")
    first = steps_seen(page)
    page.wait_for_selector(".o-preview:not([hidden])")
    page.wait_for_function(
        f"() => {{ const m = document.querySelector('.o-phase')?.textContent.match({STEP}); "
        f"return !m || Number(m[1]) > {first}; }}"
    )
    page.wait_for_function(PLAYING, timeout=60_000)
    assert page.text_content(f"{row(job)} .o-state") == "Done"

    done = live.studio.job(job)
    assert isinstance(done.state, Done)
    clip = live.studio.workspace.root / str(done.state.result.output)
    frames = np.stack(list(read_frames(clip))).astype(int)
    assert frames.shape == (49, 128, 128, 3)
    assert np.abs(np.diff(frames, axis=0)).mean() > 0.2
    page.wait_for_selector(".o-clip img")
    assert page.evaluate("() => document.querySelector('.o-clip img').naturalWidth") > 0
    # The seed that chance chose is shown, and is in no way locked.
    assert page.input_value("#text-to-video--seed input, #text-to-video--seed textarea") == str(
        done.task["seed"]
    )
    assert not page.is_checked("#text-to-video--lock input")


def test_a_reload_in_mid_job_and_a_second_tab_reattach(page: Any, live: LiveStudio, browser: Any) -> None:
    choose_model(page)
    fill_small(page, "reload me", steps=200, frames=161)
    job = generate(page)
    page.wait_for_function("() => /step \\d+ of 200/.test(document.querySelector('.o-phase')?.textContent)")
    before = steps_seen(page)
    page.reload()
    page.wait_for_selector(f"{row(job)}[data-state=running]")
    page.wait_for_function("() => /step \\d+ of 200/.test(document.querySelector('.o-phase')?.textContent)")
    assert steps_seen(page) >= before
    # What was typed survived as well.
    page.wait_for_function(
        "() => document.querySelector('#text-to-video--prompt textarea').value === 'reload me'"
    )
    page.wait_for_function(
        "() => document.querySelector('#text-to-video--num_inference_steps input').value === '200'"
    )
    with visitor(browser, live) as other:
        other.wait_for_selector(f"{row(job)}[data-state=running]")
        other.keyboard.press("Escape")
        other.wait_for_selector(f"{row(job)}[data-state=cancelled]")
    page.wait_for_selector(f"{row(job)}[data-state=cancelled]", timeout=1500)
    assert live.studio.job(job).state.name == "cancelled"


def test_keys_queue_and_cancel(page: Any, live: LiveStudio) -> None:
    choose_model(page)
    fill_small(page, "by keyboard", steps=200, frames=161)
    page.fill("#text-to-video--num_videos_per_prompt input", "3")
    page.focus("#text-to-video--prompt textarea")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".o-job[data-state=running]")
    page.wait_for_function("() => document.querySelectorAll('.o-job[data-state=queued]').length === 2")
    notes = page.eval_on_selector_all(
        ".o-job[data-state=queued] .o-note", "all => all.map(n => n.textContent)"
    )
    assert notes == ["1 before it", "2 before it"]
    jobs = page.eval_on_selector_all(
        ".o-job[data-state=running], .o-job[data-state=queued]", "all => all.map(n => n.dataset.job)"
    )
    seeds = [live.studio.job(job).task["seed"] for job in jobs]
    assert [seed - seeds[0] for seed in seeds] == [0, 1, 2]
    for job in reversed(jobs):
        page.click(f"{row(job)} button:has-text('Cancel')")
        page.wait_for_selector(f"{row(job)}[data-state=cancelled]")
    page.click(f"{row(jobs[0])} button:has-text('Retry')")
    page.wait_for_selector(".o-job[data-state=running]")
    page.keyboard.press("Escape")
    page.wait_for_selector(".o-job[data-state=running]", state="detached")


def test_faults_stand_at_their_fields(page: Any) -> None:
    page.click("#text-to-video--generate")
    assert page.text_content("#text-to-video--prompt .o-fault").startswith("Something is still missing here.")
    assert page.evaluate("() => document.activeElement.tagName") == "TEXTAREA"
    page.fill("#text-to-video--prompt textarea", "x" * 10_000)
    page.wait_for_selector(".o-fault", state="detached")
    page.fill("#text-to-video--width input", "250")
    page.click("#text-to-video--generate")
    assert "10000 characters, 4000 fit" in page.text_content("#text-to-video--prompt .o-fault")
    page.fill("#text-to-video--prompt textarea", "ok")
    page.click("#text-to-video--generate")
    assert "multiples of 32" in page.text_content("#text-to-video--width .o-fault")
    page.fill("#text-to-video--width input", "256")
    page.fill("#text-to-video--seed :is(input, textarea)", "12a")
    page.click("#text-to-video--generate")
    assert "“12a” is not a usable number." in page.text_content("#text-to-video--seed .o-fault")


def test_length_and_size_are_kept_by_the_form(page: Any) -> None:
    page.fill("#text-to-video--seconds input", "1.3")
    page.wait_for_function("() => document.querySelector('#text-to-video--num_frames input').value === '21'")
    page.press("#text-to-video--seconds input", "Tab")
    page.wait_for_function("() => document.querySelector('#text-to-video--seconds input').value === '1.25'")
    page.fill("#text-to-video--num_frames input", "30")
    page.press("#text-to-video--num_frames input", "Tab")
    page.wait_for_function("() => document.querySelector('#text-to-video--num_frames input').value === '29'")
    page.click("#text-to-video--dice")
    page.wait_for_function("() => document.querySelector('#text-to-video--lock input').checked")
    choose_model(page)
    page.get_by_label("480 × 832").check(force=True)
    page.wait_for_function("() => document.querySelector('#text-to-video--height input').value === '832'")
    page.click("#text-to-video--preset input")
    page.get_by_role("option", name="quick draft").click()
    page.wait_for_function("() => document.querySelector('#text-to-video--num_frames input').value === '17'")
    assert page.input_value("#text-to-video--model input") == "Oelala Mini"


def test_settings_come_back_from_gallery_and_file(page: Any, live: LiveStudio, tmp_path: Path) -> None:
    task = live.studio.read_task(
        "text-to-video",
        {
            "prompt": EVIL,
            "negative_prompt": "grey",
            "model": "wan2.1-t2v-1.3b",
            "width": 128,
            "height": 160,
            "num_frames": 9,
            "num_inference_steps": 3,
            "guidance_scale": 2.5,
            "flow_shift": 4.0,
            "seed": 77,
        },
    )
    (job,) = live.studio.submit(task)
    done = live.wait_for(job.id, "done")
    page.wait_for_selector(f"{row(job.id)}[data-state=done]")
    page.wait_for_selector(".o-clip")
    page.hover(".o-clip")
    page.click(".o-clip button[aria-label='Reuse these settings']")
    page.wait_for_selector(".o-notice")
    expect_form(page, task)
    assert page.is_checked("#text-to-video--lock input")

    page.reload()
    page.wait_for_selector("[data-oelala=ready]")
    clip = live.studio.workspace.root / done.state.result.output
    drop(page, clip.read_bytes(), "holiday.mp4")
    page.wait_for_selector(".o-notice")
    expect_form(page, task)
    drop(page, b"\\0\\0\\0\\x20ftypisom" + b"x" * 500, "mangled.mp4")
    assert page.wait_for_selector(".o-notice-bad").text_content().startswith("mangled.mp4 cannot be read")
    assert page.evaluate("() => window.broken_in") is None


def expect_form(page: Any, task: Task) -> None:
    shown = task.model_dump()
    for name in ("prompt", "height", "num_frames", "num_inference_steps", "seed"):
        page.wait_for_function(
            "([id, value]) => document.querySelector(`[id='${id}'] :is(textarea, input)`).value === value",
            arg=[f"text-to-video--{name}", str(shown[name])],
        )


def drop(page: Any, content: bytes, name: str) -> None:
    """Drop a file on the page, as the browser would tell it."""
    page.evaluate(
        """([bytes, name]) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([new Uint8Array(bytes)], name));
          const options = { dataTransfer: transfer, bubbles: true, cancelable: true };
          document.body.dispatchEvent(new DragEvent("drop", options));
        }""",
        [list(content), name],
    )
