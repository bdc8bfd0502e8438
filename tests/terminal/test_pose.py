"""`pose FILE`, as a user and a script meet it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from oelala.media.poses.motions import shipped_motion
from oelala.media.poses.openpose_read import read_openpose
from oelala.media.poses.openpose_write import write_zip
from oelala.media.video import probe, read_frames
from oelala.settings import PROJECT
from oelala.terminal.main import main
from tests.media.bodies import pose_of
from tests.media.films import film, joints_at, walking_body
from tests.media.people import PHOTOGRAPHS, needs_photographs
from tests.media.pictures import animation


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = main(["pose", *arguments])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    code, out, _ = run(capsys, *arguments, "--json")
    assert code == 0
    said: dict[str, Any] = json.loads(out)
    return said


def test_a_film_is_measured_drawn_and_written_as_json(tmp_path: Path) -> None:
    """The real program in a process of its own, as a script would call it."""
    source = film(tmp_path / "walk.mp4", walking_body(9))
    drawn, frames = tmp_path / "drawn.mp4", tmp_path / "frames"
    arguments = [str(source), "--json", "--draw", str(drawn), "--openpose", str(frames)]
    command = [sys.executable, "-m", "oelala", "pose", *arguments, "--workspace", str(tmp_path / "w")]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["frames"], said["fps"], said["detected"], said["people"]) == (9, 16, 1.0, 1)
    assert 0.8 < said["confidence"] <= 1
    assert (said["draw"], said["openpose"]) == (str(drawn), str(frames))
    assert probe(drawn).num_frames == len(list(frames.iterdir())) == 9
    assert sorted(path.name for path in tmp_path.iterdir()) == ["drawn.mp4", "frames", "walk.mp4"]


def test_the_bodies_are_drawn_over_their_film(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frames = walking_body(5, height=200)
    source, drawn = film(tmp_path / "walk.mp4", frames), tmp_path / "drawn.mp4"
    said = answer(capsys, str(source), "--draw", str(drawn), "--over")
    assert (said["frames"], probe(drawn).num_frames) == (5, 5)
    wall = frames[3][150:, 340:].astype(int)  # nobody is there
    shown = list(read_frames(drawn))[3].astype(int)
    assert np.abs(shown[150:, 340:] - wall * 0.55).mean() < 4
    hip = joints_at(3)[8].astype(int)
    area = np.s_[hip[1] - 4 : hip[1] + 5, hip[0] - 4 : hip[0] + 5]
    assert (shown[area] - frames[3][area].astype(int) * 0.55).max() > 60, "a joint lies over it"
    code, _, err = run(capsys, str(source), "--over", "--language", "en")
    assert (code, "--draw OUT.mp4" in err) == (2, True)


def test_what_was_written_can_be_read_and_drawn_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = answer(capsys, "wave", "--openpose", str(tmp_path / "wave"))
    assert (first["frames"], first["fps"], first["detected"]) == (65, 16, 1)
    again = answer(capsys, str(tmp_path / "wave"), "--draw", str(tmp_path / "wave.mp4"), "--style", "vace")
    assert {name: again[name] for name in ("frames", "fps", "confidence")} == {
        name: first[name] for name in ("frames", "fps", "confidence")
    }
    frame = next(read_frames(tmp_path / "wave.mp4"))
    x, y = shipped_motion("wave").people[0].body[0, 8, :2].astype(int)  # the right hip
    red, green, blue = frame[y - 1 : y + 2, x - 1 : x + 2].reshape(-1, 3).max(axis=0).astype(int)
    assert green > red > blue + 30  # (0, 255, 170) exchanged


def test_points_are_cut_and_timed_as_a_film_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    part = answer(capsys, "wave", "--start", "1", "--end", "2", "--openpose", str(tmp_path / "part"))
    assert (part["frames"], part["fps"]) == (16, 16)
    cut = read_openpose(tmp_path / "part").people[0].body
    np.testing.assert_array_equal(cut, shipped_motion("wave").people[0].body[16:32])
    slow = answer(capsys, str(tmp_path / "part"), "--start", "0.5", "--fps", "8")
    assert (slow["frames"], slow["fps"]) == (4, 8)
    score = answer(capsys, "wave", "--start", "1", "--end", "2", "--against", "wave")["score"]
    assert (score["pck"], score["against_frames"]) == (1, 16)


def test_people_read_a_sentence_in_their_language(capsys: pytest.CaptureFixture[str]) -> None:
    assert "65 frames at 16.0 a second; a body in 100 %" in run(capsys, "walk", "--language", "en")[1]
    assert "65 beelden, 16,0 per seconde; in 100 % een lichaam" in run(capsys, "walk", "--language", "nl")[1]


def test_one_motion_is_compared_with_another(capsys: pytest.CaptureFixture[str]) -> None:
    same = answer(capsys, "wave", "--against", "wave")["score"]
    assert (same["pck"], same["mean_error"]) == (1, 0)
    other = answer(capsys, "jump", "--against", "wave")
    assert other["score"]["pck"] < 0.9
    said = run(capsys, "jump", "--against", "wave", "--language", "en")[1].splitlines()
    assert said[1].startswith(f"Compared with wave: {other['score']['pck'] * 100:.1f} % of the joints")


def test_a_shorter_clip_is_compared_with_as_much_of_the_motion(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    body = shipped_motion("wave").people[0].body[:33].copy()
    body[7, :9, 0] += 40  # the worst frame is one that the clip has
    write_zip(pose_of(body), tmp_path / "clip.zip")
    score = answer(capsys, str(tmp_path / "clip.zip"), "--against", "wave")["score"]
    assert (score["worst_frame"], len(score["curve"]), score["against_frames"]) == (7, 33, 65)
    assert score["pck"] == pytest.approx(1 - 9 / 18 / 33, abs=1e-4)
    said = run(capsys, str(tmp_path / "clip.zip"), "--against", "wave", "--language", "en")[1]
    assert "wave goes on for longer: its first 33 of 65 frames were compared." in said
    longer = run(capsys, "wave", "--against", str(tmp_path / "clip.zip"), "--language", "en")[1]
    assert "goes on for longer" not in longer


def test_what_does_not_fit_is_said_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    body = shipped_motion("walk").people[0].body.copy()
    body[:, 8:14] = 0
    write_zip(pose_of(body), tmp_path / "half.zip")
    (finding,) = answer(capsys, str(tmp_path / "half.zip"))["findings"]
    assert (finding["code"], finding["joints"][0]) == ("missing-joints", "right-hip")
    said = run(capsys, str(tmp_path / "half.zip"), "--language", "nl")[1]
    assert "Meestal niet te zien: rechterheup, rechterknie, rechterenkel" in said


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (["nothing.mp4"], 1, "no-motion-file"),
        (["broken.json"], 1, "pose-bad-json"),
        (["broken.mp4"], 1, "unreadable-file"),
        (["nobody.json"], 1, "nobody-in-file"),
        (["moving.webp"], 1, "motion-moves"),
        (["wave", "--draw", "gone/out.mp4"], 2, "no-such-folder"),
        (["wave", "--draw", "."], 2, "out-is-folder"),
        (["wave", "--draw", "wave.png"], 2, "out-other-kind"),
        (["wave", "--start", "3", "--end", "1"], 2, "bad-part"),
        (["wave", "--fps", "0"], 2, "bad-part"),
        (["wave", "--start", "5"], 1, "cut-empty"),
        (["wave", "--draw", "out.mp4", "--over"], 1, "nothing-to-draw-over"),
        (["wave", "--openpose", "broken.json"], 2, "not-a-folder"),
        (["wave", "--openpose", "broken.json/x"], 2, "not-a-folder"),
        (["broken.mp4", "--draw", "./broken.mp4"], 2, "out-is-input"),
        (["wave", "--against", "broken.mp4", "--draw", "broken.mp4"], 2, "out-is-input"),
        (["frames", "--openpose", "frames"], 2, "out-is-input"),
    ],
)
def test_a_wrong_wish_gets_one_clear_message(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    error: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    animation(Path("moving.webp"))
    Path("broken.json").write_text("no")
    Path("broken.mp4").write_text("no")
    Path("frames").mkdir()
    Path("nobody.json").write_text('{"people": []}')
    told = []
    for language in ("en", "nl"):
        got, out, err = run(capsys, *arguments, "--json", "--language", language)
        said = json.loads(out)
        assert (got, said["state"], said["code"]) == (code, "failed", error)
        assert said["message"] in err
        assert said["hint"] in err
        told.append(said["message"])
    assert told[0] != told[1]


@needs_photographs
def test_hands_and_a_face_come_along_where_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    photograph = str(PHOTOGRAPHS / "COCO_val2014_000000000294.jpg")
    assert answer(capsys, photograph)["hands"] == 0
    said = answer(capsys, photograph, "--hands", "--face", "--openpose", str(tmp_path / "frames"))
    assert (said["hands"], said["faces"]) == (1, 1)
    (file,) = (tmp_path / "frames").iterdir()
    (person,) = json.loads(file.read_text())["people"]
    counts = [len(person[f"{part}_keypoints_2d"]) for part in ("hand_left", "hand_right", "face")]
    assert counts == [63, 63, 204]
