"""The same facts in other words, and a text encoder that learns them from itself."""

import re
from pathlib import Path

import numpy as np
import torch

from oelala.mini.captions import in_sentences
from oelala.mini.evaluate.prompts import FOREIGN
from oelala.mini.recipe import checkpoint
from oelala.mini.recipe.run import Run, RunSettings
from oelala.mini.recipe.text import HEADS_CHECKPOINT, TEXT_CHECKPOINT
from oelala.mini.recipe.text_heads import TextHeads
from oelala.mini.tokenizer import train_tokenizer
from oelala.mini.topology import build_text_encoder, build_transformer
from oelala.mini.words import COLOUR_WORDS
from oelala.mini.world.seeds import random_clip


def test_sentences_name_all_colours_in_both_languages() -> None:
    for seed in range(60):
        spec, language = random_clip(seed), ("en", "nl")[seed % 2]
        text = in_sentences(spec, np.random.default_rng(seed), language).lower()
        names = [spec.clothes.top_name, spec.clothes.bottom_name]
        names += [spec.scene.wall_name] if spec.scene.place == "wall" else []
        for name in names:
            assert any(word in text for word in COLOUR_WORDS[language][name]), (name, text)
        assert "{" not in text


# "The colour of the" wall and "the colour of the" shirt.
ORDINARY = {("the", "colour", "of"), ("colour", "of", "the")}


def triples(text: str) -> set[tuple[str, ...]]:
    """Three words that follow each other, fields apart."""
    found: set[tuple[str, ...]] = set()
    for part in re.split(r"[{][^}]*[}]", text.lower()):
        words = re.findall(r"[\w']+", part)
        found |= set(zip(words, words[1:], words[2:], strict=False))
    return found


def test_the_judges_foreign_wordings_are_not_said() -> None:
    said: set[tuple[str, ...]] = set()
    for seed in range(400):
        for language in FOREIGN:
            said |= triples(in_sentences(random_clip(seed), np.random.default_rng(seed), language))
    judged = {triple for texts in FOREIGN.values() for text in texts for triple in triples(text)}
    assert len(judged) > 40
    assert judged & said <= ORDINARY


def test_the_encoder_learns_and_nothing_else_changes(tmp_path: Path) -> None:
    torch.manual_seed(0)
    text, transformer = build_text_encoder(tiny=True), build_transformer(tiny=True)
    heads = TextHeads(text.config.d_model)
    for name, model in ((TEXT_CHECKPOINT, text), (HEADS_CHECKPOINT, heads), ("transformer", transformer)):
        checkpoint.save(tmp_path / name, model.state_dict(), checkpoint.Progress(steps=3))
    words = [in_sentences(random_clip(seed), np.random.default_rng(seed)) for seed in range(40)]
    train_tokenizer(words, 300).save_pretrained(tmp_path / "tokenizer")
    before = {path.name: path.read_bytes() for path in tmp_path.glob("*.safetensors")}
    run = Run(RunSettings(tmp_path, "first", tiny=True))
    run.wordings(2.0)
    run.close()
    changed = {name for name, data in before.items() if (tmp_path / name).read_bytes() != data}
    assert changed == {f"{TEXT_CHECKPOINT}.safetensors"}
    found = checkpoint.load(tmp_path / TEXT_CHECKPOINT)
    assert found is not None
    assert found[1].steps > 3
    assert all(bool(value.isfinite().all()) for value in found[0].values())
