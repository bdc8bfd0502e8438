"""Bringing a motion on the real page: in parts, in several files, dropped, and as long as the clip."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from oelala.media.poses.document import Person, Pose
from oelala.media.poses.openpose_write import frame_as_json, write_zip
from tests.library.test_motions import bare_frames
from tests.media.bodies import pose_of, standing
from tests.media.films import film, walking_body
from tests.ui.browsing import LiveStudio
from tests.ui.test_browser_pose import FORM, WORDS, bring, open_tab, value, wait_for_value

pytestmark = pytest.mark.browser

FOUND = ".o-motion .o-picture-note"


def drop_on(page: Any, where: str, files: list[Path]) -> None:
    """Drop files there, as the browser would tell it."""
    page.evaluate(
        """([where, files]) => {
          const transfer = new DataTransfer();
          for (const [bytes, name] of files) transfer.items.add(new File([new Uint8Array(bytes)], name));
          const options = { dataTransfer: transfer, bubbles: true, cancelable: true };
          const place = document.querySelector(where);
          for (const event of ["dragover", "drop"]) {
            place.dispatchEvent(new DragEvent(event, options));
            if (event === "dragover") window.said = document.querySelector("#o-drop p").textContent;
          }
        }""",
        [where, [(list(file.read_bytes()), file.name) for file in files]],
    )


def motion_of(page: Any) -> str:
    name: str = page.input_value('[id="pose-transfer--motion--name"] textarea')
    return name


def test_of_a_long_film_a_part_is_searched_and_another(page: Any, live: LiveStudio, tmp_path: Path) -> None:
    open_tab(page)
    bring(page, film(tmp_path / "long.mp4", walking_body(36), fps=1))
    page.wait_for_selector(f"{FOUND}:has-text('20 frames at 1 a second.')", timeout=40_000)
    page.wait_for_selector(".o-film-part:has-text('from 0 to 20 s of the film\\'s 36 s')")
    wait_for_value(page, "motion_end", "20")
    first = motion_of(page)

    def search(start: int, end: int) -> None:
        page.fill(".o-film-part input >> nth=0", str(start))
        page.fill(".o-film-part input >> nth=1", str(end))
        page.click(".o-film-part button:has-text('Search this part')")

    search(18, 22)
    page.wait_for_selector(f"{FOUND}:has-text('4 frames at 1 a second.')", timeout=40_000)
    page.wait_for_selector(".o-film-part:has-text('from 18 to 22 s')")
    assert motion_of(page) != first
    wait_for_value(page, "motion_end", "4")
    search(30, 20)
    fault = page.wait_for_selector(f"{FORM}motion .o-fault")
    assert "There is no part from 30" in fault.text_content()
    page.wait_for_selector(f"{FOUND}:has-text('4 frames')")
    asked = [job.task for job in live.studio.jobs() if job.kind == "read-motion"][:2]
    assert sorted((one["start"], one["end"]) for one in asked) == [(0, 20), (18, 22)]


def test_a_film_that_was_searched_in_vain_is_not_lost(page: Any, tmp_path: Path) -> None:
    still = [np.full((256, 384, 3), 90, np.uint8)]
    open_tab(page)
    bring(page, film(tmp_path / "late.mp4", [*still * 21, *walking_body(12)], fps=1))
    page.wait_for_selector(f"{FORM}motion .o-fault:has-text('Nobody was found in late.mp4')", timeout=40_000)
    focused = page.evaluate("() => document.activeElement.closest('[data-motion-of]') !== null")
    assert focused, "a button to go on with, and not a field out of sight"
    assert page.evaluate("() => document.activeElement.getAttribute('aria-invalid')") == "true"
    page.wait_for_selector(".o-film-part:has-text('The film is still here: 33 s.')")
    page.fill(".o-film-part input >> nth=0", "22")
    page.fill(".o-film-part input >> nth=1", "27")
    page.click(".o-film-part button")
    page.wait_for_selector(f"{FOUND}:has-text('5 frames at 1 a second.')", timeout=40_000)
    assert page.query_selector(f"{FORM}motion .o-fault") is None


def three_frames(folder: Path) -> list[Path]:
    """One file a frame, the tenth after the ninth."""
    body = standing(150, num_frames=3)
    body[:, :, 0] += np.arange(3)[:, None] * 10
    pose = pose_of(body)
    files = []
    for index, number in enumerate((8, 9, 10)):
        files.append(folder / f"walk_{number}_keypoints.json")
        files[-1].write_text(json.dumps(frame_as_json(pose, index)))
    return [files[2], files[0], files[1]]


def test_one_json_a_frame_is_one_motion(page: Any, tmp_path: Path) -> None:
    open_tab(page)
    page.set_input_files("[data-motion-of] input[type=file]", three_frames(tmp_path))
    page.wait_for_selector(f"{FOUND}:has-text('3 frames at 16 a second.')")
    noses = page.evaluate(
        """async (name) => {
          const view = await (await fetch(`/oelala/motions/${name}`)).json();
          return view.persons[0].body.map((joints) => joints[0][0] * view.width);
        }""",
        motion_of(page),
    )
    assert noses == pytest.approx([128, 138, 148], abs=0.1)
    page.click(".o-motion button:has-text('Another motion')")
    page.wait_for_selector("[data-shipped=wave]")
    both = [tmp_path / "walk_8_keypoints.json", film(tmp_path / "walk.mp4", walking_body(3))]
    page.set_input_files("[data-motion-of] input[type=file]", both)
    page.wait_for_selector(f"{FORM}motion .o-fault:has-text('These files make no one motion.')")


def test_what_moves_is_a_motion_wherever_it_is_dropped(page: Any, live: LiveStudio, tmp_path: Path) -> None:
    walk = film(tmp_path / "walk.mp4", walking_body(4))
    open_tab(page)
    drop_on(page, "[data-motion-of]", [walk])
    page.wait_for_selector(f"{FOUND}:has-text('4 frames at 16 a second.')", timeout=40_000)
    assert page.evaluate("() => window.said").startswith("A film or OpenPose's JSON becomes the motion")

    (tmp_path / "other.mov").write_bytes(film(tmp_path / "other.mp4", walking_body(5)).read_bytes())
    write_zip(pose_of(standing(150, num_frames=6)), tmp_path / "points.zip")
    for where, files, words in (
        ("#o-stage", [tmp_path / "other.mp4"], "5 frames at 16"),
        ("#o-log", [tmp_path / "points.zip"], "6 frames at 16"),
        ("[data-picture=image][data-of=pose-transfer]", [tmp_path / "other.mov"], "5 frames at 16"),
        ("#o-stage", three_frames(tmp_path), "3 frames at 16"),
        ("#o-stage", three_frames(tmp_path)[:1], "A picture."),
    ):
        drop_on(page, where, files)
        page.wait_for_selector(f"{FOUND}:has-text('{words}')", timeout=40_000)
    assert page.query_selector(".o-notice-bad") is None
    assert page.query_selector(f"{FORM}image .o-fault") is None

    page.click("[data-tab-id=text-to-video]")
    drop_on(page, "#o-stage", [walk])
    page.wait_for_selector(".o-notice-bad:has-text('walk.mp4')")
    assert page.evaluate("() => window.said").startswith("A clip brings its settings back")


def test_a_clip_becomes_as_long_and_as_wide_as_its_motion(page: Any) -> None:
    open_tab(page)
    page.click("[data-shipped=wave]")
    page.wait_for_selector(f"{WORDS}:has-text('it shows only the first 2.1 s of the motion\\'s 4.1 s')")
    assert "The clip shows 0 to 2.06 s." in page.get_attribute(".o-strip", "aria-label")
    page.wait_for_selector(".o-legend:has-text('in the clip')")
    shares = page.evaluate(
        """() => ["clip", "unused"].map((name) => {
          const width = (at) => document.querySelector(at).getBoundingClientRect().width;
          return width(`.o-strip > .o-strip-${name}`) / width(".o-strip");
        })"""
    )
    assert shares == pytest.approx([33 / 65, 32 / 65], abs=0.01)
    page.click("[data-length]")
    wait_for_value(page, "num_frames", "65")
    page.wait_for_selector(f"{WORDS}:has-text('The motion fits.')")
    assert not page.is_visible("[data-length]")
    box = f"{FORM}num_frames input[type=number]"
    page.fill(box, "81")
    page.press(box, "Tab")
    page.wait_for_selector(f"{WORDS}:has-text('after the motion the body stands still')")
    assert not page.is_visible("[data-size]"), "it is square, and so is the clip"
    page.click(".o-motion button:has-text('Another motion')")


def test_gaps_and_a_tall_frame_are_seen(page: Any, tmp_path: Path) -> None:
    body = standing(300, (108, 40), num_frames=8)
    body[6:] = 0
    filled = np.zeros(body.shape[:2], bool)
    filled[2:4] = True
    write_zip(Pose(216, 384, 16, 8, (Person.of(body, filled=filled),), 0.3), tmp_path / "tall.zip")
    open_tab(page)
    bring(page, tmp_path / "tall.zip")
    page.wait_for_selector(".o-strip-filled")
    said = page.get_attribute(".o-strip", "aria-label")
    assert said.startswith(
        "Somebody was found in 50 % of the motion, filled in between in 25 %, absent in 25 %"
    )
    assert page.inner_text(".o-legend").split("\n") == ["filled in between", "found", "nobody"]
    runs = page.eval_on_selector_all(
        ".o-strip > :is(.o-strip-found, .o-strip-filled)", "all => all.map(one => one.style.left)"
    )
    assert runs == ["0%", "25%", "50%"]
    page.click("[data-size]")
    page.wait_for_function("() => !document.querySelector('[data-size]').offsetParent")
    width, height = (int(value(page, side)) for side in ("width", "height"))
    assert (width % 32, height % 32) == (0, 0)
    assert width / height == pytest.approx(216 / 384, abs=0.05)


def test_what_a_file_leaves_open_is_asked_for(page: Any, tmp_path: Path) -> None:
    open_tab(page)
    bring(page, bare_frames(tmp_path / "bare.json"))
    page.wait_for_selector(f"{FOUND}:has-text('2 frames at 30 a second.')")
    page.wait_for_selector(f"{WORDS}:has-text('guessed as 512 × 512')")
    for at, number in enumerate(("25", "640", "360")):
        page.fill(f".o-film-part input >> nth={at}", number)
    page.click(".o-film-part button:has-text('Read it so')")
    page.wait_for_selector(f"{FOUND}:has-text('2 frames at 25 a second.')")
    page.wait_for_selector(f"{WORDS}:not(:has-text('guessed'))")
    assert page.input_value(".o-film-part input >> nth=1") == "640"


def test_a_file_that_is_refused_leaves_the_motion_before_it(page: Any, tmp_path: Path) -> None:
    open_tab(page)
    page.click("[data-shipped=wave]")
    page.wait_for_selector(f"{FOUND}:has-text('65 frames')")
    page.focus(".o-range:has-text('From') input")
    page.keyboard.press("PageUp")
    page.wait_for_function(f"() => Number(document.querySelector('{FORM}motion_start input').value) > 0")
    page.focus(".o-range:has-text('Until') input")
    page.keyboard.press("PageDown")
    page.wait_for_function(f"() => Number(document.querySelector('{FORM}motion_end input').value) < 4")
    before = [value(page, name) for name in ("motion_start", "motion_end")]
    (tmp_path / "poem.json").write_text("roses are red")
    empty = film(tmp_path / "empty.mp4", [np.full((64, 64, 3), 90, np.uint8)] * 3, fps=1)
    for bad in (tmp_path / "poem.json", empty):
        drop_on(page, "[data-motion-of]", [bad])
        page.wait_for_selector(f"{FORM}motion .o-fault:has-text('{bad.name}')", timeout=40_000)
        page.wait_for_selector("[data-motion-of][data-motion=wave] canvas")
        assert motion_of(page) == "wave"
        assert [value(page, name) for name in ("motion_start", "motion_end")] == before
    page.wait_for_selector(".o-film-part:has-text('The film is still here: 3 s.')")


def test_a_motion_begins_where_somebody_is_first_seen(page: Any, tmp_path: Path) -> None:
    body = standing(150, num_frames=20)
    body[:8] = 0
    write_zip(pose_of(body), tmp_path / "late.zip")
    open_tab(page)
    bring(page, tmp_path / "late.zip")
    page.wait_for_selector(f"{FOUND}:has-text('20 frames')")
    wait_for_value(page, "motion_start", "0.5")
    wait_for_value(page, "motion_end", "1.25")
    page.wait_for_selector(f"{FOUND}:has-text('It begins where somebody is first seen.')")
    page.focus(".o-range:has-text('From') input")
    page.keyboard.press("Home")
    page.wait_for_selector(f"{FOUND}:has-text('0 to 1.25 s of 1.25 s')")
    assert page.query_selector(f"{FOUND}:has-text('It begins where')") is None
