"""A pose document as OpenPose's JSON: what `openpose_read` reads back to the last bit."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from oelala.media.faults import disk_fault
from oelala.media.poses.document import PARTS, Person, Pose
from oelala.media.poses.openpose_frame import KEYS

_VERSION = 1.3  # of OpenPose's format
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_3D = ("pose_keypoints_3d", "face_keypoints_3d", "hand_left_keypoints_3d", "hand_right_keypoints_3d")


def frame_as_json(pose: Pose, index: int) -> dict[str, Any]:
    """One frame; who is not in it is left out."""
    people = [
        _person_as_json(person, number, index)
        for number, person in enumerate(pose.people)
        if any(getattr(person, part)[index].any() for part in PARTS)
    ]
    begins = {"begins_scene": True} if index in pose.scene_starts else {}
    return {
        "version": _VERSION,
        "people": people,
        "canvas_width": pose.width,
        "canvas_height": pose.height,
        "fps": pose.fps,
        "least_confidence": pose.least_confidence,
        **begins,
    }


def write_folder(pose: Pose, folder: Path, stem: str = "pose") -> int:
    """One file a frame, named as OpenPose does; returns how many. Frames that an earlier, longer pose of that
    name left there go. Raises OelalaError ("out-of-disk", "not-writable", "bad-output")."""
    count = 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in _files(pose, stem):
            (folder / name).write_text(text, encoding="utf-8")
            count += 1
        while (left := folder / _name(stem, count)).is_file():
            left.unlink()
            count += 1
    except OSError as fault:
        raise disk_fault(fault, folder) from fault
    return pose.num_frames


def write_zip(pose: Pose, path: Path, stem: str = "pose") -> None:
    """The same files in one zip; equal poses give equal bytes. Raises as `write_folder`."""
    try:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in _files(pose, stem):
                archive.writestr(zipfile.ZipInfo(name, _NO_TIME), text, zipfile.ZIP_DEFLATED)
    except OSError as fault:
        raise disk_fault(fault, path.parent) from fault


def _files(pose: Pose, stem: str) -> Iterator[tuple[str, str]]:
    for index in range(pose.num_frames):
        yield _name(stem, index), json.dumps(frame_as_json(pose, index))


def _name(stem: str, index: int) -> str:
    return f"{stem}_{index:012d}_keypoints.json"


def _person_as_json(person: Person, number: int, index: int) -> dict[str, Any]:
    points = {KEYS[part]: getattr(person, part)[index].ravel().tolist() for part in PARTS}
    made: dict[str, Any] = {"person_id": [number], **points, **{key: [] for key in _3D}}
    if person.filled[index].any():
        made["filled"] = np.flatnonzero(person.filled[index]).tolist()
    return made
