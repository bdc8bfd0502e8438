"""Held-out prompts: colour pairs and people that training never saw, half Dutch, a quarter worded
otherwise, by somebody who had not read the training wordings: judge these once per trained text encoder.
"""

from dataclasses import dataclass, replace

import numpy as np

from oelala.mini.captions import caption
from oelala.mini.words import ACTIONS, COLOUR_WORDS, GARMENTS, HAIR, PEOPLE
from oelala.mini.world.seeds import character_from_seed, random_clip
from oelala.mini.world.spec import ClipSpec

FIRST_SEED = 1_500_000_000
NUM_REFERENCES = 20
_VAE_SEED, _PICTURE_SEED, _POSE_SEED = (FIRST_SEED + 10_000_000 * k for k in (1, 2, 3))
# Of the pictures, half are whole bodies (colours), half are close enough for a face (who it is).
_PICTURE_SHOTS = ("full body", "close-up", "full body", "waist up")
# Sentences that the caption generator cannot produce. Their writer had not read the training wordings;
# they are to be judged once per trained text encoder, and whoever has read them writes no training wordings.
FOREIGN = {
    "en": (
        "Camera: keep the {person} in frame, shoes too. Paint the set wall {wall}. "
        "Costume: {top_word} in {top}, {bottom_word} in {bottom}. Hairdo: {hair}. On my cue: {action}.",
        "hi! could I get a {person} {action}, {hair}, all of them in the picture, feet too? "
        "make the {top_word} {top}, the {bottom_word} {bottom} and the wall {wall}. thanks!",
        "subject: {person}; hair: {hair}; {top_word}: {top}; {bottom_word}: {bottom}; "
        "wall: {wall}; crop: none, feet included; doing: {action}",
        "{person} STOP {hair} STOP {top_word} {top} STOP {bottom_word} {bottom} STOP "
        "wall behind {wall} STOP show entire figure STOP now {action}",
        "{wall} is the colour of the wall, and before it, visible down to the shoes, a {person} "
        "is {action}: {hair}, {bottom_word} in {bottom}, {top_word} in {top}.",
        "{action} is what I need from this {person}, nothing cropped between scalp and soles. "
        "{bottom_word} {bottom}; {top_word} {top}; {hair}; at the back a wall in {wall}.",
        "The wall dreams in {wall}; before it, entire from crown to heel, a {person}, {hair}, {action}, "
        "the {top_word} spun of {top}, the {bottom_word} steeped in {bottom}.",
        "Wide, 35 mm, figure fully framed with feet. {person}, {hair}, {action}. "
        "Wardrobe: {top_word} ({top}), {bottom_word} ({bottom}). Rear wall ({wall}).",
    ),
    "nl": (
        "Camera: kruin en schoenen allebei in beeld. Muur van de set {wall} verven. "
        "Kostuum: {top_word} in het {top}, {bottom_word} in het {bottom}. Kapsel: {hair}. "
        "De {person} {action}.",
        "hoi! mag ik een {person}, {hair}, helemaal erop, ook de voeten? {top_word} moet {top} zijn, "
        "{bottom_word} {bottom} en de muur {wall}. o ja, die {person} {action}. dankje!",
        "wie: {person}; haar: {hair}; {top_word}: {top}; {bottom_word}: {bottom}; "
        "muur: {wall}; uitsnede: geen, voeten erbij; doet: {action}",
        "{person} {action} STOP gehele gestalte tonen STOP {hair} STOP {top_word} {top} STOP "
        "{bottom_word} {bottom} STOP muur erachter {wall}",
        "{wall} is de muur, en ervoor zie je tot en met de schoenen een {person}, {hair}: "
        "{bottom_word} in het {bottom}, daarboven {top_word} in het {top}. De {person} {action}.",
        "Wie {action}? Een {person}, van schedel tot zolen te zien, {hair}. "
        "Een {bottom_word} in het {bottom}, een {top_word} in het {top}, en de wand is {wall}.",
        "Stil kleurt de muur {wall}; daar, ongebroken van hoofd tot hiel, een {person}, {hair}, "
        "een {top_word} van louter {top}, een {bottom_word} in {bottom} gedoopt. "
        "En kijk: de {person} {action}.",
        "Totaal, 35 mm, figuur volledig in kader met voeten. {person}, {hair}, {action}. "
        "Kleding: {top_word} ({top}), {bottom_word} ({bottom}). Achterwand ({wall}).",
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


def fill(template: str, spec: ClipSpec, language: str) -> str:
    """One of `FOREIGN[language]` about `spec`, in the first word that the language has for each thing."""
    colours, garments = COLOUR_WORDS[language], GARMENTS[language]
    return template.format(
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
    # They all ask for the whole body.
    if number % 4 >= 2 and number % 8 < 4 and spec.scene.shot == "full body":
        return Prompt(fill(str(rng.choice(FOREIGN[language])), spec, language), language, spec)
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
