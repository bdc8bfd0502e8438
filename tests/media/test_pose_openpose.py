"""OpenPose's JSON, in and out: to the last bit, and every broken file gets one clear answer."""

from __future__ import annotations

import json
import tracemalloc
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from oelala.errors import OelalaError
from oelala.media.poses import openpose_files
from oelala.media.poses.document import PARTS, Person, Points, Pose
from oelala.media.poses.openpose_read import Reading, is_openpose, read_openpose
from oelala.media.poses.openpose_write import frame_as_json, write_folder, write_zip


def some_points(rng: np.random.Generator, num_frames: int, count: int, missing: float = 0.2) -> Points:
    points = rng.uniform(1, 600, (num_frames, count, 3))
    points[..., 2] = rng.uniform(0.1, 1, (num_frames, count))
    points[rng.random((num_frames, count)) < missing] = 0
    return points


def some_pose(body: int = 25, face: int = 70, num_frames: int = 12) -> Pose:
    rng = np.random.default_rng(body + face)
    people = []
    for shift in (0.0, 700.0):
        parts = {
            "body": some_points(rng, num_frames, body),
            "hand_left": some_points(rng, num_frames, 21),
            "hand_right": some_points(rng, num_frames, 21),
            "face": some_points(rng, num_frames, face),
        }
        for points in parts.values():
            points[points[..., 2] > 0, 0] += shift
            points[4] = 0 if shift else points[4]  # the second person is away for a frame
        filled = (rng.random((num_frames, body)) < 0.1) & (parts["body"][..., 2] > 0)
        people.append(Person.of(**parts, filled=filled))
    return Pose(1280, 720, 29.97, num_frames, tuple(people), 0.3)


def assert_equal(one: Pose, other: Pose) -> None:
    assert (one.width, one.height, one.fps) == (other.width, other.height, other.fps)
    assert (one.num_frames, one.least_confidence) == (other.num_frames, other.least_confidence)
    assert len(one.people) == len(other.people)
    for mine, theirs in zip(one.people, other.people, strict=True):
        for part in (*PARTS, "filled"):
            np.testing.assert_array_equal(getattr(mine, part), getattr(theirs, part), part)


def a_frame(**changes: Any) -> dict[str, Any]:
    return {"people": [{"pose_keypoints_2d": [100.0, 50.0, 0.9] * 18}], **changes}


def written(folder: Path, *frames: Any) -> Path:
    """A zip of those frames; text goes in as it is."""
    path = folder / "pose.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, frame in enumerate(frames):
            archive.writestr(
                f"p_{number}.json", frame if isinstance(frame, str | bytes) else json.dumps(frame)
            )
    return path


@pytest.mark.parametrize(("body", "face"), [(18, 0), (18, 68), (25, 70)])
def test_what_is_written_is_read_back_to_the_last_bit(tmp_path: Path, body: int, face: int) -> None:
    pose = some_pose(body, face)
    assert write_folder(pose, tmp_path / "frames", "clip") == 12
    assert (tmp_path / "frames" / "clip_000000000011_keypoints.json").is_file()
    assert_equal(read_openpose(tmp_path / "frames"), pose)
    assert write_folder(some_pose(body, face, 5), tmp_path / "frames", "clip") == 5
    assert read_openpose(tmp_path / "frames").num_frames == 5
    write_zip(pose, tmp_path / "frames.zip")
    assert_equal(read_openpose(tmp_path / "frames.zip"), pose)


def test_a_list_of_frames_in_one_file_is_read(tmp_path: Path) -> None:
    pose = some_pose()
    path = tmp_path / "motion.json"
    path.write_text(json.dumps([frame_as_json(pose, index) for index in range(pose.num_frames)]))
    assert is_openpose(path)
    assert_equal(read_openpose(path), pose)


@pytest.mark.parametrize(("scale", "low"), [("unit", 0.0), ("signed", -1.0)])
def test_shares_of_the_frame_become_pixels(tmp_path: Path, scale: str, low: float) -> None:
    points = np.array([[0.25, 0.5, 0.9]] * 17 + [[0.75, 1.1, 0.8]])
    points[3] = 0
    given = points.copy()
    given[:, :2] = np.where(points.any(axis=1, keepdims=True), low + points[:, :2] * (1 - low), 0)
    frame = {
        "people": [{"pose_keypoints_2d": given.ravel().tolist()}],
        "canvas_width": 640,
        "canvas_height": 480,
    }
    (person,) = read_openpose(written(tmp_path, frame)).people
    assert person.body[0, 0] == pytest.approx([160, 240, 0.9])
    assert person.body[0, 17] == pytest.approx([480, 528, 0.8])
    assert not person.body[0, 3].any()
    pose = read_openpose(written(tmp_path, frame), Reading(scale=scale))  # type: ignore[arg-type]
    assert pose.people[0].body == pytest.approx(person.body)


def test_pixels_without_a_frame_get_one_that_holds_them(tmp_path: Path) -> None:
    frame = {"people": [{"pose_keypoints_2d": [300.5, 200.0, 1.0] * 25}]}
    pose = read_openpose(written(tmp_path, frame, frame), Reading(fps=24))
    assert (pose.width, pose.height, pose.fps, pose.num_frames) == (304, 208, 24, 2)
    assert read_openpose(written(tmp_path, frame), Reading(size=(640, 360))).width == 640


def test_people_keep_who_they_are_when_a_file_mixes_them_up(tmp_path: Path) -> None:
    frames = []
    for number in range(10):
        bodies = [[place + number + 7.0 * joint for joint in range(54)] for place in (100.0, 900.0)]
        people = [{"person_id": [-1], "pose_keypoints_2d": body} for body in bodies]
        frames.append({"people": people[::-1] if number % 2 else people})
    frames[5]["people"] = []
    pose = read_openpose(written(tmp_path, *frames))
    assert len(pose.people) == 2
    starts = sorted(person.body[0, 0, 0] for person in pose.people)
    assert starts == [100, 900]
    for person in pose.people:
        start = person.body[0, 0, 0]
        seen = [frame[0, 0] for frame in person.body]
        assert seen == [start + number if number != 5 else 0 for number in range(10)]


def test_a_frame_without_anybody_keeps_its_place(tmp_path: Path) -> None:
    pose = read_openpose(written(tmp_path, {"people": []}, a_frame(), {"people": []}))
    assert pose.num_frames == 3
    assert pose.found(pose.people[0]).tolist() == [False, True, False]
    assert read_openpose(written(tmp_path, {"people": []})).people == ()


@pytest.mark.parametrize(
    ("frames", "code", "said"),
    [
        ((), "pose-empty", "pose.zip"),
        (("{",), "pose-bad-json", "p_0.json"),
        (("[" * 100_000,), "pose-bad-json", "p_0.json"),
        ((b"\xff\xfe\x00",), "pose-bad-json", "p_0.json"),
        (("[]",), "pose-empty", "pose.zip"),
        (({"persons": []},), "pose-bad-json", "people"),
        ((3,), "pose-bad-json", "people"),
        (({"people": [3]},), "pose-bad-json", "people"),
        (({"people": [{"pose_keypoints_2d": "no"}]},), "pose-bad-json", "pose_keypoints_2d"),
        (({"people": [{"pose_keypoints_2d": [1.0] * 45}]},), "pose-wrong-counts", "45"),
        (({"people": [{"pose_keypoints_2d": [1.0] * 53}]},), "pose-wrong-counts", "53"),
        ((a_frame(), {"people": [{"hand_left_keypoints_2d": [1.0] * 60}]}), "pose-wrong-counts", "hand_left"),
        (({"people": [{"pose_keypoints_2d": [float("nan")] * 54}]},), "pose-not-finite", "NaN"),
        (('{"people": [{"pose_keypoints_2d": [1e999]}]}',), "pose-wrong-counts", "1"),
        (('{"people": [{"pose_keypoints_2d": [' + "1e999," * 53 + "1]}]}",), "pose-not-finite", "inf"),
        (({"people": [{"pose_keypoints_2d": [None] * 54}]},), "pose-not-finite", "None"),
        (({"people": [{"pose_keypoints_2d": [10**400] * 54}]},), "pose-not-finite", "1000"),
        (({"people": [{}] * 201},), "pose-too-big", "200"),
        ((a_frame(canvas_width=-5, canvas_height=9),), "pose-out-of-range", "-5"),
        ((a_frame(canvas_width=0.3, canvas_height=9),), "pose-out-of-range", "canvas_width"),
        ((a_frame(canvas_width=9, canvas_height=20_000),), "pose-out-of-range", "20000"),
        ((a_frame(canvas_width=9),), "pose-bad-json", "canvas_height"),
        ((a_frame(fps=1e-9),), "pose-out-of-range", "fps"),
        ((a_frame(fps=True),), "pose-not-finite", "True"),
        ((a_frame(canvas_width=64, canvas_height=64), a_frame()), "pose-mixed-sizes", "64 × 64"),
        ((a_frame(), {"people": [{"pose_keypoints_2d": [1.0] * 75}]}), "pose-mixed-bodies", "18 / 25"),
    ],
)
def test_a_broken_file_gets_one_clear_message(
    tmp_path: Path, frames: tuple[Any, ...], code: str, said: str
) -> None:
    with pytest.raises(OelalaError) as caught:
        read_openpose(written(tmp_path, *frames))
    assert caught.value.code == code
    assert said in str(caught.value)


def test_a_zip_bomb_is_stopped_while_it_unfolds(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0.json", b" " * (openpose_files.MAX_FILE_BYTES + 1))
    assert path.stat().st_size < 2**20
    with pytest.raises(OelalaError) as caught:
        read_openpose(path)
    assert caught.value.code == "pose-too-big"


def test_a_small_file_of_endless_brackets_is_stopped_before_it_fills_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0.json", b'{"people":[' + b"{}," * 20_000_000 + b"{}]}")
    assert path.stat().st_size < 2**20
    tracemalloc.start()
    try:
        with pytest.raises(OelalaError) as caught:
            read_openpose(path)
        assert tracemalloc.get_traced_memory()[1] < 3 * openpose_files.MAX_FILE_BYTES
    finally:
        tracemalloc.stop()
    assert caught.value.code == "pose-too-big"


@pytest.mark.parametrize("numbered", [True, False])
def test_people_who_come_and_go_by_the_hundred_leave_room_for_who_stays(
    tmp_path: Path, *, numbered: bool
) -> None:
    stays = np.tile([100.0, 100.0, 1.0], (18, 1)) + np.outer(np.arange(18), (5, 9, 0))
    frames = []
    for number in range(40):
        passes = np.tile([900.0 + 300 * number, 900.0, 1.0], (18, 1)) + np.outer(np.arange(18), (1, 1, 0))
        frames.append(
            {
                "people": [
                    {
                        "person_id": [number + 9 if numbered else -1],
                        "pose_keypoints_2d": passes.ravel().tolist(),
                    },
                    {"person_id": [7 if numbered else -1], "pose_keypoints_2d": stays.ravel().tolist()},
                ]
            }
        )
    pose = read_openpose(written(tmp_path, *frames), Reading(max_people=100))
    assert len(pose.people) == 2, "forty-one were seen"
    assert pose.people[0].body == pytest.approx(np.tile(stays, (40, 1, 1)))
    with pytest.raises(OelalaError) as caught:
        read_openpose(written(tmp_path, *frames), Reading(max_people=79))
    assert caught.value.code == "pose-too-big"


def test_too_many_files_and_no_zip_at_all(tmp_path: Path) -> None:
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(openpose_files.MAX_FILES + 1):
            archive.writestr(f"{number}.json", "")
    with pytest.raises(OelalaError) as caught:
        read_openpose(path)
    assert caught.value.code == "pose-too-big"
    for content in (b"PK\x03\x04 and no more", b""):
        path.write_bytes(content)
        with pytest.raises(OelalaError) as caught:
            read_openpose(path)
        assert caught.value.code == "unreadable-file"
    with pytest.raises(OelalaError) as caught:
        read_openpose(tmp_path / "gone.json")
    assert caught.value.code == "unreadable-file"


PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)


@pytest.mark.parametrize("packing", PACKINGS)
def test_a_mangled_zip_is_read_or_refused(tmp_path: Path, packing: int) -> None:
    path, rng = tmp_path / "frames.zip", np.random.default_rng(packing)
    with zipfile.ZipFile(path, "w", packing) as archive:
        for number in range(3):
            archive.writestr(f"beeld_é{number}.json", json.dumps(a_frame()))
    whole = np.frombuffer(path.read_bytes(), np.uint8)
    codes: Counter[str] = Counter()
    for _ in range(150):
        mangled = whole.copy()
        mangled[rng.integers(len(whole), size=rng.integers(1, 9))] = rng.integers(256)
        path.write_bytes(mangled.tobytes())
        try:
            codes["read"] += read_openpose(path).num_frames > 0
        except OelalaError as fault:
            codes[fault.code] += 1
    assert codes["unreadable-file"] > 30, codes


def test_frames_come_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for number in (10, 9, 1):
        (tmp_path / f"f{number}.json").write_text(json.dumps(a_frame(fps=number)))
    (tmp_path / "notes.txt").write_text("not a frame")
    names = [name for name, _ in openpose_files.read_files(tmp_path)]
    assert names == ["f1.json", "f9.json", "f10.json"]
