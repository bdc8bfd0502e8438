"""Captions of clips, English and Dutch: varied order and wording, parts left out, fillers and typing errors.

`caption(spec, rng)` is what training reads. Nothing held out is ever named.
"""

from dataclasses import dataclass

import numpy as np

from oelala.mini import words
from oelala.mini.words.sentences import CLOTHES, DOES, HAS, PRONOUNS, WALL
from oelala.mini.world.spec import ClipSpec

LANGUAGES = ("en", "nl")
# How often a part is left out of a caption.
_LEAVE_OUT = {
    "clothes": 0.07,
    "hair": 0.30,
    "action": 0.05,
    "place": 0.07,
    "shot": 0.30,
    "view": 0.45,
    "light": 0.5,
    "extras": 0.45,
}


@dataclass
class Speaker:
    """Chooses words in one language; the first word of a row half of the time, or mostly with `plain`."""

    language: str
    rng: np.random.Generator
    complete: bool = False
    plain: bool = False

    def choose(self, options: tuple[str, ...]) -> str:
        if self.rng.random() < (0.7 if self.plain else 0.4):
            return options[0]
        return options[int(self.rng.integers(len(options)))]

    def skips(self, part: str) -> bool:
        return bool(self.rng.random() < _LEAVE_OUT[part]) and not self.complete

    def colour(self, name: str, *, bare: bool = False) -> str:
        """`bare` gives the Dutch form without ending (kort zwart haar)."""
        options = words.COLOUR_WORDS[self.language][name]
        if self.language == "nl":
            if bare:
                return options[0]
            return options[1] if self.rng.random() < 0.6 else options[int(self.rng.integers(1, 5))]
        return options[0] if self.rng.random() < 0.6 else options[int(self.rng.integers(len(options)))]

    def word(self, table: dict[str, words.Table], key: str) -> str:
        return self.choose(table[self.language][key])


def _coloured(say: Speaker, colour: str, garment: str) -> str:
    """A red shirt; now and then a shirt in red: what comes first must not decide what belongs together."""
    if say.rng.random() < 0.85:
        return f"{say.colour(colour)} {garment}"
    start = "in" if say.language == "en" else say.choose(("in het", "in"))
    return f"{garment} {start} {say.colour(colour, bare=True)}"


def _clothes(say: Speaker, spec: ClipSpec) -> str:
    top, bottom = spec.clothes.top, spec.clothes.bottom
    and_, a = ("and", "a") if say.language == "en" else ("en", "een")
    first = f"{a} {_coloured(say, spec.clothes.top_name, say.word(words.GARMENTS, top))}"
    article = f"{a} " if say.language == "nl" or bottom == "skirt" else ""
    second = f"{article}{_coloured(say, spec.clothes.bottom_name, say.word(words.GARMENTS, bottom))}"
    if say.rng.random() < 0.25:
        first, second = second, first
    both = f"{first} {and_} {second}"
    if say.rng.random() < 0.10 and not say.complete:
        return say.choose((first, second))
    return both


def _wearing(say: Speaker, spec: ClipSpec) -> str:
    start = ("wearing", "in", "dressed in", "who wears", "with") if say.language == "en" else (
        "met", "in", "gekleed in", "draagt", "in"
    )  # fmt: skip
    return f"{say.choose(start)} {_clothes(say, spec)}"


def hair_words(say: Speaker, spec: ClipSpec) -> str:
    style = spec.character.hair_style
    text = say.word(words.HAIR, style)
    if "{}" not in text:
        return text
    name = spec.character.hair_name
    bare = say.language == "nl" and not any(w in text for w in ("haren", "lokken", "krullen", "een {}"))
    start = "with" if say.language == "en" else "met"
    return f"{start} " + text.format(say.colour(name, bare=bare))


def place_words(say: Speaker, spec: ClipSpec) -> str:
    if spec.scene.place != "wall":
        return say.word(words.PLACES, spec.scene.place)
    return say.choose(words.WALLS[say.language]).format(say.colour(spec.scene.wall_name))


def _extras(say: Speaker, spec: ClipSpec) -> list[str]:
    start = "with" if say.language == "en" else "met"
    parts = []
    if spec.character.glasses and not say.skips("extras"):
        parts.append(f"{start} {say.choose(words.GLASSES[say.language])}")
    if spec.character.beard and not say.skips("extras"):
        parts.append(f"{start} {say.choose(words.BEARD[say.language])}")
    if spec.motion.smile > 0.5 and not say.skips("extras"):
        parts.append(say.choose(words.SMILING[say.language]))
    return parts


def _subject(say: Speaker, spec: ClipSpec) -> str:
    key = spec.character.sex if say.rng.random() < 0.75 else "person"
    noun = say.word(words.PEOPLE, key)
    build = say.word(words.BUILDS, spec.character.build) if say.rng.random() < 0.5 else ""
    if noun in ("somebody", "someone", "iemand"):
        return noun
    return " ".join(part for part in ("a" if say.language == "en" else "een", build, noun) if part)


def _action(say: Speaker, spec: ClipSpec) -> str:
    text = say.word(words.ACTIONS, spec.motion.action)
    if say.language == "en" and say.rng.random() < 0.4:
        return f"is {text}"
    if say.language == "nl" and say.rng.random() < 0.3:
        return f"die {text}"
    return text


def _parts(say: Speaker, spec: ClipSpec) -> list[str]:
    """What follows the subject, in a random order."""
    parts = _extras(say, spec)
    if not say.skips("clothes"):
        parts.append(_wearing(say, spec))
    if not say.skips("action"):
        parts.append(_action(say, spec))
    if not say.skips("hair"):
        parts.append(hair_words(say, spec))
    if not say.skips("place"):
        parts.append(place_words(say, spec))
    if not say.skips("view"):
        parts.append(say.word(words.VIEWS, spec.scene.view))
    say.rng.shuffle(parts)
    return parts


def in_sentences(spec: ClipSpec, rng: np.random.Generator, language: str | None = None) -> str:
    """The same facts in whole sentences, in random order, nothing left out but view, light and extras."""
    say = Speaker(language or LANGUAGES[int(rng.integers(2))], rng, complete=True, plain=True)
    she, her, them = PRONOUNS[say.language][spec.character.sex]
    person = say.word(words.PEOPLE, spec.character.sex)
    the = "the" if say.language == "en" else "de"
    them = them if rng.random() < 0.6 else f"{the} {person}"
    hair = hair_words(say, spec)
    values = {
        "she": she, "her": her, "them": them, "person": person,
        "top": say.word(words.GARMENTS, spec.clothes.top),
        "bottom": say.word(words.GARMENTS, spec.clothes.bottom),
        "does": say.word(words.ACTIONS, spec.motion.action), "bare": hair,
    }  # fmt: skip
    for letter, name in (
        ("a", spec.clothes.top_name),
        ("b", spec.clothes.bottom_name),
        ("c", spec.scene.wall_name),
    ):
        values |= {letter: say.colour(name, bare=True), letter.upper(): say.colour(name)}
    behind = WALL[say.language] if spec.scene.place == "wall" else (place_words(say, spec),)
    tables = [CLOTHES[say.language], behind, DOES[say.language], HAS[say.language]]
    said = [str(rng.choice(table)).format(**values) for table in tables]
    said.append(say.word(words.SHOTS, spec.scene.shot))
    rng.shuffle(said)
    stop = str(rng.choice((". ", ". ", ", ", "; ")))
    text = stop.join(said)
    return text[:1].upper() + text[1:] if rng.random() < 0.6 else text


def _typing_error(text: str, rng: np.random.Generator) -> str:
    at = int(rng.integers(1, max(2, len(text) - 2)))
    kind = int(rng.integers(3))
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at] + text[at:]
    return text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :]


def caption(
    spec: ClipSpec,
    rng: np.random.Generator,
    language: str | None = None,
    *,
    complete: bool = False,
    plain: bool = False,
) -> str:
    """One caption of a clip; a random language unless given; `complete` leaves nothing out; `plain` is
    complete, in common words mostly, and without typing errors.
    """
    say = Speaker(language or LANGUAGES[int(rng.integers(2))], rng, complete or plain, plain)
    comma = ", " if rng.random() < 0.4 else " "
    body = comma.join([_subject(say, spec), *_parts(say, spec)])
    around = []
    if not say.skips("shot"):
        around.append(say.word(words.SHOTS, spec.scene.shot))
    if spec.scene.light != "neutral" and not say.skips("light"):
        around.append(say.word(words.LIGHTS, spec.scene.light))
    text = ", ".join([*around, body] if rng.random() < 0.5 else [body, *around])
    text = f"{say.choose(words.FILLER[say.language])} {text}".strip()
    tail = say.choose(words.TAILS[say.language])
    text = f"{text}, {tail}" if tail else text
    if rng.random() < 0.12 and not plain:
        text = _typing_error(text, rng)
    if rng.random() < 0.3:
        text = text[:1].upper() + text[1:]
    return text + ("." if rng.random() < 0.3 else "")
