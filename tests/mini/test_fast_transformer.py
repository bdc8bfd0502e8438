"""The training pass predicts what diffusers' own forward predicts, and so do its gradients."""

import pytest
import torch

from oelala.mini.recipe.fast_transformer import FastTransformer, Noisy
from oelala.mini.topology import build_transformer


@pytest.mark.parametrize("frames", [1, 3])
def test_the_fast_pass_equals_the_module(frames: int) -> None:
    torch.manual_seed(0)
    model = build_transformer(tiny=True)
    latents, features = torch.randn(3, 48, frames, 8, 6), torch.randn(3, 64, 32)
    times, clean = torch.tensor([0.2, 0.95, 1.0]), torch.tensor([False, True, frames == 1])
    of_token = times.view(-1, 1, 1).expand(-1, frames, 12).clone() * 1000
    of_token[clean, 0] = 0
    target = torch.randn_like(latents)
    truth = model(latents, of_token.flatten(1), features, return_dict=False)[0]
    (truth - target).square().mean().backward()
    wanted = {name: value.grad.clone() for name, value in model.named_parameters() if value.grad is not None}
    model.zero_grad()
    made = FastTransformer(model)(Noisy(latents, times, clean), features)
    (made - target).square().mean().backward()
    assert torch.allclose(made, truth, atol=1e-4)
    assert len(wanted) == len(list(model.parameters()))
    for name, value in model.named_parameters():
        assert value.grad is not None, name
        assert torch.allclose(value.grad, wanted[name], atol=1e-4, rtol=1e-3), name
