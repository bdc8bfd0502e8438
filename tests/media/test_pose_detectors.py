"""Detectors that the user installs: what is said without them, and what is made of their answers.

Neither can be had here, so programs of ours stand in for them at the same boundary: a process with the same
arguments, files and points.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from oelala.errors import OelalaError
from oelala.media.poses.available import obstacle
from oelala.media.poses.detect import Detection, detect_pose
from oelala.media.poses.dwpose_parts import FILES
from oelala.media.poses.film import Cut
from oelala.settings import PROJECT
from tests.media.films import film

posix = pytest.mark.skipif(sys.platform == "win32", reason="starts a script by its first line")

# The shell reads exec, Python a string: a first line cannot name a Python in a folder with a space.
OPENPOSE = """#!/bin/sh
'''exec' "{python}" "$0" "$@"
' '''
import json, sys, time
sys.path.insert(0, {project!r})
from pathlib import Path
from oelala.media.video import read_frames
flags = dict(zip(sys.argv[1::1], sys.argv[2::1]))
if {mode!r} == "fails":
    sys.exit("Cuda check failed (2 vs. 0): out of memory")
if {mode!r} == "hangs":
    time.sleep(60)
assert flags["--model_pose"] == "BODY_25" and "--hand" in sys.argv and "--face" in sys.argv
for number, frame in enumerate(read_frames(Path(flags["--video"]))):
    y, x = [float(side.mean()) for side in (frame[..., 0] > 128).nonzero()]
    person = {{"person_id": [-1], "pose_keypoints_2d": sum([[x + j, y + j, 0.8] for j in range(25)], []),
              "face_keypoints_2d": [x, y, 0.5] * 70, "hand_left_keypoints_2d": [x, y, 0.4] * 21,
              "hand_right_keypoints_2d": [0.0] * 63}}
    path = Path(flags["--write_json"]) / f"clip_{{number:012d}}_keypoints.json"
    path.write_text(json.dumps({{"version": 1.3, "people": [person]}}))
"""

RTMLIB = """
import numpy as np
class YOLOX:
    def __init__(self, det, model_input_size, det_mode, backend, device):
        assert det.endswith("yolox_l.onnx") and det_mode == "multiclass"
        print("libraries print what they like")
    def __call__(self, image):
        if not (image[..., 2] > 128).any():  # BGR
            return np.array([]), np.array([])
        return np.array([[0, 0, 9, 9], [0, 0, 160, 90.0]]), np.array([56, 0])  # a chair, a person
class RTMPose:
    def __init__(self, pose, model_input_size, to_openpose, backend, device):
        assert pose.endswith("dw-ll_ucoco_384.onnx") and to_openpose
    def __call__(self, image, bboxes):
        y, x = [side.mean() for side in (image[..., 2] > 128).nonzero()]
        points = np.tile([x, y], (len(bboxes), 134, 1)) + np.arange(134)[None, :, None]
        scores = np.full((len(bboxes), 134), 0.9)
        scores[:, 113:] = 0
        return points, scores
"""


def dots(num_frames: int = 6, height: int = 90, width: int = 160) -> list[np.ndarray]:
    """A red square of 10 pixels that moves right by 8 a frame; its middle is at (12 + 8 n, 40)."""
    frames = [np.zeros((height, width, 3), np.uint8) for _ in range(num_frames)]
    for number, frame in enumerate(frames):
        frame[35:45, 7 + 8 * number : 17 + 8 * number, 0] = 255
    return frames


@pytest.fixture
def dot_film(tmp_path: Path) -> Path:
    return film(tmp_path / "dots.mp4", dots())


def put_openpose(folder: Path, monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    program = folder / "bin" / "openpose"
    program.parent.mkdir()
    program.write_text(OPENPOSE.format(python=sys.executable, project=str(PROJECT), mode=mode))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent) + os.pathsep + os.environ["PATH"])


def put_rtmlib(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand-ins for both packages; returns a cache with files of the weights' names."""
    for name, text in (("rtmlib", RTMLIB), ("onnxruntime", "")):
        (folder / "packages" / name).mkdir(parents=True)
        (folder / "packages" / name / "__init__.py").write_text(text)
    monkeypatch.syspath_prepend(folder / "packages")
    monkeypatch.setenv("PYTHONPATH", str(folder / "packages"))
    snapshot = folder / "hub" / "models--yzd-v--DWPose" / "snapshots" / "1"
    snapshot.mkdir(parents=True)
    for name in FILES:
        (snapshot / name).write_bytes(b"")
    return folder / "hub"


def raw(detector: str, **values: object) -> Detection:
    return Detection(detector, smoothing=None, **values)  # type: ignore[arg-type]


@posix
def test_openpose_on_the_path_is_run_and_read_back(
    dot_film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_openpose(tmp_path, monkeypatch, "works")
    pose = detect_pose(dot_film, raw("openpose", cut=Cut(start=0.125)))
    assert (pose.width, pose.height, pose.num_frames, len(pose.people)) == (160, 90, 4, 1)
    person = pose.people[0]
    places = [[12 + 8 * number, 40] for number in range(2, 6)]
    assert np.abs(person.body[:, 0, :2] - places).max() < 1.5
    assert person.face.shape == (4, 70, 3)
    assert (person.hand_left[..., 2] == 0.4).all()
    assert not person.hand_right.any()


@posix
@pytest.mark.parametrize("detector", ["openpose", "dwpose"])
def test_no_detector_follows_a_body_across_a_cut(
    detector: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The square goes on where it was, in front of another wall."""
    frames, wall = dots(16), np.zeros((90, 160, 3), np.uint8)
    wall[:45, :80, 1:], wall[45:, 80:, 1:] = 230, 120
    for frame in frames[8:]:
        frame[frame[..., 0] == 0] = wall[frame[..., 0] == 0]
    put_openpose(tmp_path, monkeypatch, "works")
    models = put_rtmlib(tmp_path, monkeypatch)
    pose = detect_pose(film(tmp_path / "cut.mp4", frames), raw(detector, models=models))
    assert (pose.num_frames, pose.scene_starts, len(pose.people)) == (16, (8,), 2)
    seen = sorted(np.flatnonzero(pose.found(person)).tolist() for person in pose.people)
    assert seen == [list(range(8)), list(range(8, 16))]


@posix
@pytest.mark.parametrize(("mode", "reason"), [("fails", "out of memory"), ("hangs", "no answer")])
def test_an_openpose_that_fails_or_hangs_costs_a_message(
    dot_film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str, reason: str
) -> None:
    from oelala.media.poses.film import WHOLE, open_film
    from oelala.media.poses.openpose_program import run_openpose

    put_openpose(tmp_path, monkeypatch, mode)
    with pytest.raises(OelalaError) as caught:
        run_openpose(open_film(dot_film), WHOLE, patience=1.0 if mode == "hangs" else 60.0)
    assert caught.value.code == "detector-failed"
    assert reason in str(caught.value)


def test_dwpose_gives_body_feet_face_and_hands(
    dot_film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = put_rtmlib(tmp_path, monkeypatch)
    pose = detect_pose(dot_film, raw("dwpose", models=hub))
    assert (pose.num_frames, len(pose.people), pose.least_confidence) == (6, 1, 0.3)
    person = pose.people[0]
    for number in range(6):
        wanted = np.array([12 + 8 * number, 40])
        assert np.abs(person.body[number, 0, :2] - wanted).max() < 1.5
    shifts = person.body[0, :, 0] - person.body[0, 0, 0]
    assert shifts == pytest.approx([
        *range(8), 9.5, *range(8, 24),
    ])  # fmt: skip
    assert (person.face.shape[1], person.hand_left.shape[1]) == (68, 21)
    assert not person.hand_right.any()


def test_dwpose_takes_no_thing_and_no_empty_frame_for_somebody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = put_rtmlib(tmp_path, monkeypatch)
    frames = [np.zeros((90, 160, 3), np.uint8), *dots(2)]
    pose = detect_pose(film(tmp_path / "entry.mp4", frames), raw("dwpose", models=hub))
    assert (pose.num_frames, len(pose.people)) == (3, 1)
    assert pose.found(pose.people[0]).tolist() == [False, True, True]


@pytest.mark.parametrize(("detector", "code"), [("openpose", "no-openpose"), ("dwpose", "no-dwpose")])
def test_what_is_not_installed_is_named(
    dot_film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, detector: str, code: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OelalaError) as caught:
        detect_pose(dot_film, raw(detector))
    assert caught.value.code == code
    assert json.dumps(dict(caught.value.values))


def test_dwpose_without_its_weights_says_so(
    dot_film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_rtmlib(tmp_path, monkeypatch)
    with pytest.raises(OelalaError) as caught:
        detect_pose(dot_film, raw("dwpose", models=tmp_path))
    assert caught.value.values["missing"] == ", ".join(FILES)
    assert "./launch.sh models download dwpose" in str(caught.value)


@posix
def test_what_a_detector_lacks_is_known_before_it_is_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    lacks = obstacle("dwpose", tmp_path)
    assert lacks is not None
    assert lacks.values["missing"] == "onnxruntime, rtmlib, yolox_l.onnx, dw-ll_ucoco_384.onnx"
    assert lacks.values["id"] == "dwpose"
    absent = obstacle("openpose", tmp_path)
    assert absent is not None
    assert (absent.code, obstacle("mediapipe", tmp_path)) == ("no-openpose", None)
    put_openpose(tmp_path, monkeypatch, "works")
    assert obstacle("openpose", tmp_path) is None
    assert obstacle("dwpose", put_rtmlib(tmp_path, monkeypatch)) is None
