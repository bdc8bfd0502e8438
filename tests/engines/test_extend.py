"""A clip that goes on: one file of both, its seam measured, and everything there to do it again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from oelala.engines.image_to_video import run
from oelala.errors import InvalidTask
from oelala.library.inputs import keep_inputs, kept_path
from oelala.library.outputs import SaveClip, read_settings_of, save_clip
from oelala.library.workspace import Workspace
from oelala.media.video import probe, read_frames
from oelala.models.manager import ModelManager
from oelala.progress import Progress
from oelala.tasks.image_to_video import ImageToVideo
from oelala.tasks.text_to_video import TextToVideo
from tests.engines.test_image_to_video import task_of
from tests.engines.test_text_to_video import context_of
from tests.media.clips import moving_gradient
from tests.media.films import ffmpeg, film
from tests.models.tiny import TinyModels

# Of the last frames of a clip, the model of nine frames is shown five, and makes those anew, too.
SHARED, ADDED = 5, 4


@pytest.fixture(scope="module")
def manager(tiny: TinyModels, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelManager]:
    manager = tiny.manager(tmp_path_factory.mktemp("workspace"))
    yield manager
    manager.empty()


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
    assert len(frames_of(joined)) == 9 + ADDED
    own = 9 - SHARED + 1
    assert np.abs(frames_of(joined)[:own] - frames_of(clip)[:own]).mean() < 3
    (join,) = first.details["joins"]
    assert (join["frame"], join["shared"]) == (9, SHARED)
    assert join.keys() == {"frame", "colour", "colour_before", "sharpness", "jump", "identity", "shared"}
    made = json.loads((workspace.root / first.details["metadata"]).read_text())["oelala"]
    assert made["joins"] == [join]
    assert made["model"]["id"] == "oelala-mini-pose", "the one that can be given several frames"
    assert made["task"]["model"] == "oelala-mini"
    clip.unlink()  # the clip before may go: what was kept of it stays
    assert ImageToVideo(**{k: v for k, v in read_settings_of(joined).items() if k != "kind"}) == task

    again = run(extending(joined, workspace, seed=8), manager, context_of(job="again"), workspace)
    assert len(frames_of(workspace.root / str(again.output))) == 9 + 2 * ADDED
    assert [one["frame"] for one in again.details["joins"]] == [9, 9 + ADDED]


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"width": 96}, "other-size", "width"),
        ({"fps": 8}, "other-rate", "model"),
        ({"num_frames": 1}, "nothing-to-add", "num_frames"),
    ],
)
def test_what_cannot_be_joined_is_refused_before_the_work(
    manager: ModelManager, workspace: Workspace, clip: Path, values: dict[str, int], code: str, field: str
) -> None:
    reports: list[Progress] = []
    with pytest.raises(InvalidTask) as fault:
        run(extending(clip, workspace, **values), manager, context_of(reports.append), workspace)
    assert (fault.value.code, fault.value.field) == (code, field)
    assert reports == []


def test_a_clip_that_lies_on_its_side_goes_on_as_players_show_it(
    manager: ModelManager, workspace: Workspace, tmp_path: Path
) -> None:
    upright = moving_gradient(9, 32, 64)
    lying = film(tmp_path / "lying.mp4", [np.ascontiguousarray(np.rot90(frame, -1)) for frame in upright])
    tagged = tmp_path / "tagged.mp4"
    ffmpeg("-display_rotation", "-90", "-i", str(lying), "-c", "copy", str(tagged))
    task = extending(tagged, workspace, height=32)
    made = frames_of(workspace.root / str(run(task, manager, context_of(), workspace).output))
    assert made.shape == (9 + ADDED, 32, 64, 3)
    own = 9 - SHARED + 1
    turned = [np.stack([np.rot90(frame, turn) for frame in upright[:own]]) for turn in (0, 2)]
    assert min(np.abs(made[:own] - frames).mean() for frames in turned) < 4


@pytest.mark.parametrize("name", ["varying.mp4", "varying.mkv"])
def test_a_clip_of_varying_rate_keeps_its_times_at_the_models_rate(
    manager: ModelManager, workspace: Workspace, tmp_path: Path, name: str
) -> None:
    frames = moving_gradient(12, 64, 64)
    even, varying = film(tmp_path / "even.mp4", list(frames)), tmp_path / name
    slower = "setpts='if(lt(N,6),N,6+(N-6)*3)/16/TB'"  # six frames at 16 a second, then each for three
    ffmpeg(
        "-i", str(even), "-vf", slower, "-fps_mode", "passthrough", "-enc_time_base", "1/16000", str(varying)
    )
    assert (probe(even).even, probe(varying).even, probe(varying).num_frames) == (True, False, 12)
    made = run(extending(varying, workspace), manager, context_of(), workspace)
    path = workspace.root / str(made.output)
    expected = [*range(6), *np.repeat(range(6, 11), 3), 11]
    assert (probe(path).num_frames, probe(path).fps) == (len(expected) + ADDED, 16)
    own = len(expected) - SHARED + 1
    assert np.abs(frames_of(path)[:own] - frames[expected[:own]]).mean() < 4
    (join,) = made.details["joins"]
    assert join["frame"] == len(expected)


def test_a_clip_of_somebody_else_may_change_afterwards(
    workspace: Workspace, clip: Path, tmp_path: Path
) -> None:
    own = film(tmp_path / "own.mp4", list(moving_gradient(9, 64, 64)))
    before = own.read_bytes()
    kept = kept_path(workspace, extending(own, workspace).extend or "")
    own.write_bytes(b"another program was here")
    assert kept.read_bytes() == before
    assert kept_path(workspace, extending(clip, workspace).extend or "").samefile(clip)


def test_a_clip_that_is_none_is_refused_at_its_field(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "poem.mp4").write_text("no clip")
    (tmp_path / "drawing.mp4").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    ffmpeg("-f", "lavfi", "-i", "sine", "-t", "0.5", str(tmp_path / "sound.mp4"))
    for name, code in (
        ("gone.mp4", "no-clip"),
        ("poem.mp4", "unreadable-file"),
        ("drawing.mp4", "not-a-film"),
        ("sound.mp4", "film-without-picture"),
    ):
        with pytest.raises(InvalidTask) as fault:
            extending(tmp_path / name, workspace)
        assert (fault.value.code, fault.value.field) == (code, "extend")


def test_something_to_begin_with_is_needed() -> None:
    with pytest.raises(ValueError, match="a picture, or a clip to extend"):
        ImageToVideo(prompt="x")
