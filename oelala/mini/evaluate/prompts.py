"""Held-out prompts: colour pairs and people that training never saw, half Dutch, a quarter worded
otherwise.
"""

from dataclasses import dataclass, replace

import numpy as np

from oelala.mini.captions import caption
from oelala.mini.words import ACTIONS, COLOUR_WORDS, GARMENTS, HAIR, PEOPLE
from oelala.mini.world.spec import ClipSpec, character_from_seed, random_clip

FIRST_SEED = 1_500_000_000
NUM_REFERENCES = 20
_VAE_SEED, _PICTURE_SEED, _POSE_SEED = (FIRST_SEED + 10_000_000 * k for k in (1, 2, 3))
# Of the pictures, half are whole bodies (colours), half are close enough for a face (who it is).
_PICTURE_SHOTS = ("full body", "close-up", "full body", "waist up")
# Sentences that the caption generator cannot produce.
_FOREIGN = {
    "en": (
        "There stands our {person}, {top} {top_word} above, {bottom} {bottom_word} below, "
        "and all behind is {wall}; nothing of the body is cut off. On top: {hair}. What goes on: {action}",
        "Everything behind the {person} is {wall}. The {top_word} is {top} "
        "and the {bottom_word} {bottom}. Seen whole, {hair}, {action} all the while",
    ),
    "nl": (
        "Daar is een {person}: boven {top}, een {top_word}, onder {bottom}, een {bottom_word}, "
        "en erachter is alles {wall}; niets valt buiten beeld. Bovenop: {hair}. Wie dat is, die {action}",
        "Achter de {person} is het {wall}. De {top_word} is {top}, de {bottom_word} is {bottom}. "
        "Helemaal te zien, {hair}, en die {action}",
    ),
}


@dataclass(frozen=True)
class Prompt:
    """What is asked, and the clip that would be a right answer."""

    text: str
    language: str
    spec: ClipSpec


def full_body(spec: ClipSpec) -> ClipSpec:
    """The same before a plain wall in neutral light, whole, and not in exact profile."""
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
        hair=HAIR[language][spec.character.hair_style][0].format(colours[spec.character.hair_name][0]),
        action=ACTIONS[language][spec.motion.action][0],
    )


def held_out_prompts(count: int) -> list[Prompt]:
    """Full-body prompts that name wall, top, bottom, hair and action: the same `count` for everybody."""
    return [_prompt(i, full_body(random_clip(FIRST_SEED + i, held_out=True))) for i in range(count)]


def _prompt(number: int, spec: ClipSpec) -> Prompt:
    language = "nl" if number % 2 else "en"
    rng = np.random.default_rng(number)
    if number % 4 >= 2 and number % 8 < 4:
        return Prompt(_foreign(spec, language, rng), language, spec)
    return Prompt(caption(spec, rng, language, complete=True), language, spec)


def vae_clips(count: int) -> list[ClipSpec]:
    """Clips of all kinds, none of them trained on."""
    return [random_clip(_VAE_SEED + number, held_out=True) for number in range(count)]


def reference_clips(number: int) -> list[ClipSpec]:
    """Reference character `number` in three close-ups: other clothes, from the front and a little aside."""
    clips = []
    for k, yaw in enumerate((0.0, -20.0, 20.0)):
        spec = random_clip(_PICTURE_SEED + 1_000_000 + 3 * number + k, held_out=True)
        scene = replace(spec.scene, shot="close-up", place="wall", view="front", yaw=yaw, turn=0.0)
        motion = replace(spec.motion, action="standing")
        character = character_from_seed(_character_seed(number))
        clips.append(replace(spec, character=character, scene=scene, motion=motion))
    return clips


def picture_prompts(count: int) -> list[Prompt]:
    """Prompts whose clips' first frames are the given pictures; character i is reference i modulo 20."""
    prompts = []
    for i in range(count):
        spec = full_body(random_clip(_PICTURE_SEED + i, held_out=True))
        # every reference comes in every shot: 20 characters and four shots share the factor 4
        shot = _PICTURE_SHOTS[(i + i // NUM_REFERENCES) % len(_PICTURE_SHOTS)]
        close = shot != "full body"
        scene = replace(
            spec.scene,
            shot=shot,
            view="front" if close else spec.scene.view,
            yaw=float(np.clip(spec.scene.yaw, -9, 9)) if close else spec.scene.yaw,
        )
        character = character_from_seed(_character_seed(i % NUM_REFERENCES))
        prompts.append(_prompt(i, replace(spec, character=character, scene=scene)))
    return prompts


def pose_prompts(count: int) -> list[Prompt]:
    """Prompts whose clips' joints are the driving motion: people, tempo and phase unseen."""
    return [_prompt(i, full_body(random_clip(_POSE_SEED + i, held_out=True))) for i in range(count)]


def noise_seed(number: int, seed: int) -> int:
    """Of prompt `number`'s clip `seed`; never the same for two clips."""
    return 1000 * number + seed


def _character_seed(number: int) -> int:
    return 2 * (_PICTURE_SEED // 4 + number) + 1
