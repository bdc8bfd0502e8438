"""Heads: skull, jaw, nose, ears and the hair styles; the face itself is painted on in face.py."""

import torch
from torch import Tensor

from oelala.mini.world.pack import People
from oelala.mini.world.rotation import apply, vector
from oelala.mini.world.solids import Collector
from oelala.mini.world.vocabulary import HAIR_STYLES

# Heads are a little larger than life: faces have to survive 256 pixels.
ENLARGE = 1.17
_BALD, _SHORT, _LONG, _BOB, _TAIL, _BUN, _CURLY, _MOHAWK = range(len(HAIR_STYLES))


def head_size(people: People) -> Tensor:
    """(F, 3) radii of the skull in metres."""
    size = people.skeleton.scale * ENLARGE
    wide = 0.092 * (1 + 0.12 * people.face("head_width"))
    high = 0.114 * (1 + 0.10 * people.face("head_height"))
    return vector(wide, high, torch.full_like(wide, 0.097)) * size.unsqueeze(-1)


def nose_height(people: People) -> Tensor:
    """(F,) where the tip of the nose is, in radii of the skull below its middle."""
    return -0.21 + 0.09 * people.face("nose_height")


def _nose_colour(people: People) -> Tensor:
    """From a pale nose to a rosy or dark one: paint stays the same in every light, shading does not."""
    shade = people.face("nose_shade").unsqueeze(-1)
    rosy = torch.tensor([0.06, 0.17, 0.16], device=shade.device)
    return (people.number["skin"] * (0.90 - rosy * shade)).clamp(0, 1)


class _Head:
    """Places things in units of the skull's radii, in the frame of the head."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.radii = head_size(people)
        self.zero = torch.zeros_like(self.radii[:, 0])

    def at(self, x: Tensor | float, y: Tensor | float, z: Tensor | float) -> Tensor:
        s = self.people.skeleton
        return s.head + apply(s.head_frame, vector(self.zero + x, self.zero + y, self.zero + z) * self.radii)

    def length(self, factor: float | Tensor) -> Tensor:
        return self.radii[:, 0] * factor


def add_head(solids: Collector, people: People) -> None:
    """Skull, jaw, nose, ears, hair and hat of everybody."""
    head, frame, skin = _Head(people), people.skeleton.head_frame, people.number["skin"]
    solids.ball(people.skeleton.head, frame, head.radii, skin, face=True)
    jaw = 0.61 + 0.14 * people.face("jaw_width")
    chin = -0.70 - 0.14 * people.face("chin_length")
    solids.cone(
        head.at(0, -0.18, 0.16), head.at(0, chin, 0.36), (head.length(jaw + 0.20), head.length(jaw - 0.16)),
        skin, face=True,
    )  # fmt: skip
    long = 0.11 + 0.05 * people.face("nose_length")
    wide = 0.125 + 0.055 * people.face("nose_width")
    solids.cone(
        head.at(0, -0.04, 0.94),
        head.at(0, nose_height(people), 0.97 + long),
        (head.length(0.05), head.length(wide)),
        _nose_colour(people),
    )
    ear = vector(head.length(0.10), head.length(0.22 + 0.05 * people.face("ears")), head.length(0.15))
    for side in (-1.0, 1.0):
        solids.ball(head.at(side * 0.99, -0.02, -0.02), frame, ear, skin * 0.86)
    _add_hair(solids, head)
    _add_hat(solids, head)


def _add_hair(solids: Collector, head: _Head) -> None:
    people, colour, frame = head.people, head.people.number["hair_colour"], head.people.skeleton.head_frame
    full = people.is_kind("hair", _SHORT, _LONG, _BOB, _TAIL, _BUN, _CURLY)
    volume = torch.where(people.is_kind("hair", _LONG, _BOB, _CURLY), 1.13, 1.07).unsqueeze(-1)
    solids.ball(head.at(0, 0.13, -0.17), frame, head.radii * volume, colour, full)
    fringe = vector(head.length(0.95), head.length(0.56), head.length(0.80))
    over = head.at(0.16 * people.face("parting"), 0.66 + 0.09 * people.face("hairline"), 0.12)
    solids.ball(over, frame, fringe, colour, full)
    down = people.is_kind("hair", _LONG, _BOB)
    ends = torch.where(people.is_kind("hair", _LONG), -1.75, -0.72)
    for side in (-1.0, 1.0):
        solids.cone(
            head.at(side * 0.72, 0.40, -0.20), head.at(side * 0.86, ends, -0.28),
            (head.length(0.46), head.length(0.30)), colour, down,
        )  # fmt: skip
    solids.cone(
        head.at(0, 0.1, -0.55), head.at(0, ends, -0.62), (head.length(0.72), head.length(0.55)), colour, down
    )
    tail = people.is_kind("hair", _TAIL)
    solids.cone(
        head.at(0, 0.62, -1.1), head.at(0, 0.35, -1.55), (head.length(0.26), head.length(0.34)), colour, tail
    )
    solids.cone(
        head.at(0, 0.35, -1.55), head.at(0, -1.3, -1.45), (head.length(0.34), head.length(0.12)), colour, tail
    )
    bun = head.length(0.50).unsqueeze(-1).expand(-1, 3)
    solids.ball(head.at(0, 1.12, -0.42), frame, bun, colour, people.is_kind("hair", _BUN))
    _add_curls(solids, head, colour)
    for back in (0.62, 0.05, -0.55):
        high = 1.02 if back < 0.5 else 0.86
        solids.cone(
            head.at(0, high * 0.8, back), head.at(0, high + 0.42, back * 1.15),
            (head.length(0.16), head.length(0.06)), colour, people.is_kind("hair", _MOHAWK),
        )  # fmt: skip


def _add_curls(solids: Collector, head: _Head, colour: Tensor) -> None:
    curly = head.people.is_kind("hair", _CURLY)
    places = (
        (0.72, 0.62, 0.25),
        (-0.72, 0.62, 0.25),
        (0.0, 0.98, 0.25),
        (1.02, 0.12, -0.3),
        (-1.02, 0.12, -0.3),
    )
    for x, y, z in places:
        solids.cone(
            head.at(x, y, z), head.at(x * 0.9, y * 1.05, z - 0.5),
            (head.length(0.40), head.length(0.44)), colour, curly,
        )  # fmt: skip


def _add_hat(solids: Collector, head: _Head) -> None:
    on = head.people.kind["hat"] == 1
    black = torch.full_like(head.people.number["skin"], 0.07)
    solids.cone(
        head.at(0, 0.75, -0.05), head.at(0, 1.75, -0.1), (head.length(0.92), head.length(0.88)), black, on
    )
    brim = vector(head.length(1.55), head.length(0.09), head.length(1.55))
    solids.ball(head.at(0, 0.66, -0.05), head.people.skeleton.head_frame, brim, black, on)
