"""Pose transfer on the real page: a motion brought, searched, trimmed, fitted; a clip made and measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from oelala.media.poses.layouts import MIRRORED18
from oelala.media.poses.measure import compare
from oelala.media.poses.motions import shipped_motion
from oelala.media.poses.openpose_read import read_openpose
from oelala.media.poses.openpose_write import write_zip
from oelala.media.video import probe
from oelala.models.catalog.rows_mini import OELALA_MINI_POSE
from oelala.tasks.job import Done
from oelala.tasks.pose_transfer import PoseTransfer
from oelala.tasks.read_motion import ReadMotion
from oelala.tasks.text_to_video import TextToVideo
from tests.media.bodies import pose_of, standing
from tests.media.films import film, walking_body
from tests.media.people import rendered
from tests.media.test_pose_detectors import dots, posix
from tests.ui.browsing import LiveStudio, generate, row
from tests.ui.conftest import visitor
from tests.ui.test_browser_ends import show
from tests.ui.test_browser_page import reads_well_everywhere
from tests.ui.test_pictures import VALUES, clip_of

pytestmark = pytest.mark.browser

FORM = "#pose-transfer--"
SMALL = {"width": 128, "height": 128, "num_frames": 9, "num_inference_steps": 2}
# A corner of the motion, where nobody is, shows the film's wall.
BEHIND = """() => {
  const canvas = document.querySelector(".o-motion canvas");
  const [red, green, blue] = canvas.getContext("2d").getImageData(8, 8, 1, 1).data;
  return Math.max(red, green, blue) > 40;
}"""
WORDS = f"{FORM}fit .o-fit-words li"


@pytest.fixture
def someone(tmp_path: Path) -> Path:
    Image.fromarray(rendered("full body")[0]).save(tmp_path / "someone.png")
    return tmp_path / "someone.png"


def open_tab(page: Any) -> None:
    page.click("[data-tab-id=pose-transfer]")
    page.wait_for_selector("[data-shipped=wave]")
    page.wait_for_selector("[data-model-of=pose-transfer][data-shape]", state="attached")


def bring(page: Any, path: Path) -> None:
    page.set_input_files("[data-motion-of] input[type=file]", path)


def value(page: Any, name: str) -> str:
    found: str = page.input_value(f"{FORM}{name} input")
    return found


def wait_for_value(page: Any, name: str, wanted: str) -> None:
    page.wait_for_function(
        "([at, wanted]) => document.querySelector(at).value === wanted", arg=[f"{FORM}{name} input", wanted]
    )


def fill(page: Any, prompt: str = "somebody walks", **values: Any) -> None:
    page.fill(f"{FORM}prompt textarea", prompt)
    for name, number in {**SMALL, **values}.items():
        box = f"{FORM}{name} input[type=number]"
        page.fill(box, str(number))
        page.press(box, "Tab")


def two_people() -> list[Any]:
    """The second one mirrored, to the right of the first."""
    frames = walking_body(12)
    return [np.concatenate([frame, frame[:, ::-1]], axis=1) for frame in frames]


def test_from_a_film_to_a_measured_clip(page: Any, live: LiveStudio, someone: Path, tmp_path: Path) -> None:
    open_tab(page)
    bring(page, film(tmp_path / "walk.mp4", walking_body(16)))
    page.wait_for_selector(".o-motion .o-picture-note:has-text('16 frames at 16 a second.')", timeout=40_000)
    wait_for_value(page, "motion_end", "1")
    assert page.query_selector(".o-people:has-text('were found')") is None
    page.focus(".o-range:has-text('Until') input")
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    page.wait_for_function(f"() => Number(document.querySelector('{FORM}motion_end input').value) < 1")
    page.set_input_files("[data-picture=image][data-of=pose-transfer] input[type=file]", someone)
    fill(page)
    page.wait_for_selector(f"{WORDS}")
    page.wait_for_selector(f"{FORM}fit canvas")
    assert page.get_attribute("[data-picture=image][data-of=pose-transfer] img", "alt") == "The character"
    job = generate(page, "pose-transfer")
    page.wait_for_selector(f"{row(job)}[data-state=done]", timeout=60_000)
    task = PoseTransfer(**live.studio.job(job).task)
    assert (task.model, task.pose_style, task.framing, task.width) == (
        OELALA_MINI_POSE.id,
        "body",
        "pad",
        128,
    )
    assert task.motion_end is not None
    assert 0 < task.motion_end < 1
    assert live.studio.knows_motion(task.motion)
    score = page.wait_for_selector(".o-score")
    assert "in place" in score.text_content() or "where they should be" in score.text_content()
    assert score.query_selector(".o-curve").get_attribute("aria-label").startswith("Share of right joints")
    page.click(".o-score button:has-text('Side by side')")
    page.wait_for_function("() => document.querySelector('video.o-player').videoWidth > 2 * 128")
    state = live.studio.job(job).state
    assert isinstance(state, Done)
    # Other tests make comparisons in this workspace, too.
    beside = probe(live.studio.workspace.root / state.result.details["side_by_side"])
    assert (beside.width, beside.height, beside.num_frames) == (192 + 128 + 128, 128, 9), "with the film"
    with page.expect_download() as download:
        page.click(".o-score a:has-text('Save side by side')")
    assert download.value.suggested_filename.endswith("-side-by-side.mp4")
    page.click(".o-score button:has-text('Only the clip')")
    page.wait_for_function("() => document.querySelector('video.o-player').videoWidth === 128")
    page.click(".o-score button:has-text('Worst frame')")
    page.wait_for_function("() => document.querySelector('video.o-player').paused")

    page.click("[data-motion-of] button:has-text('Another motion')")
    page.click("[data-shipped=wave]")
    page.wait_for_selector(".o-motion .o-picture-note:has-text('65 frames')")
    page.click(f"{row(job)} button:has-text('Reuse these settings')")
    page.wait_for_selector(".o-motion .o-picture-note:has-text('16 frames at 16 a second.')")
    wait_for_value(page, "motion_end", str(task.motion_end))


def test_a_search_is_picked_up_after_a_reload(page: Any, tmp_path: Path) -> None:
    open_tab(page)
    page.fill(f"{FORM}prompt textarea", "somebody walks")
    bring(page, film(tmp_path / "long.mp4", walking_body(16) * 8))
    page.wait_for_selector(".o-motion-wait .o-picture-note:has-text('Looking for people:')", timeout=40_000)
    page.reload()
    page.click("[data-tab-id=pose-transfer]")
    # it may have ended meanwhile
    page.wait_for_selector(".o-motion .o-picture-note:has-text('128 frames at 16')", timeout=60_000)
    assert page.query_selector(f"{FORM}motion .o-fault") is None
    page.reload()
    page.click("[data-tab-id=pose-transfer]")
    page.wait_for_selector(".o-motion .o-picture-note:has-text('128 frames at 16')")


def test_a_search_outlasts_questions_without_an_answer(page: Any, tmp_path: Path) -> None:
    lost: list[str] = []

    def lose(route: Any) -> None:
        lost.append(route.request.url)
        if len(lost) <= 3:
            route.abort()
        else:
            route.continue_()

    open_tab(page)
    page.route("**/oelala/motions/jobs/**", lose)
    bring(page, film(tmp_path / "walk.mp4", walking_body(6)))
    page.wait_for_selector(".o-motion .o-picture-note:has-text('6 frames')", timeout=40_000)
    assert len(lost) > 3
    assert page.query_selector(f"{FORM}motion .o-fault") is None


def test_a_film_is_looked_at_for_hands_and_faces_when_asked(
    page: Any, live: LiveStudio, tmp_path: Path
) -> None:
    open_tab(page)
    bring(page, film(tmp_path / "walk.mp4", walking_body(6)))
    page.wait_for_selector(".o-motion .o-picture-note:has-text('6 frames')", timeout=40_000)
    page.click(".o-motion button:has-text('Look for hands and face')")
    page.wait_for_selector(".o-motion-wait")
    page.wait_for_selector(".o-motion .o-picture-note:has-text('6 frames')", timeout=40_000)
    page.click(".o-motion button:has-text('Another motion')")
    page.check(".o-closely input")
    bring(page, film(tmp_path / "walk.mp4", walking_body(7)))
    page.wait_for_selector(".o-motion .o-picture-note:has-text('7 frames')", timeout=40_000)
    searches = [job.task for job in live.studio.jobs() if job.kind == "read-motion"]
    found = sorted((one["hands"], one["face"]) for one in searches[:3])
    assert found == [(False, False), (True, True), (True, True)]


@posix
def test_another_detector_is_chosen_and_kept(page: Any, live: LiveStudio, tmp_path: Path) -> None:
    open_tab(page)
    page.click(".o-detectors summary")
    assert "launch.bat models download dwpose" in page.text_content("[data-get=dwpose]")
    assert page.query_selector("[data-get=openpose]") is None
    offered = page.eval_on_selector_all("[data-detector]", "all => all.map(one => one.textContent)")
    assert offered == ["MediaPipe (built in)", "OpenPose"]
    page.click("[data-detector=openpose]")
    page.wait_for_selector("[data-detector=openpose][aria-pressed=true]")
    bring(page, film(tmp_path / "dots.mp4", dots()))
    page.wait_for_selector(".o-motion .o-picture-note:has-text('6 frames')")
    searches = [one for one in live.studio.jobs() if one.kind == ReadMotion.kind]
    assert max(searches, key=lambda one: one.created).task["model"] == "openpose"
    fill(page)
    job = generate(page, "pose-transfer")
    page.wait_for_selector(f"{row(job)}[data-state=done]")
    assert live.studio.job(job).task["detector"] == "openpose"

    page.click("[data-detector=mediapipe]")  # sees nobody in dots: what was found stays
    page.wait_for_selector(f"{FORM}motion .o-fault:has-text('Nobody was found')")
    page.wait_for_selector("[data-detector=openpose][aria-pressed=true]")
    page.click(".o-motion button:has-text('Another motion')")
    page.click("[data-detector=mediapipe]")
    page.wait_for_selector("[data-detector=mediapipe][aria-pressed=true]")
    page.click(f"{row(job)} button:has-text('Reuse these settings')")
    page.wait_for_selector("[data-detector=openpose][aria-pressed=true]")
    page.wait_for_selector(".o-motion .o-picture-note:has-text('6 frames')")


def test_one_of_several_people_is_picked(page: Any, tmp_path: Path) -> None:
    open_tab(page)
    bring(page, film(tmp_path / "two.mp4", two_people()))
    page.wait_for_selector(".o-people:has-text('2 people were found.')", timeout=40_000)
    assert value(page, "person") == "0"
    page.wait_for_function(BEHIND)  # people are picked in the film, not among bare skeletons
    page.click(".o-people button:has-text('Person 2')")
    page.wait_for_selector(".o-people button[aria-pressed=true]:has-text('Person 2')")
    first_left = page.evaluate(
        """async () => {
          const name = document.querySelector('[id="pose-transfer--motion--name"] textarea').value;
          const view = await (await fetch(`/oelala/motions/${name}`)).json();
          return view.persons[0].body[0].find(Boolean)[0] < 0.5;
        }"""
    )
    canvas = page.query_selector(".o-motion canvas").bounding_box()
    across = 0.15 if first_left else 0.85
    page.mouse.click(canvas["x"] + canvas["width"] * across, canvas["y"] + canvas["height"] * 0.5)
    wait_for_value(page, "person", "0")


def test_a_shipped_motion_and_a_prompt_are_enough(page: Any, live: LiveStudio) -> None:
    open_tab(page)
    page.click("[data-shipped=jump]")
    page.wait_for_selector(".o-motion canvas")
    page.wait_for_selector(f"{FORM}size input:checked", state="attached")
    fill(page, "a man jumps")
    page.wait_for_selector(f"{FORM}size input:checked", state="detached")  # 128 × 128 is none of them
    page.wait_for_selector(f"{WORDS}:has-text('it shows only the first 0.6 s')")
    page.fill(f"{FORM}pose_scale input[type=number]", "0.3")
    page.press(f"{FORM}pose_scale input[type=number]", "Tab")
    page.wait_for_selector(f"{WORDS}:has-text('of the frame')")
    job = generate(page, "pose-transfer")
    page.wait_for_selector(f"{row(job)}[data-state=done]", timeout=60_000)
    task = PoseTransfer(**live.studio.job(job).task)
    assert (task.motion, task.image, task.pose_scale, task.conditioning_scale) == ("jump", None, 0.3, 1.0)


def test_a_motion_is_taken_along(page: Any, live: LiveStudio, tmp_path: Path) -> None:
    open_tab(page)
    page.click("[data-shipped=jump]")
    with page.expect_download() as points:
        page.click(".o-motion a:has-text('OpenPose JSON')")
    assert points.value.suggested_filename == "jump-openpose.zip"
    points.value.save_as(tmp_path / "jump.zip")
    body = shipped_motion("jump").people[0].body
    assert read_openpose(tmp_path / "jump.zip").people[0].body.tolist() == body.tolist()

    with page.expect_download(timeout=40_000) as film:
        page.click(".o-motion button:has-text('Skeleton video')")
    assert film.value.suggested_filename == "jump-skeleton.mp4"
    film.value.save_as(tmp_path / "jump.mp4")
    assert probe(tmp_path / "jump.mp4").num_frames == 65
    page.wait_for_selector(".o-motion button:enabled:has-text('Skeleton video')")
    assert "draw-motion" in {job.kind for job in live.studio.jobs()}
    assert page.query_selector_all("#o-jobs .o-job:has-text('Drawing')") == []


def test_the_body_is_put_where_the_character_stands(page: Any, someone: Path) -> None:
    open_tab(page)
    page.click("[data-shipped=wave]")
    page.set_input_files("[data-picture=image][data-of=pose-transfer] input[type=file]", someone)
    fill(page, pose_scale=0.4, shift_x=0.4)
    onto = page.wait_for_selector(f"{FORM}fit button:has-text('where the character stands')", timeout=40_000)
    onto.click()
    page.wait_for_function(f"() => Number(document.querySelector('{FORM}pose_scale input').value) > 0.6")
    assert abs(float(value(page, "shift_x"))) < 0.2
    onto.wait_for_element_state("hidden")
    page.wait_for_selector(f"{FORM}fit canvas")


def test_openpose_files_need_no_search(page: Any, live: LiveStudio, tmp_path: Path) -> None:
    open_tab(page)
    write_zip(pose_of(standing(), standing(150, (60, 60))), tmp_path / "both.zip")
    bring(page, tmp_path / "both.zip")
    page.wait_for_selector(".o-motion .o-picture-note:has-text('5 frames at 16 a second.')")
    page.wait_for_selector(".o-people")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("poem.mp4", b"no film", "poem.mp4"),
        ("broken.json", b"no", "broken.json is not OpenPose's JSON"),
        ("counts.json", b'{"people": [{"pose_keypoints_2d": [1, 2, 3]}]}', "fits no model"),
        ("empty.zip", b"PK\x05\x06" + bytes(18), "There is no pose in empty.zip."),
    ],
)
def test_what_is_no_motion_is_said_at_its_field(
    page: Any, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    open_tab(page)
    (tmp_path / name).write_bytes(content)
    bring(page, tmp_path / name)
    fault = page.wait_for_selector(f"{FORM}motion .o-fault")
    assert words in fault.text_content()
    assert len(page.query_selector_all(".o-fault")) == 1
    page.click("[data-shipped=walk]")
    page.wait_for_selector(".o-motion canvas")


def test_a_film_without_anybody_is_said_by_its_name(page: Any, tmp_path: Path) -> None:
    open_tab(page)
    bring(page, film(tmp_path / "wall.mp4", [np.full((96, 128, 3), 90, np.uint8)] * 4))
    fault = page.wait_for_selector(f"{FORM}motion .o-fault", timeout=40_000)
    assert fault.text_content().startswith("Nobody was found in wall.mp4.")


def test_nothing_is_made_without_a_motion_or_somebody(page: Any, live: LiveStudio) -> None:
    open_tab(page)
    before = len(live.studio.jobs())
    page.click(f"{FORM}generate")
    page.wait_for_selector(f"{FORM}motion .o-fault")
    page.click("[data-shipped=wave]")
    page.wait_for_selector(".o-motion canvas")
    page.click(f"{FORM}generate")
    page.wait_for_selector(f"{FORM}image .o-fault:has-text('there is no picture and no prompt')")
    assert len(live.studio.jobs()) == before


def test_a_model_without_such_settings_does_not_show_them(page: Any) -> None:
    open_tab(page)
    assert page.is_visible(f"{FORM}conditioning_scale")
    assert page.query_selector(f"{FORM}mode") is None
    page.fill(f"{FORM}prompt textarea", "my own words")
    page.click(f"{FORM}model input")
    page.click("[role=option]:has-text('Wan 2.2 Animate 14B'):not(:has-text('GGUF'))")
    page.wait_for_selector(f"{FORM}conditioning_scale", state="detached")
    assert page.input_value(f"{FORM}prompt textarea") == "my own words"
    assert page.is_checked(f"{FORM}mode input[value=animate]")
    page.fill(f"{FORM}pose_scale input[type=number]", "1.5")
    page.press(f"{FORM}pose_scale input[type=number]", "Tab")
    page.click(f"{FORM}mode label:has-text('Replace who moves')")
    wait_for_value(page, "pose_scale", "1")
    assert not page.is_visible(f"{FORM}pose_scale")
    wait_for_value(page, "width", "1280")


def test_it_reads_well_everywhere(browser: Any, live: LiveStudio, someone: Path) -> None:
    with visitor(browser, live) as page:
        open_tab(page)
        reads_well_everywhere(page)
        page.click("[data-shipped=dance]")
        page.wait_for_selector(".o-timeline")
        page.set_input_files("[data-picture=image][data-of=pose-transfer] input[type=file]", someone)
        page.wait_for_selector(f"{WORDS}:not(:has-text('being looked at'))")
        reads_well_everywhere(page)


def test_the_shipped_motions_are_the_ones_on_the_page(page: Any) -> None:
    open_tab(page)
    names = page.eval_on_selector_all("[data-shipped]", "all => all.map(one => one.dataset.shipped)")
    assert [shipped_motion(name).num_frames for name in names] == [65] * 5


def test_what_a_score_cannot_tell_is_said_under_the_player(page: Any, live: LiveStudio) -> None:
    body = standing(150)
    turned = compare(pose_of(body), pose_of(body[:, list(MIRRORED18)]))
    nobody = compare(pose_of(np.zeros_like(body)), pose_of(body))
    for title, score in (("turned away", turned), ("nobody there", nobody)):
        task = TextToVideo(**{**VALUES, "prompt": title})
        clip_of(live.studio, task, pose={"score": score.as_json()})
    show(page, "turned away")
    page.wait_for_selector(".o-score .o-facts:has-text('with left and right exchanged it is 100 %.')")
    assert page.locator(".o-score .o-curve").count() == 1
    show(page, "nobody there")
    page.wait_for_selector(".o-score .o-facts:has-text('so there is nothing to measure')")
    assert "% of the joints" not in page.text_content(".o-score")
    assert page.locator(".o-score .o-facts").count() == 1
