"""Hands and face of somebody whose body is known: what a model wants of them, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from oelala.media.poses.document import Person, Points, Pose
from oelala.media.poses.fit_check import Finding

_NEAR = 0.1  # frame heights between two sights of the same body, on average


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked at besides the body: drawn hands, a drawn face, or `face_film`: the face itself."""

    hands: bool
    drawn_face: bool
    face_film: bool = False

    @property
    def face(self) -> bool:
        """Whether its points are needed: to be drawn, or to find the face by."""
        return self.drawn_face or self.face_film

    def lacks(self, person: Person) -> bool:
        """Whether something was never looked for; what was not found stays so."""
        return (self.hands and not _has_hands(person)) or (self.face and not person.face.shape[1])


def check_parts(person: Person, wanted: Wanted, *, film: bool) -> list[Finding]:
    """What the model will miss; nothing where there is a film to look for it in."""
    findings: list[Finding] = []
    if film:
        return findings
    if wanted.hands and not _has_hands(person):
        findings.append(Finding("no-hands"))
    if wanted.face_film:
        findings.append(Finding("no-face"))
    return findings


def with_parts(pose: Pose, closer: Pose, index: int = 0) -> Pose:
    """`pose`, where that person has the hands and the face that `closer`, of the same frames, shows of them;
    as it was, where nobody there is near."""
    person = pose.people[index]
    other = _same_person(pose.only(index), closer)
    if other is None:
        return pose
    scale = np.array([pose.width / closer.width, pose.height / closer.height, 1.0])

    def own_or(mine: Points, theirs: Points) -> Points:
        return mine if mine.shape[1] else _as_long(theirs * scale, pose.num_frames)

    people = list(pose.people)
    people[index] = replace(
        person,
        hand_left=own_or(person.hand_left, other.hand_left),
        hand_right=own_or(person.hand_right, other.hand_right),
        face=own_or(person.face, other.face),
    )
    return replace(pose, people=tuple(people))


def _same_person(pose: Pose, closer: Pose) -> Person | None:
    away = [_distance(pose, closer, other) for other in closer.people]
    nearest = int(np.argmin(away)) if away else 0
    return closer.people[nearest] if away and away[nearest] < _NEAR else None


def _distance(pose: Pose, closer: Pose, other: Person) -> float:
    """Mean, in frame heights, of the joints both see; infinite without any."""
    count = min(pose.num_frames, closer.num_frames)
    one, two = pose.people[0].coco18()[:count], other.coco18()[:count]
    both = pose.seen(one) & closer.seen(two)
    if not both.any():
        return float("inf")
    away = one[both][:, :2] / (pose.width, pose.height) - two[both][:, :2] / (closer.width, closer.height)
    return float(np.hypot(away[:, 0] * pose.width / pose.height, away[:, 1]).mean())


def _as_long(points: Points, num_frames: int) -> Points:
    whole = np.zeros((num_frames, *points.shape[1:]))
    whole[: len(points)] = points[:num_frames]
    return whole


def _has_hands(person: Person) -> bool:
    return bool(person.hand_left.shape[1] or person.hand_right.shape[1])
