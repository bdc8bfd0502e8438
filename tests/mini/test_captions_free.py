"""Free words name every colour and fit, in both languages; the forms that validate are not trained on."""

from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from oelala.mini import words
from oelala.mini.captions_free import in_free_words
from oelala.mini.recipe.other_words import KINDS, in_other_words, simplified
from oelala.mini.tokenizer import MAX_SEQUENCE_LENGTH
from oelala.mini.words import free, free_nouns
from oelala.mini.words.ordinary import ORDINARY
from oelala.mini.world.seeds import random_clip
from oelala.mini.world.spec import ClipSpec

TOKENIZER = Path(__file__).parents[2] / "oelala/assets/oelala-mini/tokenizer/tokenizer.json"


def _simple(seed: int) -> ClipSpec:
    return simplified(random_clip(seed), np.random.default_rng(seed))


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("held_out", [False, True])
def test_every_colour_is_named(language: str, held_out: bool) -> None:
    for seed in range(150):
        spec = random_clip(seed)
        text = in_free_words(spec, np.random.default_rng(seed), language, held_out=held_out).lower()
        told = [spec.clothes.top_name, spec.clothes.bottom_name]
        told += [spec.scene.wall_name] if spec.scene.place == "wall" else []
        told += [spec.character.hair_name] if spec.character.hair_style != "bald" else []
        for name in told:
            assert any(word in text for word in words.COLOUR_WORDS[language][name]), (name, text)
        assert "{" not in text


@pytest.mark.parametrize("language", ["en", "nl"])
def test_nearly_all_fit(language: str) -> None:
    tokenizer = Tokenizer.from_file(str(TOKENIZER))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    for clip in (_simple, random_clip):
        texts = [in_free_words(clip(seed), np.random.default_rng(seed), language) for seed in range(250)]
        lengths = np.array([len(one.ids) for one in tokenizer.encode_batch(texts)])
        assert np.mean(lengths <= MAX_SEQUENCE_LENGTH) >= 0.97


def test_a_seed_decides_and_no_two_are_alike() -> None:
    spec = random_clip(3)
    made = [in_free_words(spec, np.random.default_rng(seed)) for seed in range(150)]
    assert made == [in_free_words(spec, np.random.default_rng(seed)) for seed in range(150)]
    assert len(set(made)) == 150


@pytest.mark.parametrize("language", ["en", "nl"])
def test_filler_names_nothing(language: str) -> None:
    tables = (words.COLOUR_WORDS, words.GARMENTS)
    named = {text for table in tables for row in table[language].values() for text in row}
    named |= {*free_nouns.WALL_NOUNS[language]}
    assert not named & set(ORDINARY[language])
    assert len(ORDINARY[language]) > 600


def test_forms_that_validate_are_not_trained_on() -> None:
    tables = (free.LINKS, free.COLOURED, free.CLOTHES, free.BEHIND, free.PAIRS, free.TOLD)
    for table in (*tables, free_nouns.ACTS, free_nouns.PERSONS, free_nouns.HAIRS):
        for rows in table.values():
            assert not set(rows[: -free.HELD_OUT]) & set(rows[-free.HELD_OUT :])


def test_simple_clips_say_nothing_of_faces() -> None:
    spec = _simple(5)
    assert not spec.character.glasses
    assert spec.scene.light == "neutral"
    assert spec.clothes == random_clip(5).clothes


def test_the_pupil_hears_all_kinds() -> None:
    spec = _simple(8)
    assert len({in_other_words(spec, np.random.default_rng(seed)) for seed in range(60)}) > 50
    assert all(wording(spec, np.random.default_rng(1)) for wording in KINDS.values())
