"""One frame of OpenPose's JSON, checked: what a file says, before it is put into a document.

The format is OpenPose's `doc/02_output.md`; `canvas_width` and `canvas_height` are what ControlNet's editors
add, `fps`, `least_confidence`, `filled` and `begins_scene` are ours.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from oelala.errors import OelalaError, reason_of
from oelala.media.poses.document import Points
from oelala.media.poses.layouts import FACE_POINTS, HAND_POINTS, LAYOUT_OF_COUNT

KEYS = {
    "body": "pose_keypoints_2d",
    "hand_left": "hand_left_keypoints_2d",
    "hand_right": "hand_right_keypoints_2d",
    "face": "face_keypoints_2d",
}
_COUNTS = {
    "body": (*LAYOUT_OF_COUNT, 0),
    "hand_left": (HAND_POINTS, 0),
    "hand_right": (HAND_POINTS, 0),
    "face": (*FACE_POINTS, 0),
}
SIDES = ("canvas_width", "canvas_height")
MAX_SIDE = 16_384
LEAST_FPS, MAX_FPS = 0.001, 1000  # a film of stills may show each for minutes
MAX_PEOPLE_A_FRAME = 200
# Of one file. Python holds twenty times the memory that a JSON of nothing but brackets takes.
MAX_BRACKETS = 1_000_000


@dataclass(frozen=True, slots=True)
class RawPerson:
    """`parts[name]` is (n, 3) as it stands in the file; n is 0 for a part that is not there."""

    number: int | None
    parts: dict[str, Points]
    filled: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RawFrame:
    people: tuple[RawPerson, ...]
    size: tuple[int, int] | None
    fps: float | None
    least_confidence: float | None
    begins_scene: bool = False


def parse_frames(name: str, data: bytes) -> list[RawFrame]:
    """The frames of one file: one, or a list of them. `name` is for the messages.

    Raises OelalaError ("pose-bad-json", "pose-wrong-counts", "pose-not-finite", "pose-out-of-range",
    "pose-too-big").
    """
    if data.count(b"{") + data.count(b"[") > MAX_BRACKETS:
        raise OelalaError("pose-too-big", name=name, most=f"{MAX_BRACKETS} × “{{”, “[”")

    def refuse(word: str) -> float:
        raise OelalaError("pose-not-finite", name=name, value=word)

    try:
        content = json.loads(data, parse_constant=refuse)
    except (ValueError, RecursionError) as fault:
        raise OelalaError("pose-bad-json", name=name, reason=str(fault)[:200]) from fault
    frames = content if isinstance(content, list) else [content]
    return [_parse_frame(name, frame) for frame in frames]


def _parse_frame(name: str, frame: Any) -> RawFrame:
    people = frame.get("people") if isinstance(frame, dict) else None
    if not isinstance(people, list):
        raise OelalaError("pose-bad-json", name=name, reason=reason_of("missing", name="people"))
    if len(people) > MAX_PEOPLE_A_FRAME:
        raise OelalaError("pose-too-big", name=name, most=f"{MAX_PEOPLE_A_FRAME} × “people”")
    fps, least = frame.get("fps"), frame.get("least_confidence")
    return RawFrame(
        tuple(_parse_person(name, person) for person in people),
        _parse_size(name, frame),
        None if fps is None else _within(name, "fps", fps, LEAST_FPS, MAX_FPS),
        None if least is None else _number(name, least),
        frame.get("begins_scene") is True,
    )


def _parse_size(name: str, frame: Mapping[str, Any]) -> tuple[int, int] | None:
    """None where it says nothing of it; half of it is no size."""
    lacking = [key for key in SIDES if frame.get(key) is None]
    if len(lacking) == len(SIDES):
        return None
    if lacking:
        raise OelalaError("pose-bad-json", name=name, reason=reason_of("missing", name=lacking[0]))
    width, height = (round(_within(name, key, frame[key], 1, MAX_SIDE)) for key in SIDES)
    return width, height


def _parse_person(name: str, person: Any) -> RawPerson:
    if not isinstance(person, dict):
        raise OelalaError("pose-bad-json", name=name, reason="“people”")
    parts = {part: _parse_points(name, part, person.get(key)) for part, key in KEYS.items()}
    marks = person.get("filled", [])
    if not isinstance(marks, list) or not all(isinstance(mark, int) for mark in marks):
        raise OelalaError("pose-bad-json", name=name, reason="“filled”")
    filled = tuple(mark for mark in marks if 0 <= mark < len(parts["body"]))
    return RawPerson(_person_id(person.get("person_id")), parts, filled)


def _parse_points(name: str, part: str, values: Any) -> Points:
    if values is None:
        values = []
    if not isinstance(values, list):
        raise OelalaError("pose-bad-json", name=name, reason=f"“{KEYS[part]}”")
    if len(values) % 3 or len(values) // 3 not in _COUNTS[part]:
        known = ", ".join(str(count * 3) for count in _COUNTS[part] if count)
        raise OelalaError("pose-wrong-counts", name=name, part=KEYS[part], count=len(values), known=known)
    numbers = [_number(name, value) for value in values]
    return np.array(numbers, np.float64).reshape(-1, 3)


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise OelalaError("pose-not-finite", name=name, value=str(value)[:40])
    if not -1e9 <= value <= 1e9:  # false for NaN; and a whole number may be too long for a float
        raise OelalaError("pose-not-finite", name=name, value=str(value)[:40])
    return float(value)


def _within(name: str, key: str, value: Any, least: float, most: float) -> float:
    number = _number(name, value)
    if not least <= number <= most:
        raise OelalaError("pose-out-of-range", name=name, part=key, value=value, least=least, most=most)
    return number


def _person_id(value: Any) -> int | None:
    """OpenPose writes [-1] for people it does not tell apart."""
    first = value[0] if isinstance(value, list) and value else value
    return first if isinstance(first, int) and not isinstance(first, bool) and first >= 0 else None
