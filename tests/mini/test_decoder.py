"""The decoder alone: latents stay bit for bit what they were, and so do the shards made of them."""

from pathlib import Path

import numpy as np
import torch

from oelala.mini.recipe import checkpoint
from oelala.mini.recipe.decoder import decoder_loss, squared_error
from oelala.mini.recipe.latents import encoder_key
from oelala.mini.recipe.run import Run, RunSettings
from oelala.mini.recipe.vae import CHECKPOINT
from oelala.mini.recipe.vae_loss import reconstruction_loss
from oelala.mini.topology import build_vae


def weights_at(folder: Path) -> dict[str, torch.Tensor]:
    return checkpoint.weights_of(folder / CHECKPOINT)


@torch.no_grad()
def encode(weights: dict[str, torch.Tensor]) -> torch.Tensor:
    vae = build_vae(tiny=True).eval()
    vae.load_state_dict(weights)
    clip = torch.rand(1, 3, 5, 64, 64, generator=torch.Generator().manual_seed(5)) * 2 - 1
    mode: torch.Tensor = vae.encode(clip).latent_dist.mode()
    return mode


def test_latents_stay_and_the_decoder_learns(tmp_path: Path) -> None:
    torch.manual_seed(0)
    progress = checkpoint.Progress(seconds=400, steps=5, schedule="second")
    checkpoint.save(tmp_path / CHECKPOINT, build_vae(tiny=True).state_dict(), progress)
    before = weights_at(tmp_path)
    run = Run(RunSettings(tmp_path, "second", tiny=True))
    run.decoder(0.2)
    after = weights_at(tmp_path)
    assert torch.equal(encode(before), encode(after))
    assert encoder_key(before) == encoder_key(after)
    changed = {name.split(".")[0] for name in before if not torch.equal(before[name], after[name])}
    assert changed == {"decoder", "post_quant_conv"}
    found = checkpoint.load(tmp_path / CHECKPOINT)
    assert found is not None
    assert found[1].schedule == "second-decoder"
    assert found[1].seconds < 30
    run.close()


def test_another_encoder_has_another_key() -> None:
    torch.manual_seed(0)
    weights = build_vae(tiny=True).state_dict()
    key = encoder_key(weights)
    assert encoder_key(weights | {"decoder.conv_in.bias": torch.ones(16)}) == key
    assert encoder_key(weights | {"quant_conv.bias": torch.ones(96)}) != key
    assert 0 <= key < 2**63


def test_the_loss_ends_in_squared_error() -> None:
    truth = torch.rand(2, 3, 5, 32, 32, generator=torch.Generator().manual_seed(1)) * 2 - 1
    made = truth + 0.1
    assert torch.isclose(squared_error(made, truth), torch.tensor(np.log(0.01 + 5e-4)).float(), atol=1e-3)
    assert decoder_loss(made, truth, 0.0, 0.1) == reconstruction_loss(made, truth)
    assert decoder_loss(made, truth, 0.0, 1.0) == 0.1 * squared_error(made, truth)
    better = decoder_loss(truth + 0.05, truth, 0.0, 0.4)
    assert better < decoder_loss(made, truth, 0.0, 0.4)


def test_an_error_in_a_face_counts_for_more_than_its_pixels() -> None:
    truth = torch.zeros(1, 3, 1, 32, 32)
    extra = torch.zeros(1, 1, 1, 32, 32)
    extra[..., :4, :4] = 3.0
    in_the_face, beside_it = truth.clone(), truth.clone()
    in_the_face[..., :4, :4] = 0.5
    beside_it[..., 8:12, 8:12] = 0.5
    assert squared_error(in_the_face, truth) == squared_error(beside_it, truth)
    assert squared_error(in_the_face, truth, extra) > squared_error(beside_it, truth, extra) + 1.0
    assert decoder_loss(in_the_face, truth, extra, 1.0) == 0.1 * squared_error(in_the_face, truth, extra)
