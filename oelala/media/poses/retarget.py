"""A motion fitted to somebody else: the driver's angles, the character's bones, place and size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from oelala.media.picture import Framing
from oelala.media.poses.document import Person, Points, Pose
from oelala.media.poses.layouts import BODY25_MIDDLE, NECK, NOSE

# BODY_25 from the neck outwards: every joint after the one it hangs on.
BONES = (
    (1, 8), (1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7), (8, 9), (8, 12), (9, 10), (10, 11), (12, 13),
    (13, 14), (1, 0), (0, 15), (0, 16), (15, 17), (16, 18), (14, 19), (19, 20), (14, 21), (11, 22), (22, 23),
    (11, 24),
)  # fmt: skip
# Those that a turn of the body leaves as long as they are; one side stands for both.
_LONG = ((1, 8), (2, 3), (3, 4), (9, 10), (10, 11))
# Bones of one length on both sides: what one side hides the other shows.
_TWINS = (
    ((1, 2), (1, 5)), ((2, 3), (5, 6)), ((3, 4), (6, 7)), ((8, 9), (8, 12)), ((9, 10), (12, 13)),
    ((10, 11), (13, 14)), ((0, 15), (0, 16)), ((15, 17), (16, 18)),
)  # fmt: skip
_ROOTS = (BODY25_MIDDLE, NECK)
_SCALES = (0.2, 5.0)  # of the slider
_WRISTS = {"hand_left": 7, "hand_right": 4}
_EXTREMES = (0.6, 1.6)  # of the whole; a bone that differs more is seen from its end
_WHOLE = 0.7  # of the long bones, by length, show a smaller ratio than the whole: they are foreshortened
_LONGEST = (
    85  # per cent of a bone's lengths over time lie below the one taken, because most are foreshortened
)


@dataclass(frozen=True, slots=True)
class Fit:
    """The sliders. `bones` 0 … 1: how far bones take the character's lengths. `scale` > 0 (around the hips)
    and the shifts (of the frame's width and height): `placement` knows those that suit the character."""

    bones: float = 1.0
    scale: float = 1.0
    shift_x: float = 0.0
    shift_y: float = 0.0

    def __post_init__(self) -> None:
        if not (0 <= self.bones <= 1 and 0.1 <= self.scale <= 10):
            raise ValueError(f"bones {self.bones} must be in 0 … 1, scale {self.scale} in 0.1 … 10")
        if not (abs(self.shift_x) <= 2 and abs(self.shift_y) <= 2):
            raise ValueError(f"shifts of {self.shift_x}, {self.shift_y} frames")


PLAIN = Fit()


def resize(pose: Pose, width: int, height: int) -> Pose:
    """The same pose in a frame of another size: whole, in the middle, its proportions kept."""
    scale = min(width / pose.width, height / pose.height)
    shift = (np.array([width, height]) - np.array([pose.width, pose.height]) * scale) / 2
    people = tuple(person.map(_affine(scale, shift)) for person in pose.people)
    return replace(pose, width=width, height=height, people=people)


def frame_pose(pose: Pose, framing: Framing) -> Pose:
    """A pose found in a picture, as it lies in that picture framed."""
    if framing.mode == "pad":
        return resize(pose, framing.width, framing.height)
    size, own = np.array([framing.width, framing.height]), np.array([pose.width, pose.height])
    scale = float((size / own).max())
    shift = (size - own * scale) * (framing.focus_x, framing.focus_y)
    people = tuple(person.map(_affine(scale, shift)) for person in pose.people)
    return replace(pose, width=framing.width, height=framing.height, people=people)


def placement(driver: Pose, character: Pose) -> Fit | None:
    """What makes the first person of `driver` as large as the first of `character`, and puts them where those
    stand; None where no joint tells. Both lie in frames of one size; bones stay as they are."""
    person, other = driver.people[0], character.people[0]
    whole, _ = bone_ratios(bone_lengths(driver, person), bone_lengths(character, other))
    scale = float(np.clip(whole, *_SCALES))
    for joint in _ROOTS:
        source, target = _first_place(driver, person, joint), _first_place(character, other, joint)
        if source is not None and target is not None:
            pivot = _root(driver, person)
            shift = (target - pivot - (source - pivot) * scale) / (driver.width, driver.height)
            x, y = (float(value) for value in np.clip(shift, -1, 1))
            return Fit(0.0, scale, x, y)
    return None


def retarget(driver: Pose, character: Pose | None, fit: Fit = PLAIN) -> Pose:
    """The first person of `driver` with the bones of the first of `character`, whose first frame counts.

    The result has the character's frame size, else the driver's. Without a character only the sliders work.
    Raises ValueError where either shows nobody.
    """
    size = character or driver
    fitted = resize(driver, size.width, size.height)
    person = fitted.people[0] if fitted.people else None
    if person is None or (character is not None and not character.people):
        raise ValueError("nobody to take a motion from, or to give it to")
    person = Person.of(person.body25(), person.hand_left, person.hand_right, person.face, _filled25(person))
    if character is not None:
        person = _onto(fitted, person, character, fit)
    shift = np.array([fit.shift_x * size.width, fit.shift_y * size.height])
    person = person.map(_affine(fit.scale, _root(fitted, person) * (1 - fit.scale) + shift))
    return replace(fitted, people=(person,))


def bone_lengths(pose: Pose, person: Person) -> dict[tuple[int, int], float]:
    """Of every bone that was seen, in pixels: the longest it is but for outliers, both sides alike."""
    body = person.body25()
    seen = pose.seen(body)
    lengths = {}
    for start, end in BONES:
        both = seen[:, start] & seen[:, end]
        if both.any():
            spans = np.hypot(*(body[both, end, :2] - body[both, start, :2]).T)
            lengths[start, end] = float(np.percentile(spans, _LONGEST))
    for right, left in _TWINS:
        pair = [lengths[bone] for bone in (right, left) if bone in lengths]
        if pair:
            lengths[right] = lengths[left] = max(pair)
    return lengths


def bone_ratios(
    driver: dict[tuple[int, int], float], character: dict[tuple[int, int], float]
) -> tuple[float, dict[tuple[int, int], float]]:
    """How many times larger the character is on the whole, and each bone besides; 1 where nothing tells."""
    both = driver.keys() & character.keys()
    raw = {bone: character[bone] / driver[bone] for bone in both if min(driver[bone], character[bone]) > 1}
    whole = _whole(raw, driver)
    return whole, {bone: float(np.clip(ratio / whole, *_EXTREMES)) for bone, ratio in raw.items()}


def _whole(raw: dict[tuple[int, int], float], lengths: dict[tuple[int, int], float]) -> float:
    """By the long bones; shoulders and hips vanish in who is seen from the side, and tell only of a body
    that shows nothing else."""
    if long := sorted((bone for bone in _LONG if bone in raw), key=lambda bone: raw[bone]):
        below = np.cumsum([lengths[bone] for bone in long])
        return raw[long[int(np.searchsorted(below, _WHOLE * below[-1]))]]
    large = [ratio for bone, ratio in raw.items() if NOSE not in bone and max(bone) < 15]
    return float(np.median(large or list(raw.values()))) if raw else 1.0


def _onto(driver: Pose, person: Person, character: Pose, fit: Fit) -> Person:
    other = character.people[0]
    _, ratios = bone_ratios(bone_lengths(driver, person), bone_lengths(character, other))
    body = _rebuild(person.body, {bone: 1 + (ratio - 1) * fit.bones for bone, ratio in ratios.items()})
    return _carried(person, body)


def _rebuild(body: Points, ratios: dict[tuple[int, int], float]) -> Points:
    """Every bone as long as asked, from the neck outwards; what hangs on a missing joint keeps its way to the
    neck."""
    made = body.copy()
    there = body[..., 2] > 0
    for start, end in BONES:
        anchor = np.where(there[:, start], start, NECK)
        rows = np.flatnonzero(there[:, end] & there[np.arange(len(body)), anchor])
        ratio = np.where(anchor[rows] == start, ratios.get((start, end), 1.0), 1.0)[:, None]
        way = body[rows, end, :2] - body[rows, anchor[rows], :2]
        made[rows, end, :2] = made[rows, anchor[rows], :2] + way * ratio
    return made


def _carried(person: Person, body: Points) -> Person:
    """Hands go with their wrists, and the face with the nose."""
    parts = {}
    for name, joint in (*_WRISTS.items(), ("face", NOSE)):
        points = getattr(person, name).copy()
        moved = body[:, joint, :2] - person.body[:, joint, :2]
        there = points[..., 2] > 0
        points[..., :2] = np.where(there[..., None], points[..., :2] + moved[:, None], points[..., :2])
        parts[name] = points
    return Person.of(body, **parts, filled=person.filled)


def _root(pose: Pose, person: Person) -> NDArray[np.float64]:
    """Where somebody stands, in the first frame that shows it: between the hips, else at the neck."""
    for joint in _ROOTS:
        if (place := _first_place(pose, person, joint)) is not None:
            return place
    body = person.body25()
    points = body[pose.seen(body)]
    return points[:, :2].mean(axis=0) if len(points) else np.zeros(2)


def _first_place(pose: Pose, person: Person, joint: int) -> NDArray[np.float64] | None:
    body = person.body25()
    seen = pose.seen(body[:, joint])
    return body[int(seen.argmax()), joint, :2] if seen.any() else None


def _filled25(person: Person) -> NDArray[np.bool_]:
    if person.layout == "body25":
        return person.filled
    marks = np.zeros((*person.filled.shape, 3))
    marks[..., 2] = person.filled
    return Person.of(marks).body25()[..., 2] > 0


def _affine(scale: float, shift: NDArray[np.float64]) -> Callable[[Points], Points]:
    def change(points: Points) -> Points:
        there = (points[..., 2] > 0)[..., None]
        points[..., :2] = np.where(there, points[..., :2] * scale + shift, points[..., :2])
        return points

    return change
