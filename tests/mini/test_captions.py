"""Captions: two languages, many wordings, and never a word of what is held out."""

import re
from string import Formatter

import numpy as np
import pytest
from transformers import AutoTokenizer

from oelala.mini import words
from oelala.mini.captions import caption
from oelala.mini.evaluate.prompts import FOREIGN, fill, held_out_prompts
from oelala.mini.tokenizer import MAX_SEQUENCE_LENGTH
from oelala.mini.world.seeds import random_clip
from oelala.models.catalog.rows_mini import ASSETS


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
    foreign = [p for p in prompts if p.text in {fill(t, p.spec, p.language) for t in FOREIGN[p.language]}]
    assert [p.language for p in foreign] == ["en", "nl"] * 2
    assert prompts == held_out_prompts(16)


@pytest.mark.parametrize("language", list(FOREIGN))
def test_foreign_wordings_name_everything(language: str) -> None:
    fields = {"person", "top", "top_word", "bottom", "bottom_word", "wall", "hair", "action"}
    colours = words.COLOUR_WORDS[language]
    tokenizer = AutoTokenizer.from_pretrained(ASSETS / "oelala-mini" / "tokenizer", local_files_only=True)
    assert len(set(FOREIGN[language])) == 8
    for template in FOREIGN[language]:
        assert {field for _, field, _, _ in Formatter().parse(template) if field} == fields
        for prompt in held_out_prompts(20):
            spec = prompt.spec
            text = fill(template, spec, language)
            names = (spec.clothes.top_name, spec.clothes.bottom_name, spec.scene.wall_name)
            assert all(re.search(rf"\b{re.escape(colours[name][0])}\b", text) for name in names)
            assert len(tokenizer(text).input_ids) <= MAX_SEQUENCE_LENGTH  # all of it is read
