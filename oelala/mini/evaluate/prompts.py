"""Held-out prompts: colour pairs and people that training never saw, half Dutch, a quarter worded
otherwise.
"""

from dataclasses import dataclass, replace

import numpy as np

from oelala.mini.captions import caption
from oelala.mini.words import COLOUR_WORDS, GARMENTS, PEOPLE
from oelala.mini.world.spec import ClipSpec, random_clip

FIRST_SEED = 1_500_000_000
# Sentences that the caption generator cannot produce.
_FOREIGN = {
    "en": (
        "There stands our {person}, {top} {top_word} above, {bottom} {bottom_word} below, "
        "and all behind is {wall}; nothing of the body is cut off",
        "Everything behind the {person} is {wall}. The {top_word} is {top} "
        "and the {bottom_word} {bottom}. Seen whole",
    ),
    "nl": (
        "Daar is een {person}: boven {top}, een {top_word}, onder {bottom}, een {bottom_word}, "
        "en erachter is alles {wall}; niets valt buiten beeld",
        "Achter de {person} is het {wall}. De {top_word} is {top}, de {bottom_word} is {bottom}. "
        "Helemaal te zien",
    ),
}


@dataclass(frozen=True)
class Prompt:
    """What is asked, and the clip that would be a right answer."""

    text: str
    language: str
    spec: ClipSpec


def _full_body(spec: ClipSpec) -> ClipSpec:
    view = "front" if spec.scene.view in ("left side", "right side") else spec.scene.view
    scene = replace(
        spec.scene, shot="full body", place="wall", view=view, yaw=0.0 if view == "front" else spec.scene.yaw
    )
    return replace(spec, scene=replace(scene, light="neutral"))


def _foreign(spec: ClipSpec, language: str, rng: np.random.Generator) -> str:
    colours, garments = COLOUR_WORDS[language], GARMENTS[language]
    return str(rng.choice(_FOREIGN[language])).format(
        person=PEOPLE[language][spec.character.sex][0],
        top=colours[spec.clothes.top_name][0],
        top_word=garments[spec.clothes.top][0],
        bottom=colours[spec.clothes.bottom_name][0],
        bottom_word=garments[spec.clothes.bottom][0],
        wall=colours[spec.scene.wall_name][0],
    )


def held_out_prompts(count: int) -> list[Prompt]:
    """Full-body prompts that name wall, top and bottom: the same `count` for everybody."""
    prompts = []
    for i in range(count):
        language = "nl" if i % 2 else "en"
        spec = _full_body(random_clip(FIRST_SEED + i, held_out=True))
        rng = np.random.default_rng(i)
        if i % 4 >= 2 and i % 8 < 4:
            text = _foreign(spec, language, rng)
        else:
            text = caption(spec, rng, language, complete=True)
        prompts.append(Prompt(text, language, spec))
    return prompts
