"""What a caption may be asked about, and the right answers; no torch here, for worker processes."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from oelala.mini.world import vocabulary as words
from oelala.mini.world.spec import ClipSpec

# Every question, and how many answers it has.
QUESTIONS: Final[Mapping[str, int]] = {
    "top colour": len(words.COLOURS),
    "bottom colour": len(words.COLOURS),
    "wall colour": len(words.COLOURS),
    "hair colour": len(words.HAIR_COLOURS),
    "hair": len(words.HAIR_STYLES),
    "top": len(words.TOPS),
    "bottom": len(words.BOTTOMS),
    "action": len(words.ACTIONS),
    "place": len(words.PLACES),
    "shot": len(words.SHOTS),
    "view": len(words.VIEWS),
    "light": len(words.LIGHTS),
    "sex": len(words.SEXES),
    "build": len(words.BUILDS),
    "glasses": 2,
    "beard": 2,
    "smile": 2,
}
# The answer where a question makes no sense: a wall's colour in the park.
NONE = -1


def answers(spec: ClipSpec) -> list[int]:
    """The right answer to every question, or NONE."""
    colours, scene, character = list(words.COLOURS), spec.scene, spec.character
    return [
        colours.index(spec.clothes.top_name),
        colours.index(spec.clothes.bottom_name),
        colours.index(scene.wall_name) if scene.place == "wall" else NONE,
        NONE if character.hair_style == "bald" else list(words.HAIR_COLOURS).index(character.hair_name),
        words.HAIR_STYLES.index(character.hair_style),
        words.TOPS.index(spec.clothes.top),
        words.BOTTOMS.index(spec.clothes.bottom),
        words.ACTIONS.index(spec.motion.action),
        words.PLACES.index(scene.place),
        words.SHOTS.index(scene.shot),
        words.VIEWS.index(scene.view),
        words.LIGHTS.index(scene.light),
        words.SEXES.index(character.sex),
        words.BUILDS.index(character.build),
        int(character.glasses),
        int(character.beard),
        int(spec.motion.smile > 0.5),
    ]


def answers_of(specs: list[ClipSpec]) -> NDArray[np.int8]:
    """Answers (B, 17)."""
    return np.array([answers(spec) for spec in specs], np.int8)
