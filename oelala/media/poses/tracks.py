"""Who is who: bodies found frame by frame become people through time."""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from oelala.media.poses.document import Points

# How far a body may move from one frame to the next, in its own sizes, and how long it may be away.
_LARGEST_STEP = 0.75
_LONGEST_ABSENCE = 1.5  # seconds
SHORTEST_STAY = 0.08  # what a detector sees for less is no person, but a mistake


def link(
    frames: Iterable[Sequence[Points]],
    fps: float,
    shortest_stay: float = SHORTEST_STAY,
    most: int | None = None,
    scene_starts: Sequence[int] = (),
) -> list[list[int | None]]:
    """Bodies (n, 3) of each frame, in any order, as one list a person: which of a frame's bodies is theirs.

    The nearest bodies of neighbouring frames belong together. People who are large and long in sight come
    first; who is there for less than `shortest_stay` of the frames (5 frames at most) is left out, and so are
    all beyond the first `most`. Nobody goes on from one scene into the next (`scene_starts`, frames).
    """
    people: list[_Track] = []
    total = 0
    for index, bodies in enumerate(frames):
        total = index + 1
        scene = bisect(scene_starts, index)
        near = [
            person
            for person in people
            if index - person.last <= max(1.0, _LONGEST_ABSENCE * fps)
            and bisect(scene_starts, person.last) == scene
        ]
        left = set(range(len(bodies)))
        for person, which in _nearest(near, bodies):
            person.add(index, which, bodies[which])
            left.discard(which)
        people += [_Track.starting(index, which, bodies[which]) for which in sorted(left)]
    least = min(5.0, shortest_stay * total)
    kept = [person for person in people if len(person.which) >= least]
    kept.sort(key=lambda person: person.size, reverse=True)
    return [[person.which.get(index) for index in range(total)] for person in kept[:most]]


def first_of_each_scene(
    tracks: Iterable[list[int | None]], count: int, scene_starts: Sequence[int]
) -> list[list[int | None]]:
    """Of what `link` returned the first `count` of every scene, in their order."""
    taken: Counter[int] = Counter()
    kept = []
    for track in tracks:
        first = next(index for index, which in enumerate(track) if which is not None)
        scene = bisect(scene_starts, first)
        taken[scene] += 1
        if taken[scene] <= count:
            kept.append(track)
    return kept


def body_size(body: Points) -> float:
    """The diagonal of the box around a body (n, 3), in pixels."""
    points = body[body[:, 2] > 0, :2]
    return float(np.hypot(*(points.max(axis=0) - points.min(axis=0)))) if len(points) else 0.0


@dataclass
class _Track:
    """`which[i]`: the body of frame i that is this person's; `body`: the last one; `size`: of all in sum."""

    which: dict[int, int]
    body: Points
    last: int
    size: float

    @classmethod
    def starting(cls, index: int, which: int, body: Points) -> _Track:
        return cls({index: which}, body, index, body_size(body))

    def add(self, index: int, which: int, body: Points) -> None:
        self.which[index] = which
        self.body, self.last = body, index
        self.size += body_size(body)


def _nearest(people: list[_Track], bodies: Sequence[Points]) -> list[tuple[_Track, int]]:
    """Pairs, nearest first, each person and each body once."""
    ranked = sorted(
        (_distance(person.body, body), number, which)
        for number, person in enumerate(people)
        for which, body in enumerate(bodies)
    )
    pairs: list[tuple[_Track, int]] = []
    taken_people: set[int] = set()
    taken_bodies: set[int] = set()
    for distance, number, which in ranked:
        if distance > _LARGEST_STEP:
            break
        if number not in taken_people and which not in taken_bodies:
            taken_people.add(number)
            taken_bodies.add(which)
            pairs.append((people[number], which))
    return pairs


def _distance(one: Points, other: Points) -> float:
    """Mean distance of the joints both have, in sizes of the larger body; without any, of their middles."""
    both: NDArray[np.bool_] = (one[:, 2] > 0) & (other[:, 2] > 0)
    size = max(body_size(one), body_size(other), 1e-6)
    if both.any():
        return float(np.hypot(*(one[both, :2] - other[both, :2]).T).mean()) / size
    middles = [body[body[:, 2] > 0, :2].mean(axis=0) for body in (one, other) if (body[:, 2] > 0).any()]
    return float(np.hypot(*(middles[0] - middles[1]))) / size if len(middles) == 2 else np.inf
