"""Clips of the plain world whose first frames show what detectors find on it: bodies, faces, characters."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from oelala.mini import world
from oelala.mini.world.seeds import character_from_seed, random_clip
from oelala.mini.world.spec import ClipSpec
from oelala.mini.world.vocabulary import ACTIONS

CLOSE = ("close-up", "waist up")
FRONTAL, ASIDE = 9.0, 35.0  # degrees
PICTURES = 6  # of a character
_BODIES, _FACES, _WHO = 1_800_000_000, 1_810_000_000, 1_820_000_000


def body(number: int) -> ClipSpec:
    """Somebody whole, from any side, in any place and light, doing action `number`."""
    spec = random_clip(_BODIES + number)
    motion = replace(spec.motion, action=ACTIONS[number % len(ACTIONS)])
    return replace(spec, motion=motion, scene=replace(spec.scene, shot="full body"))


def face(number: int) -> ClipSpec:
    """A face nearby, by turns from the front and within 35 degrees of it, close up and from the waist up."""
    spec = random_clip(_FACES + number)
    reach = ASIDE if number % 2 else FRONTAL
    return _near(spec, CLOSE[number // 2 % 2], reach * _part(spec))


def pictures_of(number: int) -> list[ClipSpec]:
    """Six of character `number`, each in other clothes, place, light and action, from another side within 35
    degrees; by turns close up and from the waist up."""
    specs = [random_clip(_WHO + PICTURES * number + k) for k in range(PICTURES)]
    # odd: nobody whom training ever shows
    character = character_from_seed(2 * (_WHO // 2 + number) + 1)
    return [
        replace(_near(spec, CLOSE[k % 2], ASIDE * _part(spec)), character=character)
        for k, spec in enumerate(specs)
    ]


def _near(spec: ClipSpec, shot: str, yaw: float) -> ClipSpec:
    return replace(spec, scene=replace(spec.scene, shot=shot, view="front", yaw=yaw, turn=0.0))


def _part(spec: ClipSpec) -> float:
    """A number in -1..1 of the clip's own chance."""
    return spec.scene.turn / 8


def world_hash() -> str:
    """Twelve hexadecimal digits of the world's source: what was measured of another one is not this one's."""
    digest = hashlib.sha256()
    for path in sorted(Path(world.__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
