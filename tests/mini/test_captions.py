"""Captions: two languages, many wordings, and never a word of what is held out."""

import numpy as np

from oelala.mini import words
from oelala.mini.captions import caption
from oelala.mini.evaluate.prompts import held_out_prompts
from oelala.mini.world.spec import random_clip


def captions(count: int, language: str) -> list[str]:
    rng = np.random.default_rng(0)
    return [caption(random_clip(seed), rng, language) for seed in range(count)]


def test_at_least_five_wordings_for_a_concept() -> None:
    tables = (words.PEOPLE, words.GARMENTS, words.HAIR, words.ACTIONS, words.SHOTS, words.VIEWS, words.PLACES)
    for table in tables:
        for language in ("en", "nl"):
            for key, options in table[language].items():
                assert len(options) >= 5, (language, key)
    for language in ("en", "nl"):
        assert set(words.COLOUR_WORDS[language]) == set(words.COLOUR_WORDS["en"])
        assert all(len(options) >= 5 for options in words.COLOUR_WORDS[language].values())


def test_languages_differ_and_nothing_held_out_is_named() -> None:
    english, dutch = captions(300, "en"), captions(300, "nl")
    assert sum(" een " in f" {text} " for text in dutch) > 250
    assert sum(" een " in f" {text} " for text in english) == 0
    for text in english + dutch:
        assert not any(word in text.lower() for word in ("mohawk", "hanenkam", "top hat", "hoge hoed", "360"))


def test_captions_vary() -> None:
    rng = np.random.default_rng(1)
    spec = random_clip(1)
    made = {caption(spec, rng) for _ in range(100)}
    assert len(made) > 95
    assert max(map(len, made)) < 400


def test_prompts_for_judging_are_half_dutch_and_a_quarter_foreign() -> None:
    prompts = held_out_prompts(16)
    assert [p.language for p in prompts].count("nl") == 8
    foreign = ("Everything behind", "There stands", "Daar is", "Achter de")
    assert sum(p.text.startswith(foreign) for p in prompts) == 4
    assert prompts == held_out_prompts(16)
