"""Clip specs as plain arrays, one row a clip: what a worker process can make without torch."""

import numpy as np
from numpy.typing import NDArray

from oelala.mini.world import vocabulary as words
from oelala.mini.world.spec import ClipSpec

Table = dict[str, NDArray[np.generic]]


def _kinds(spec: ClipSpec) -> dict[str, int]:
    return {
        "hair": words.HAIR_STYLES.index(spec.character.hair_style),
        "build": words.BUILDS.index(spec.character.build),
        "sex": words.SEXES.index(spec.character.sex),
        "glasses": int(spec.character.glasses),
        "beard": int(spec.character.beard),
        "top": words.TOPS.index(spec.clothes.top),
        "bottom": words.BOTTOMS.index(spec.clothes.bottom),
        "hat": words.HATS.index(spec.clothes.hat),
        "action": words.ACTIONS.index(spec.motion.action),
        "hand": spec.motion.hand,
        "place": words.PLACES.index(spec.scene.place),
        "light": words.LIGHTS.index(spec.scene.light),
        "shot": words.SHOTS.index(spec.scene.shot),
    }


def _numbers(spec: ClipSpec) -> dict[str, tuple[float, ...]]:
    character, clothes, scene, motion = spec.character, spec.clothes, spec.scene, spec.motion
    return {
        "height": (character.height,),
        "skin": character.skin,
        "hair_colour": character.hair,
        "iris": character.eyes,
        "face": character.face,
        "top_colour": clothes.top_colour,
        "bottom_colour": clothes.bottom_colour,
        "shoe_colour": clothes.shoe_colour,
        "wall": scene.wall,
        "light_side": (scene.light_side,),
        "view": (scene.yaw, scene.turn),
        "motion": (motion.speed, motion.phase, motion.amplitude, motion.drift),
        "mood": (motion.smile, motion.gaze, motion.blink),
    }


def table_of(specs: list[ClipSpec]) -> Table:
    """Whole numbers (B,) by name, and decimal ones (B, k)."""
    kinds, numbers = [_kinds(spec) for spec in specs], [_numbers(spec) for spec in specs]
    table: Table = {key: np.array([row[key] for row in kinds], np.int64) for key in kinds[0]}
    return table | {key: np.array([row[key] for row in numbers], np.float32) for key in numbers[0]}
