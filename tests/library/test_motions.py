"""Motions kept in the workspace: once each, and for good."""

from __future__ import annotations

from pathlib import Path

import pytest

from oelala.errors import InvalidTask, OelalaError
from oelala.library.film_parts import (
    FilmPart,
    chosen_part,
    film_part_of,
    first_part,
    note_film,
)
from oelala.library.motions import (
    film_of,
    keep_motion,
    keep_motions,
    keep_source,
    motion_file,
)
from oelala.library.workspace import Workspace
from oelala.media.poses.motions import shipped_motion
from oelala.media.poses.openpose_read import read_openpose
from oelala.media.poses.openpose_write import write_zip
from oelala.tasks.pose_transfer import PoseTransfer
from tests.media.films import film, walking_body


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    workspace = Workspace(tmp_path / "workspace")
    workspace.prepare()
    return workspace


def test_a_motion_is_kept_once_and_read_back_as_it_was(workspace: Workspace) -> None:
    wave = shipped_motion("wave")
    reference = keep_motion(workspace, wave)
    assert keep_motion(workspace, shipped_motion("wave")) == reference
    assert keep_motion(workspace, shipped_motion("walk")) != reference
    assert len(list(workspace.inputs.iterdir())) == 2
    kept = read_openpose(Path(motion_file(workspace, reference)))
    assert (kept.people[0].body == wave.people[0].body).all()
    assert (kept.width, kept.fps, kept.num_frames) == (256, 16, 65)


def test_what_is_not_kept_stays_what_it_was(workspace: Workspace) -> None:
    for motion in ("wave", "/somewhere/film.mp4", "0" * 64 + ".zip", "../x.zip"):
        assert motion_file(workspace, motion) == motion


def test_a_film_is_kept_as_it_is_and_a_motion_remembers_it(workspace: Workspace, tmp_path: Path) -> None:
    source = film(tmp_path / "walk.mp4", walking_body(3))
    kept = keep_source(workspace, source, "my walk.mp4")
    assert (kept.pose, (workspace.inputs / kept.reference).read_bytes()) == (False, source.read_bytes())
    assert film_of(workspace, kept.reference) == workspace.inputs / kept.reference
    motion = keep_motion(workspace, shipped_motion("wave"))
    assert film_of(workspace, motion) is None
    note_film(workspace, motion, kept.reference)
    assert film_of(workspace, motion) == workspace.inputs / kept.reference


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("poem.mp4", b"no film", "unreadable-file"),
        ("broken.json", b"no", "pose-bad-json"),
        ("empty.zip", b"PK\x05\x06" + bytes(18), "pose-empty"),
        ("counts.json", b'{"people": [{"pose_keypoints_2d": [1, 2, 3]}]}', "pose-wrong-counts"),
        ("nobody.json", b'{"people": []}', "nobody-found"),
    ],
)
def test_a_fault_calls_the_file_as_the_user_does(
    workspace: Workspace, tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    source = tmp_path / f"upload-1{Path(name).suffix}"
    source.write_bytes(content)
    with pytest.raises(OelalaError) as caught:
        keep_source(workspace, source, name)
    assert (caught.value.code, caught.value.values["name"]) == (code, name)
    assert not workspace.inputs.exists() or not list(workspace.inputs.iterdir())


def test_a_task_keeps_its_motion(workspace: Workspace, tmp_path: Path) -> None:
    def kept(motion: str) -> str:
        task = keep_motions(PoseTransfer(motion=motion, prompt="x"), workspace, 16)
        assert isinstance(task, PoseTransfer)
        return task.motion

    assert kept("wave") == "wave"
    write_zip(shipped_motion("jump"), tmp_path / "jump.zip")
    reference = kept(str(tmp_path / "jump.zip"))
    (tmp_path / "jump.zip").unlink()
    assert kept(reference) == reference
    for motion, code in (("gone.mp4", "no-motion-file"), ("0" * 64 + ".zip", "motion-gone")):
        with pytest.raises(InvalidTask) as caught:
            kept(motion)
        assert (caught.value.code, caught.value.field) == (code, "motion")
