"""Captions by a grammar without fixed sentences: all facts in any order, each in one of very many forms,
between words that mean nothing, so that the text encoder learns to pass over what it does not know.
"""

import re
from dataclasses import dataclass, field

import numpy as np

from oelala.mini import words
from oelala.mini.captions import LANGUAGES, Speaker, hair_words, place_words
from oelala.mini.words import free, free_nouns, ordinary
from oelala.mini.words.length import guess_tokens
from oelala.mini.words.sentences import PRONOUNS
from oelala.mini.world.spec import ClipSpec

# Tokens that facts and filler may take together, as `guess_tokens` says them; the tokenizer has 64.
_ROOM, _DRAFTS = 55, 10
# How often a kind is named without telling which garment it is, two garments share a clause, a generic
# form is used for clothes or the wall, and a word comes with capital letters.
_ANY, _PAIR, _GENERIC, _CAPITALS = 0.10, 0.22, 0.5, 0.08
_MUCH_FILLER = (0.0, 0.0, 0.25, 0.5, 0.9)


@dataclass
class _Free(Speaker):
    """Chooses forms for one clip; with `held_out` only those that training never sees."""

    held_out: bool = False
    base: dict[str, str] = field(default_factory=dict)
    filler: float = 0.0

    def any(self, options: tuple[str, ...]) -> str:
        return options[int(self.rng.integers(len(options)))]

    def form(self, table: free.Forms) -> str:
        """One of a table's forms: the last two are held out."""
        rows = table[self.language]
        return self.any(rows[-free.HELD_OUT :] if self.held_out else rows[: -free.HELD_OUT])

    def colours(self, name: str) -> tuple[str, str]:
        """As it stands alone, and before a noun, which in Dutch may be either."""
        bare = self.colour(name, bare=True)
        full = self.colour(name)
        if self.language == "nl" and self.rng.random() < 0.25:
            short, long = words.COLOUR_WORDS["nl"][name][:2]
            shade = full.removesuffix(long) + short if full.endswith(long) else bare
            bare, full = (shade, full) if self.rng.random() < 0.5 else (bare, shade)
        return bare, full

    def meaningless(self) -> str:
        """An ordinary word, or one of random syllables."""
        if self.rng.random() < 0.12:
            sounds = (ordinary.STARTS, ordinary.VOWELS, ordinary.ENDS)
            return "".join(self.any(part) for _ in range(int(self.rng.integers(1, 3))) for part in sounds)
        return self.any(ordinary.ORDINARY[self.language])

    def fill(self, form: str, **values: str) -> str:
        """The form with values, or whatever the rest of the clip has for its letters."""
        determiner = self.any(free_nouns.DETERMINERS[self.language]).format(**self.base)
        told = self.base | values
        told |= {"d": f"{determiner} {told.get('n', '')}".strip(), "l": self.form(free.LINKS)}
        told |= {"s": self.any(free.SIGNS), "v": self.any(free.VERBS[self.language])}
        told["~"] = self.meaningless() if self.rng.random() < 0.35 else ""
        return re.sub(r" +", " ", form.format(**told)).strip()


def _noun(say: _Free, spec: ClipSpec, part: str) -> str:
    if part == "wall":
        return say.any(free_nouns.WALL_NOUNS[say.language])
    if say.rng.random() < _ANY:
        return say.any(free_nouns.ANY_NOUNS[say.language][part])
    return say.word(words.GARMENTS, spec.clothes.top if part == "top" else spec.clothes.bottom)


def _colour_of(spec: ClipSpec, part: str) -> str:
    return {"wall": spec.scene.wall_name, "top": spec.clothes.top_name, "bottom": spec.clothes.bottom_name}[
        part
    ]


def _coloured(say: _Free, spec: ClipSpec, part: str) -> str:
    """A wall or a garment and its colour."""
    own = free.BEHIND if part == "wall" else free.CLOTHES
    form = say.form(free.COLOURED if say.rng.random() < _GENERIC else own)
    bare, full = say.colours(_colour_of(spec, part))
    up = "" if part == "wall" else say.any(free_nouns.PLACED[say.language][part])
    return say.fill(form, n=_noun(say, spec, part), c=bare, C=full, up=up)


def _pair(say: _Free, spec: ClipSpec) -> str:
    """Both garments in one clause, either of them first."""
    one, two = ("top", "bottom") if say.rng.random() < 0.5 else ("bottom", "top")
    (c, full), (k, second) = (say.colours(_colour_of(spec, part)) for part in (one, two))
    noun, other = _noun(say, spec, one), _noun(say, spec, two)
    start = say.any(("the", "a", say.base["her"]) if say.language == "en" else ("de", "een", say.base["her"]))
    return say.fill(
        say.form(free.PAIRS), n=noun, N=other, c=c, C=full, k=k, K=second, D=f"{start} {other}", d2=start
    )


def _told(say: _Free, kind: str, text: str) -> str:
    return say.fill(say.form(free.TOLD), x=text, t=say.any(free_nouns.KINDS[say.language][kind]))


def _hair(say: _Free, spec: ClipSpec) -> str:
    style, phrase = spec.character.hair_style, hair_words(say, spec)
    if style not in free_nouns.HAIR_STYLES[say.language] or (say.rng.random() < 0.4 and not say.held_out):
        return _told(say, "hair", phrase)
    start = ("with ", "met ")
    bare, _ = say.colours(spec.character.hair_name)
    worn = say.any(free_nouns.HAIR_STYLES[say.language][style])
    return say.fill(
        say.form(free_nouns.HAIRS), x=phrase.removeprefix(start[0]).removeprefix(start[1]), h=bare, y=worn
    )


def _third_person(text: str) -> str:
    first, _, rest = text.partition(" ")
    if first == "just":
        return f"just {_third_person(rest)}"
    return f"{first}{'es' if first.endswith(('x', 'ch', 'sh', 'o')) else 's'} {rest}".strip()


def _action(say: _Free, spec: ClipSpec) -> str:
    action = spec.motion.action
    infinitive, does = say.any(free_nouns.INFINITIVES[say.language][action]), say.word(words.ACTIONS, action)
    if say.rng.random() < 0.25:
        return _told(say, "action", does)
    return say.fill(say.form(free_nouns.ACTS), inf=infinitive, does=does, s3=_third_person(infinitive))


def _extras(say: _Free, spec: ClipSpec) -> list[str]:
    """View, light and what is in the face, where there is something to tell."""
    made, language = [], say.language
    if spec.scene.view != "front" or say.rng.random() < 0.1:
        made.append(_told(say, "view", say.word(words.VIEWS, spec.scene.view)))
    if spec.scene.light != "neutral":
        made.append(_told(say, "light", say.word(words.LIGHTS, spec.scene.light)))
    start = "with" if language == "en" else "met"
    if spec.character.glasses:
        made.append(f"{start} {say.any(words.GLASSES[language])}")
    if spec.character.beard:
        made.append(f"{start} {say.any(words.BEARD[language])}")
    if spec.motion.smile > 0.5:
        made.append(say.any(words.SMILING[language]))
    return made


def _facts(say: _Free, spec: ClipSpec, *, extras: bool) -> list[str]:
    facts = [_action(say, spec), _hair(say, spec), _told(say, "shot", say.word(words.SHOTS, spec.scene.shot))]
    build = say.word(words.BUILDS, spec.character.build)
    person = f"{build} {say.base['p']}".strip()
    who = say.any(free_nouns.KINDS[say.language]["person"])
    facts.append(say.fill(say.form(free_nouns.PERSONS), p=person, t=who))
    if say.rng.random() < _PAIR:
        facts.append(_pair(say, spec))
    else:
        facts += [_coloured(say, spec, "top"), _coloured(say, spec, "bottom")]
    if spec.scene.place == "wall":
        facts.append(_coloured(say, spec, "wall"))
    else:
        facts.append(_told(say, "place", place_words(say, spec)))
    facts += _extras(say, spec) if extras else []
    say.rng.shuffle(facts)
    return facts


def _between(say: _Free, facts: list[str]) -> list[str]:
    """The facts with openings, closings and filler around them, as far as there is room."""
    language, room = say.language, _ROOM - sum(guess_tokens(fact) + 1 for fact in facts)
    start = [say.any(free_nouns.OPENINGS[language])] if say.rng.random() < 0.3 else []
    end = [say.any(free_nouns.CLOSINGS[language])] if say.rng.random() < 0.25 else []
    made = []
    for piece in [*start, *facts, *end]:
        if piece not in facts:
            room -= guess_tokens(piece) + 1
            made += [piece] if room > 0 else []
            continue
        made.append(piece)
        if say.rng.random() < say.filler:
            text = " ".join(say.meaningless() for _ in range(int(say.rng.geometric(0.4))))
            if guess_tokens(text) < room:
                made.append(text)
                room -= guess_tokens(text) + 1
    return made


def _joined(say: _Free, pieces: list[str]) -> str:
    """With one kind of separator mostly, now and then another, or a joining word."""
    usual = say.any(free_nouns.SEPARATORS)
    text = ""
    for number, piece in enumerate(pieces):
        chance = say.rng.random()
        between = usual if chance < 0.7 else say.any(
            free_nouns.SEPARATORS if chance < 0.85 else free_nouns.JOINTS[say.language]
        )  # fmt: skip
        shown = piece.upper() if say.rng.random() < _CAPITALS else piece
        text += shown if not number else between + shown
    return text


def in_free_words(
    spec: ClipSpec, rng: np.random.Generator, language: str | None = None, *, held_out: bool = False
) -> str:
    """A clip's facts in free words, nearly always within 64 tokens; with `held_out` in forms that
    validate and are never trained on. Left out are now and then the kind of a garment, and where there is no
    room for them view, light and what is in the face.
    """
    say = _Free(
        language or LANGUAGES[int(rng.integers(2))], rng, complete=True, plain=True, held_out=held_out
    )
    she, her, them = PRONOUNS[say.language][spec.character.sex]
    person = say.word(words.PEOPLE, spec.character.sex)
    the = "the" if say.language == "en" else "de"
    say.base = {
        "she": she,
        "her": her,
        "them": them if rng.random() < 0.7 else f"{the} {person}",
        "p": person,
    }
    say.filler = float(rng.choice(_MUCH_FILLER))
    drafts: list[str] = []
    while len(drafts) < _DRAFTS and (not drafts or min(map(guess_tokens, drafts)) > _ROOM):
        drafts.append(_joined(say, _between(say, _facts(say, spec, extras=len(drafts) < _DRAFTS // 3))))
        say.filler /= 2
    text = min(drafts, key=guess_tokens)
    if rng.random() < 0.5:
        text = text[:1].upper() + text[1:]
    return text + ("." if rng.random() < 0.4 else "")
