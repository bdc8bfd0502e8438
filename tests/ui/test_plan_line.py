"""The line above Generate, in the page's own handlers and in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from oelala.library.naming import document_of
from oelala.models.speeds import keep_speed, speeds_file
from oelala.settings import Settings
from oelala.studio import Studio
from oelala.tasks.image_to_video import ImageToVideo
from oelala.tasks.pose_transfer import PoseTransfer
from oelala.tasks.text_to_video import TextToVideo
from oelala.terminal.plan import FIELDS
from oelala.ui.plan_line import PlanLine
from oelala.ui.tabs.task_tab import TaskTab
from tests.test_forecast import clip_made
from tests.ui.browsing import LiveStudio, fill_small


@pytest.fixture
def line(tmp_path: Path) -> PlanLine:
    return PlanLine(
        TaskTab(TextToVideo, Studio(Settings(workspace=tmp_path / "workspace", models=tmp_path / "hub")))
    )


def test_it_speaks_both_languages(line: PlanLine) -> None:
    values = {"model": "oelala-mini", "width": 256, "height": 256, "num_frames": 33}
    english, dutch = line.markup(values, "en"), line.markup(values, "nl")
    assert english.startswith('<p class="o-note" role="status" data-fits="yes">Fits: ')
    assert ">Past: " in dutch
    large = line.markup({"model": "wan2.2-t2v-a14b", "width": 1280, "height": 720, "num_frames": 161}, "en")
    assert "126 GB to download first" in large


def test_lossy_modes_are_said_where_the_model_has_them(line: PlanLine) -> None:
    lossy = {"first_block_cache": 0.1}
    said = "not the same clip"
    assert said in line.markup({"model": "wan2.1-t2v-1.3b", **lossy}, "en")
    assert said not in line.markup({"model": "wan2.1-t2v-1.3b", "first_block_cache": 0.0}, "en")
    # what the hidden field still holds of another model means nothing to this one
    kept = line.markup({"model": "oelala-mini", **lossy}, "en")
    assert kept
    assert said not in kept


def test_films_beside_the_clip_count(tmp_path: Path) -> None:
    """On the page as on the command line; a field that is still empty is no fault."""
    studio = Studio(Settings(workspace=tmp_path / "workspace", models=tmp_path / "hub"))
    pose, picture = PlanLine(TaskTab(PoseTransfer, studio)), PlanLine(TaskTab(ImageToVideo, studio))
    animate = {"model": "wan2.2-animate-14b", "motion": "", "width": 1280, "height": 720, "num_frames": 1001}
    plain = pose.markup({**animate, "mode": "animate"}, "en")
    assert plain
    assert pose.markup({**animate, "mode": "replace"}, "en") != plain
    assert pose.markup({**animate, "motion": "walk", "mode": "animate"}, "en") == plain
    between = {"model": "oelala-mini", "last_image": None, "extend": None}
    alone = picture.markup(between, "en")
    assert alone
    assert picture.markup({**between, "last_image": "end.png"}, "en") != alone
    assert picture.markup({**between, "extend": "x" * 5000}, "en"), "what it is called does not matter here"


def test_the_page_follows_every_field_that_decides(tmp_path: Path) -> None:
    """Those that the tabs have."""
    fields = set(TextToVideo.model_fields) | set(ImageToVideo.model_fields) | set(PoseTransfer.model_fields)
    assert set(FIELDS) <= fields
    assert {"mode", "motion", "extend", "last_image", "decode_chunk_size", "max_guidance_scale"} <= set(
        FIELDS
    )


@pytest.mark.parametrize(
    "values",
    [{"model": "nobody"}, {"model": "svd"}, {"width": "wide"}, {"width": 10**9}, {"num_frames": 16.5}],
)
def test_what_is_no_task_is_left_to_its_field(line: PlanLine, values: dict[str, Any]) -> None:
    assert line.markup(values, "en") == ""


@pytest.mark.browser
def test_it_follows_the_form(page: Any) -> None:
    said = "#text-to-video--plan [data-fits]"
    page.wait_for_selector(said)
    before = page.text_content(said)
    assert before.startswith(("Fits: ", "Too large: "))
    fill_small(page, "a person waves", steps=7, frames=81)
    page.wait_for_function(f"before => document.querySelector('{said}')?.textContent !== before", arg=before)
    assert page.text_content(said).startswith("Fits: ")


@pytest.mark.browser
def test_it_is_said_anew_when_something_has_ended(page: Any, live: LiveStudio) -> None:
    """No field changes: what was learned meanwhile is told by itself, here that saving takes ten hours."""
    said = "#text-to-video--plan [data-fits]"
    page.wait_for_selector(said)
    task, speeds = TextToVideo(prompt="a person waves"), speeds_file(live.studio.workspace.private)
    clip = clip_made(live.studio, "235959", 10.0, live.studio.plan(task).device)
    for _ in range(9):
        keep_speed(speeds, "saving", 36_000.0)
    try:
        live.studio.cancel(live.studio.submit(task)[0].id)
        page.wait_for_function(f"() => document.querySelector('{said}')?.textContent.includes('10 h ')")
    finally:
        speeds.unlink()
        clip.unlink()
        document_of(clip).unlink()
