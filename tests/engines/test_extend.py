"""A clip that goes on: one file of both, its seam measured, and everything there to do it again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from oelala.engines.image_to_video import run
from oelala.errors import InvalidTask, OelalaError
from oelala.library.inputs import keep_inputs, kept_path
from oelala.library.outputs import SaveClip, read_settings_of, save_clip
from oelala.library.workspace import Workspace
from oelala.media.video import read_frames
from oelala.models.manager import ModelManager
from oelala.progress import Progress
from oelala.tasks.image_to_video import ImageToVideo
from oelala.tasks.text_to_video import TextToVideo
from tests.engines.test_image_to_video import task_of
from tests.engines.test_text_to_video import context_of
from tests.media.clips import moving_gradient
from tests.models.tiny import TinyModels


@pytest.fixture(scope="module")
def manager(tiny: TinyModels, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelManager]:
    manager = tiny.manager(tmp_path_factory.mktemp("workspace"))
    yield manager
    manager.empty()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    workspace = Workspace(tmp_path / "workspace")
    workspace.prepare()
    return workspace


@pytest.fixture
def clip(workspace: Workspace) -> Path:
    before = TextToVideo(prompt="x", width=64, height=64, num_frames=9)
    frames = moving_gradient(9, 64, 64)
    saved = save_clip(SaveClip(workspace, context_of(job="before"), before, frames, 16, {}))
    return workspace.root / str(saved.output)


def extending(clip: Path, workspace: Workspace, **values: Any) -> ImageToVideo:
    return keep_inputs(task_of("", extend=str(clip), **values), workspace)


def frames_of(path: Path) -> np.ndarray:
    return np.stack(list(read_frames(path))).astype(float)


def test_both_become_one_clip_and_again_one(manager: ModelManager, workspace: Workspace, clip: Path) -> None:
    task = extending(clip, workspace)
    assert task.extend is not None
    assert np.abs(frames_of(clip)[-1] - frames_of(kept_path(workspace, task.extend))[-1]).max() == 0
    reports: list[Progress] = []
    first = run(task, manager, context_of(reports.append), workspace)
    joined = workspace.root / str(first.output)
    assert len(frames_of(joined)) == 9 + 8
    assert np.abs(frames_of(joined)[:9] - frames_of(clip)).mean() < 3
    (join,) = first.details["joins"]
    assert join["frame"] == 9
    assert join.keys() == {"frame", "colour", "colour_before", "sharpness", "jump", "identity"}
    made = json.loads((workspace.root / first.details["metadata"]).read_text())["oelala"]
    assert made["joins"] == [join]
    clip.unlink()  # the clip before may go: what was kept of it stays
    assert ImageToVideo(**{k: v for k, v in read_settings_of(joined).items() if k != "kind"}) == task

    again = run(extending(joined, workspace, seed=8), manager, context_of(job="again"), workspace)
    assert len(frames_of(workspace.root / str(again.output))) == 17 + 8
    assert [one["frame"] for one in again.details["joins"]] == [9, 17]


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [({"width": 96}, "other-size", "width"), ({"fps": 8}, "other-rate", "model")],
)
def test_what_cannot_be_joined_is_refused_before_the_work(
    manager: ModelManager, workspace: Workspace, clip: Path, values: dict[str, int], code: str, field: str
) -> None:
    reports: list[Progress] = []
    with pytest.raises(InvalidTask) as fault:
        run(extending(clip, workspace, **values), manager, context_of(reports.append), workspace)
    assert (fault.value.code, fault.value.field) == (code, field)
    assert reports == []


def test_one_frame_adds_nothing(manager: ModelManager, workspace: Workspace, clip: Path) -> None:
    with pytest.raises(OelalaError, match="adds nothing"):
        run(extending(clip, workspace, num_frames=1), manager, context_of(), workspace)


def test_a_clip_that_is_none_is_refused_at_its_field(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "poem.mp4").write_text("no clip")
    for name, code in (("gone.mp4", "no-clip"), ("poem.mp4", "unreadable-file")):
        with pytest.raises(InvalidTask) as fault:
            extending(tmp_path / name, workspace)
        assert (fault.value.code, fault.value.field) == (code, "extend")


def test_something_to_begin_with_is_needed() -> None:
    with pytest.raises(ValueError, match="a picture, or a clip to extend"):
        ImageToVideo(prompt="x")
