"""Motions as small JSON values for a page to draw."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from oelala.media.poses.document import Person, Pose
from oelala.media.poses.fitting import Fitted
from oelala.media.poses.report import numbers_of
from oelala.media.poses.retarget import Fit
from oelala.media.poses.source import first_seen
from oelala.media.poses.stills import COLUMNS

MOST_FRAMES = 300  # shown; a longer motion is thinned out evenly


def view_of(pose: Pose) -> dict[str, Any]:
    """`numbers_of`, `seconds`, `step` (one of so many frames is shown), and `persons`: `found` (the share of
    the frames), `seen` (for every frame shown 1, 2 where the body was only filled in between its
    neighbours in time, else 0), `first` (when that is, `first_seen`) and `body` (frames of 18 points x, y in
    shares of the frame, None for a missing one), and where hands or faces were looked for `dots`: their
    points, frame by frame."""
    step = max(1, -(-pose.num_frames // MOST_FRAMES))
    persons = [_person(pose, which, step) for which in range(len(pose.people))]
    return {
        **numbers_of(pose),
        "seconds": round(pose.num_frames / pose.fps, 3),
        "step": step,
        "persons": persons,
    }


def _person(pose: Pose, which: int, step: int) -> dict[str, Any]:
    person = pose.people[which]
    shown = {
        "found": round(float(pose.found(person).mean()), 4),
        "first": first_seen(pose, which),
        "seen": _seen(pose, person)[::step].tolist(),
        "body": _body(pose, person, step),
    }
    dots = np.concatenate([person.hand_left, person.hand_right, person.face], axis=1)[::step]
    if not dots.any():
        return shown
    places = np.round(dots[..., :2] / (pose.width, pose.height), 3)
    there = pose.seen(dots)
    return {**shown, "dots": [row[marks].tolist() for row, marks in zip(places, there, strict=True)]}


def stills_view(pose: Pose, count: int) -> dict[str, Any]:
    """How `media.poses.stills` has laid out that many stills of the motion's film; each stands for an equal
    share of its `seconds`."""
    return {"count": count, "columns": min(COLUMNS, count), "seconds": round(pose.num_frames / pose.fps, 3)}


def _seen(pose: Pose, person: Person) -> NDArray[np.int_]:
    there = pose.seen(person.body).any(axis=1)
    return np.where(pose.found(person), 1, np.where(there, 2, 0))


def fitted_view(fitted: Fitted) -> dict[str, Any]:
    """`width`, `height`, `fps`, `body` as in `view_of`, `findings` as data, and `place`: fields of the task
    that would put the body where the character stands, or None."""
    pose = fitted.pose
    step = max(1, -(-pose.num_frames // MOST_FRAMES))
    return {
        "width": pose.width,
        "height": pose.height,
        "fps": round(pose.fps / step, 3),
        "body": _body(pose, pose.people[0], step),
        "findings": [asdict(finding) for finding in fitted.findings],
        "place": None if fitted.place is None else _fields_of(fitted.place),
    }


def _fields_of(fit: Fit) -> dict[str, float]:
    return {
        "pose_scale": round(fit.scale, 2),
        "shift_x": round(fit.shift_x, 2),
        "shift_y": round(fit.shift_y, 2),
    }


def _body(pose: Pose, person: Person, step: int) -> list[list[list[float] | None]]:
    joints = person.coco18()[::step]
    there = pose.seen(joints)
    places = np.round(joints[..., :2] / (pose.width, pose.height), 4)
    return [
        [place.tolist() if seen else None for place, seen in zip(frame, marks, strict=True)]
        for frame, marks in zip(places, there, strict=True)
    ]
