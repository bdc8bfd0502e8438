"""Motions kept in the workspace: once each, and for good."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from oelala.errors import InvalidTask, OelalaError
from oelala.library.film_parts import FilmPart, chosen_part, film_part_of, first_part, note_film
from oelala.library.motions import (
    film_of,
    keep_motion,
    keep_motions,
    keep_source,
    motion_file,
)
from oelala.library.unsaid import Facts, Unsaid, unsaid_of
from oelala.library.workspace import Workspace
from oelala.media.poses.motions import shipped_motion
from oelala.media.poses.openpose_read import read_openpose
from oelala.media.poses.openpose_write import write_zip
from oelala.tasks.pose_transfer import PoseTransfer
from tests.media.bodies import STANDING
from tests.media.films import film, walking_body


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
        ("nobody.json", b'{"people": []}', "nobody-in-file"),
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
        task = keep_motions(PoseTransfer(motion=motion, prompt="x"), workspace)
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


def test_a_long_film_is_searched_from_its_beginning_and_no_closer_than_the_clip() -> None:
    assert first_part(10, 25) == FilmPart()
    assert first_part(10, 60, 16) == FilmPart(fps=30)
    assert first_part(300, 60, 16) == FilmPart(0, 20, 16)
    assert first_part(300, 60) == FilmPart(0, 20, 30)
    assert first_part(300, 12, 16) == FilmPart(0, 20, None)
    assert first_part(0, 1) == FilmPart(), "a picture"
    assert chosen_part(60, FilmPart(40, 50)) == FilmPart(40, 50, 30)
    assert chosen_part(60, FilmPart(40, 50, 120)) == FilmPart(40, 50, 30)
    assert chosen_part(12, FilmPart(40, 50, 16)) == FilmPart(40, 50, None)


def test_a_motion_remembers_its_part_of_the_film(workspace: Workspace, tmp_path: Path) -> None:
    kept = keep_source(workspace, film(tmp_path / "walk.mp4", walking_body(3))).reference
    motion = keep_motion(workspace, shipped_motion("wave"))
    assert film_part_of(workspace, motion) == FilmPart()
    note_film(workspace, motion, kept, FilmPart(40, 60, 16))
    assert film_part_of(workspace, motion) == FilmPart(40, 60, 16)
    assert film_of(workspace, motion) == workspace.inputs / kept
    note = (workspace.inputs / motion).with_suffix(".film")
    for text in (kept, f"{kept}\n", f"{kept}\n[]", f"{kept}\nno", f'{kept}\n{{"start": "x"}}'):
        note.write_text(text)
        assert (film_of(workspace, motion), film_part_of(workspace, motion)) == (
            workspace.inputs / kept,
            FilmPart(),
        )


def bare_frames(path: Path, **said: float) -> Path:
    """Two frames of a body between 0 and 1, as OpenPose writes them."""
    joints = [part for joint in STANDING for part in (joint[0] + 0.5, joint[1] * 0.8 + 0.1, 0.9)]
    path.write_text(json.dumps([{"people": [{"pose_keypoints_2d": joints}], **said}] * 2))
    return path


def test_what_the_json_leaves_open_is_guessed_and_noted(workspace: Workspace, tmp_path: Path) -> None:
    source = bare_frames(tmp_path / "bare.json")
    kept = keep_source(workspace, source).reference
    pose = read_openpose(workspace.inputs / kept)
    assert (pose.width, pose.height, pose.fps) == (512, 512, 30)
    unsaid = unsaid_of(workspace, kept)
    assert unsaid is not None
    assert (unsaid.fps, unsaid.size) == ("guessed", "guessed")
    assert (workspace.inputs / unsaid.file).read_bytes() == source.read_bytes()

    known = keep_source(workspace, workspace.inputs / unsaid.file, "bare", Facts(25, (1280, 720))).reference
    better = read_openpose(workspace.inputs / known)
    assert (better.width, better.height, better.fps) == (1280, 720, 25)
    assert better.people[0].body[0, 0, :2] == pytest.approx((640, 72))
    assert unsaid_of(workspace, known) == Unsaid(unsaid.file, "given", "given")
    half = keep_source(workspace, bare_frames(tmp_path / "half.json", fps=12)).reference
    assert unsaid_of(workspace, half).fps == "file"  # type: ignore[union-attr]


def test_a_task_says_what_its_motion_does_not(workspace: Workspace, tmp_path: Path) -> None:
    values: dict[str, Any] = {"motion_fps": 25, "motion_width": 640, "motion_height": 480, "prompt": "x"}
    source = bare_frames(tmp_path / "bare.json")
    task = keep_motions(PoseTransfer(motion=str(source), **values), workspace)
    assert isinstance(task, PoseTransfer)
    pose = read_openpose(workspace.inputs / task.motion)
    assert (pose.width, pose.height, pose.fps) == (640, 480, 25)
    assert (task.motion_fps, task.motion_width, task.motion_height) == (None, None, None), "it says so itself"
    said = bare_frames(tmp_path / "said.json", fps=12, canvas_width=64, canvas_height=64)
    walk = film(tmp_path / "walk.mp4", walking_body(3))
    for motion in ("wave", str(said), str(walk)):
        with pytest.raises(InvalidTask) as caught:
            keep_motions(PoseTransfer(motion=motion, **values), workspace)
        assert (caught.value.code, caught.value.field) == ("said-already", "motion")
    with pytest.raises(ValueError, match="motion-width"):
        PoseTransfer(motion="wave", prompt="x", motion_width=640)
    for fps, size in ((0.01, None), (None, (640, 8)), (None, (640, 10**6))):
        with pytest.raises(OelalaError, match="must be at"):
            Facts(fps, size)
