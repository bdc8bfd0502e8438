"""`generate pose-transfer`: a motion and somebody to do it, from flags."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from oelala.kinds import read_task
from oelala.library.motions import motion_file
from oelala.library.naming import document_of
from oelala.library.provenance import read_document
from oelala.media.poses.motions import shipped_motion
from oelala.media.poses.openpose_write import write_zip
from oelala.media.poses.source import MotionSource, read_motion
from oelala.media.video import probe, read_metadata
from oelala.settings import Settings
from oelala.studio import Studio
from oelala.tasks.pose_transfer import PoseTransfer
from tests.media.films import film, walking_body
from tests.media.people import rendered
from tests.media.test_pose_detectors import dots, posix, put_openpose
from tests.models.tiny_pose import ANIMATE, VACE
from tests.terminal.conftest import OpenStudio
from tests.terminal.test_terminal import SMALL, run


def test_a_clip_that_follows_a_motion(
    tmp_path: Path, open_studio: OpenStudio, capsys: pytest.CaptureFixture[str]
) -> None:
    write_zip(shipped_motion("wave"), tmp_path / "wave.zip")
    out = tmp_path / "clip.mp4"
    arguments = ["--motion", str(tmp_path / "wave.zip"), "--prompt", "somebody waves", "--model", VACE]
    where = ["--out", str(out), "--json", *open_studio.flags]
    code, said, err = run(capsys, "generate", "pose-transfer", *arguments, *SMALL, *where)
    assert code == 0, err
    answer = json.loads(said)
    assert (answer["state"], answer["model"], answer["seed"]) == ("done", VACE, 7)
    assert (probe(out).width, probe(out).num_frames) == (128, 5)
    studio = open_studio.join()
    task = studio.restore(out).model_dump()
    assert task["pose_style"] == "vace"
    (tmp_path / "wave.zip").unlink()
    assert studio.knows_motion(task["motion"])
    (clip,) = open_studio.outputs()
    score = studio.clip_score(clip.path)
    assert 0 <= score["pck"] <= 1
    assert probe(studio.workspace.outputs / score["side_by_side"]).num_frames == 5


@posix
def test_another_detector_stays_with_the_clip(
    tmp_path: Path,
    open_studio: OpenStudio,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source, out = film(tmp_path / "dots.mp4", dots()), tmp_path / "clip.mp4"
    about = ["--motion", str(source), "--prompt", "x", "--model", VACE, *SMALL, "--detector", "openpose"]
    where = ["--out", str(out), *open_studio.flags, "--language", "en"]
    with monkeypatch.context() as without:
        without.setenv("PATH", str(tmp_path))
        code, said, err = run(capsys, "generate", "pose-transfer", *about, *where)
    studio = open_studio.join()
    assert (code, said, open_studio.jobs()) == (2, "", [])
    assert "OpenPose is not on the PATH of this computer" in err

    put_openpose(open_studio.programs, monkeypatch, "works")
    code, said, err = run(capsys, "generate", "pose-transfer", *about, *where)
    assert code == 0, err
    assert studio.restore(out).model_dump()["detector"] == "openpose"
    job, search = sorted(open_studio.jobs(), key=lambda job: job.kind)
    assert (search.kind, search.lane, search.task["model"]) == ("read-motion", "light", "openpose")
    again = studio.retry(job.id)
    studio.cancel(again.id)
    assert (again.task["detector"], again.task["motion"]) == ("openpose", job.task["motion"])
    (clip,) = open_studio.outputs()
    followed = read_document(document_of(clip.path))["pose"]["motion"]
    found = read_motion(MotionSource(motion_file(studio.workspace, followed)))
    assert found.people[0].body[0, 0, :2] == pytest.approx([12, 40], abs=1.5)


def test_somebody_is_replaced_in_a_film(
    tmp_path: Path, open_studio: OpenStudio, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.fromarray(rendered("full body")[0]).save(tmp_path / "someone.png")
    source, out = film(tmp_path / "walk.mp4", walking_body(5)), tmp_path / "clip.mp4"
    about = ["--image", str(tmp_path / "someone.png"), "--model", ANIMATE, "--mode", "replace", *SMALL]
    where = ["--out", str(out), "--json", *open_studio.flags]
    code, said, err = run(capsys, "generate", "pose-transfer", "--motion", str(source), *about, *where)
    assert code == 0, err
    assert json.loads(said)["state"] == "done"
    studio = open_studio.join()
    task = studio.restore(out).model_dump()
    assert (task["mode"], task["pose_style"]) == ("replace", "animate")
    assert probe(out).num_frames == 5
    (clip,) = open_studio.outputs()
    assert (clip.title, clip.path.name[6:20]) == ("someone · walk", "-someone-walk-")
    assert studio.title_of(studio.job(clip.job).task) == read_metadata(out)["title"] == clip.title
    code, _, err = run(capsys, "generate", "pose-transfer", "--motion", "wave", *about, *where)
    assert code == 2
    assert "has to come from a film" in err


def test_the_body_is_put_where_the_character_stands(
    tmp_path: Path, open_studio: OpenStudio, capsys: pytest.CaptureFixture[str]
) -> None:
    picture, joints = rendered("full body")
    small = Image.new("RGB", (256, 256), "white")
    small.paste(Image.fromarray(picture).resize((128, 128)), (128, 96))
    small.save(tmp_path / "someone.png")
    motion, out = tmp_path / "walk.mp4", tmp_path / "clip.mp4"
    film(motion, [np.array(picture)] * 5)
    about = ["--image", str(tmp_path / "someone.png"), "--motion", str(motion), "--model", VACE, *SMALL]
    where = ["--out", str(out), "--json", *open_studio.flags]
    code, _, err = run(capsys, "generate", "pose-transfer", *about, "--place", *where)
    assert code == 0, err
    task = open_studio.join().restore(out).model_dump()
    hips = (joints[8] + joints[11]) / 2
    assert task["pose_scale"] == pytest.approx(0.5, abs=0.06)
    wanted = (np.array([128, 96]) + hips * 128) / 256 - hips
    assert [task["shift_x"], task["shift_y"]] == pytest.approx(list(wanted), abs=0.03)
    assert task["motion"].endswith(".zip")  # nobody has to be looked for once more
    assert [job.kind for job in open_studio.jobs()].count("read-motion") == 2


@posix
def test_placing_looks_with_the_detector_that_was_asked_for(
    tmp_path: Path, tiny_models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_openpose(tmp_path, monkeypatch, "works")
    source = film(tmp_path / "dots.mp4", dots())
    Image.fromarray(rendered("full body")[0]).save(tmp_path / "someone.png")
    studio = Studio(Settings(workspace=tmp_path / "w", models=tiny_models))
    values = {"motion": str(source), "image": str(tmp_path / "someone.png"), "detector": "openpose"}
    task = read_task("pose-transfer", {"model": VACE, **values})
    assert isinstance(task, PoseTransfer)
    searches = studio.search_for_bodies(task, place=True)
    assert [job.task["model"] for job in searches.jobs] == ["openpose", "mediapipe"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--prompt", "x"], "has to show where its character stands"),
        (["--prompt", "x", "--image", "blank.png", "--shift-x", "0.1"], "--place finds this by itself"),
        (["--image", "blank.png"], "blank.png"),
    ],
)
def test_where_a_body_cannot_be_placed_is_said(
    tmp_path: Path,
    open_studio: OpenStudio,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    message: str,
) -> None:
    Image.new("RGB", (128, 128), "white").save(tmp_path / "blank.png")
    monkeypatch.chdir(tmp_path)
    about = ["--motion", "wave", "--model", VACE, "--place", *arguments, *open_studio.flags]
    code, out, err = run(capsys, "generate", "pose-transfer", *about, "--language", "en")
    assert (out, code in (1, 2)) == ("", True)
    assert message in err
    assert {job.kind for job in open_studio.jobs()} <= {"read-motion"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--prompt", "x"], "Something is still missing here."),
        (["--motion", "wave"], "there is no picture and no prompt"),
        (["--motion", "gone.mp4", "--prompt", "x"], "There is no file gone.mp4."),
        (["--motion", "poem.json", "--prompt", "x"], "poem.json is not OpenPose's JSON"),
        (["--motion", "dots.mp4", "--prompt", "x", "--detector", "dwpose"], "models download dwpose"),
        (["--motion", "wave", "--prompt", "x", "--detector", "eyes"], "mediapipe"),
        (["--motion", "wave", "--image", "gone.png"], "There is no picture gone.png."),
        (["--motion", "wave", "--image", "dots.mp4"], "dots.mp4 is a film, and the character comes from a"),
        (["--motion", "frames", "--prompt", "x"], "Give a film as --motion, or one of the pictures."),
        (["--motion", "wave", "--prompt", "x", "--bones", "2"], "This must be at most 1"),
        (["--motion", "wave", "--prompt", "x", "--model", "oelala-mini"], "Oelala Mini"),
        (["--motion", "wave", "--prompt", "x", "--model", "wan2.2-animate-14b"], "needs that picture"),
    ],
)
def test_what_is_wrong_is_said_before_the_work(
    tmp_path: Path,
    tiny_models: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.setenv("OELALA_MODELS", str(tiny_models))
    (tmp_path / "poem.json").write_text("no JSON")
    (tmp_path / "frames").mkdir()
    Image.new("RGB", (64, 64)).save(tmp_path / "frames" / "1.png")
    film(tmp_path / "dots.mp4", dots())
    monkeypatch.chdir(tmp_path)
    code, out, err = run(
        capsys,
        "generate",
        "pose-transfer",
        *arguments,
        "--workspace",
        str(tmp_path / "w"),
        "--language",
        "en",
    )
    assert out == ""
    assert code in (1, 2)
    assert message in err
    assert Studio(Settings(workspace=tmp_path / "w")).jobs() == []
