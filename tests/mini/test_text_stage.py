"""The text encoder learns which colour belongs to what: words beside each other come first."""

from pathlib import Path

import torch

from oelala.mini.recipe import checkpoint
from oelala.mini.recipe.farm import Farm
from oelala.mini.recipe.latents import tokenizer_of
from oelala.mini.recipe.text import (
    HEADS_CHECKPOINT,
    TEXT_CHECKPOINT,
    TextSettings,
    TextStage,
    features_of,
    look_nearby,
)
from oelala.mini.topology import build_text_encoder


def test_most_heads_begin_with_the_neighbours() -> None:
    torch.manual_seed(0)
    text = build_text_encoder()
    look_nearby(text)
    attention = text.encoder.block[0].layer[0].SelfAttention
    bias = attention.compute_bias(9, 9)[0]
    assert bias[0, 4].argmax() == 3
    assert bias[1, 4].argmax() == 5
    assert bias[2, 4].tolist() == [4.0, 4.0, 4.0, 4.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    assert bias[3].abs().max() == 0


def test_order_changes_what_a_word_means() -> None:
    torch.manual_seed(0)
    text = build_text_encoder()
    look_nearby(text)
    tokens = torch.tensor([[5, 9, 7, 9, 1], [7, 9, 5, 9, 1]])
    first, second = features_of(text.eval(), tokens, fast=False)
    assert (first[1] - second[1]).norm() > 0.1 * first[1].norm()


def test_the_stage_writes_what_the_next_one_reads(tmp_path: Path) -> None:
    tokenizer = tokenizer_of(tmp_path, tiny=True)
    settings = TextSettings(tmp_path, 0.005, torch.device("cpu"), tokenizer, captions=32, tiny=True)
    farm = Farm(0)
    TextStage(settings, farm).run()
    again = TextStage(settings, farm)
    farm.close()
    found = checkpoint.load(tmp_path / TEXT_CHECKPOINT)
    assert found is not None
    assert found[1].steps > 0
    assert again.progress.steps == found[1].steps
    assert checkpoint.load(tmp_path / HEADS_CHECKPOINT) is not None
