"""A deeper transformer: equal to the old one at first, able to learn, and of the right size on disk."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from oelala.mini.recipe import checkpoint
from oelala.mini.recipe.begin import begin
from oelala.mini.recipe.depth import (
    MOST_BYTES_FOR_POSE,
    controls_for,
    layers_of,
    pose_transformer_of,
    size_of,
    transformer_of,
)
from oelala.mini.recipe.fast_transformer import FastTransformer, Noisy
from oelala.mini.recipe.grown import grown, sources
from oelala.mini.recipe.latent_set import STATISTICS
from oelala.mini.recipe.pose import CHECKPOINT as POSE
from oelala.mini.recipe.pose import start_from_base
from oelala.mini.recipe.transformer import TRANSFORMER_CHECKPOINT, TransformerSettings, TransformerStage
from oelala.mini.recipe.wordings import WordingSettings, WordingStage
from oelala.mini.tokenizer import train_tokenizer
from oelala.mini.topology import (
    build_pose_transformer,
    build_random,
    build_random_pose,
    build_text_encoder,
    build_transformer,
    build_vae,
)

# Bytes of vocabulary, preview, configs, indices and headers beside the weights.
ROOM_FOR_THE_REST = 500_000


def test_new_layers_are_evenly_placed() -> None:
    assert [number for number, (_, new) in enumerate(sources(8, 11)) if new] == [3, 7, 10]
    assert [layer for layer, new in sources(8, 11) if new] == [2, 5, 7]
    assert sources(2, 2) == [(0, False), (1, False)]
    assert sources(2, 5) == [(0, False), (0, True), (1, False), (1, True), (1, True)]
    with pytest.raises(ValueError, match="2 layers already"):
        grown(build_transformer(tiny=True).state_dict(), 1)


@pytest.mark.parametrize("layers", [3, 5])
def test_it_predicts_the_same_and_can_learn(layers: int) -> None:
    torch.manual_seed(0)
    old = build_transformer(tiny=True)
    weights = grown(old.state_dict(), layers)
    new = transformer_of(weights, tiny=True)
    new.load_state_dict(weights)
    assert layers_of(weights) == new.config.num_layers == layers
    latents, features = torch.randn(2, 48, 3, 4, 4), torch.randn(2, 6, 32)
    times, clean = torch.tensor([0.9, 0.1]), torch.tensor([False, False])
    with torch.no_grad():
        before, after = (model(latents, times * 1000, features, return_dict=False)[0] for model in (old, new))
    assert torch.allclose(after, before, atol=1e-6)
    noisy = Noisy(latents, times, clean)
    made = FastTransformer(new)(noisy, features)
    assert torch.allclose(made, FastTransformer(old)(noisy, features), atol=1e-6)
    made.square().mean().backward()
    block = new.blocks[-1]
    for part in (block.attn1.to_out[0], block.attn2.to_out[0], block.ffn.net[2]):
        assert not part.weight.any()
        assert part.weight.grad.any()


def test_pose_control_begins_as_a_grown_base() -> None:
    torch.manual_seed(0)
    weights = grown(build_transformer(tiny=True).state_dict(), 3)
    base, pose = transformer_of(weights, tiny=True), pose_transformer_of(weights, tiny=True)
    base.load_state_dict(weights)
    start_from_base(pose, weights)
    assert pose.config.vace_layers == [0, 1, 2]
    latents, features = torch.randn(1, 48, 2, 4, 4), torch.randn(1, 6, 32)
    control = torch.randn(1, 352, 2, 4, 4)
    with torch.no_grad():
        wanted = base(latents, torch.tensor([500.0]), features, return_dict=False)[0]
        made = pose(
            latents, torch.tensor([500.0]), features, control_hidden_states=control, return_dict=False
        )[0]
    assert torch.allclose(made, wanted, atol=1e-5)


def test_nine_layers_keep_within_their_sizes() -> None:
    with torch.device("meta"):
        whole = [build_transformer(layers=9), build_vae(), build_text_encoder()]
        deeper = build_transformer(layers=10)
        pose = build_pose_transformer(layers=9, controls=controls_for(9))
        deepest = build_pose_transformer(layers=11, controls=controls_for(11))
    # The text encoder has one table, which its state names twice.
    table = whole[2].shared.weight.numel() * 2
    together = sum(map(size_of, whole)) - table + ROOM_FOR_THE_REST
    assert together <= 56_000_000 < together + size_of(deeper) - size_of(whole[0])
    assert pose.config.vace_layers == [0, 2, 4, 6]
    assert deepest.config.vace_layers == [0, 5]
    assert size_of(deepest) == 30_059_904 <= MOST_BYTES_FOR_POSE


def test_begin_grows_and_leaves_a_shallow_pose_control_out(tmp_path: Path) -> None:
    build_random(tmp_path / "base", tiny=True)
    build_random_pose(tmp_path / "pose", tiny=True)
    begin(tmp_path / "base", tmp_path / "pose", tmp_path / "same")
    begin(tmp_path / "base", tmp_path / "pose", tmp_path / "more", layers=3)
    assert layers_of(checkpoint.weights_of(tmp_path / "same" / POSE)) == 2
    assert layers_of(checkpoint.weights_of(tmp_path / "more" / TRANSFORMER_CHECKPOINT)) == 3
    assert not (tmp_path / "more" / f"{POSE}.safetensors").exists()


def write_stills(folder: Path) -> None:
    """A shard of noise, and what the stages read beside it."""
    shard = {
        "latents": torch.randn(2, 48, 1, 16, 16, dtype=torch.bfloat16),
        "faces": torch.full((2, 1, 16, 16), 255, dtype=torch.uint8),
        "tokens": torch.ones(2, 16, 64, dtype=torch.int16),
        "answers": torch.zeros(2, 17, dtype=torch.int8),
    }
    save_file(shard, folder / "stills-1.safetensors")
    numbers = {"latents_mean": [0.0] * 48, "latents_std": [1.0] * 48}
    (folder / STATISTICS).write_text(json.dumps(numbers))


def test_training_goes_on_as_deep_as_it_was(tmp_path: Path) -> None:
    torch.manual_seed(0)
    write_stills(tmp_path)
    weights = grown(build_transformer(tiny=True).state_dict(), 3)
    checkpoint.save(tmp_path / TRANSFORMER_CHECKPOINT, weights, checkpoint.Progress())
    settings = TransformerSettings(tmp_path, 0.001, torch.device("cpu"), scale=0.01, tiny=True, peak_rate=1.0)
    TransformerStage(settings).run()
    found = checkpoint.weights_of(tmp_path / TRANSFORMER_CHECKPOINT)
    assert found.keys() == weights.keys()
    assert found["blocks.2.ffn.net.2.weight"].any()
    train_tokenizer(["een rode trui"], 300).save_pretrained(tmp_path / "tokenizer")
    assert len(WordingStage(WordingSettings(tmp_path, 0.0, tiny=True)).fast.weights) == 3
