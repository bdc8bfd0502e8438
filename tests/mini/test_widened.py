"""A wider encoder that says what the narrow one said, and learns."""

import pytest
import torch

from oelala.mini.recipe.whole_clip import WholeClip
from oelala.mini.recipe.widened import vae_of, widened, width_of
from oelala.mini.topology import build_vae


def weights(base_dim: int) -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    vae = build_vae(tiny=True, base_dim=base_dim)
    found = vae.state_dict()
    # Gammas and biases that are all alike would hide where they went.
    return {
        name: value + 0.3 * torch.rand_like(value) if "gamma" in name or "bias" in name else value
        for name, value in found.items()
    }


def test_it_encodes_and_decodes_as_before() -> None:
    narrow = weights(4)
    wide = widened(narrow, 6, tiny=True)
    assert (width_of(narrow), width_of(wide)) == (4, 6)
    clip = torch.rand(2, 3, 9, 64, 64) * 2 - 1
    before, after = vae_of(narrow, tiny=True).eval(), vae_of(wide, tiny=True).eval()
    with torch.no_grad():
        told = before.encode(clip).latent_dist.mode()
        assert told.std() > 0.01
        assert torch.allclose(after.encode(clip).latent_dist.mode(), told, atol=1e-5)
        assert torch.equal(after.decode(told).sample, before.decode(told).sample)


def test_what_is_new_learns() -> None:
    narrow = {name.removeprefix("encoder."): value for name, value in weights(4).items()}
    vae = vae_of(widened(weights(4), 6, tiny=True), tiny=True)
    optimizer = torch.optim.SGD(vae.parameters(), lr=0.05)
    whole = WholeClip(vae)
    start = {name: value.clone() for name, value in vae.encoder.state_dict().items()}
    for _ in range(6):
        mean, _ = whole.encode(torch.rand(2, 3, 9, 64, 64) * 2 - 1)
        optimizer.zero_grad()
        (mean - 1).square().mean().backward()
        optimizer.step()
    for name, value in vae.encoder.state_dict().items():
        # Gammas of what is still nearly zero follow later, and a bias of all keys alike changes no softmax.
        if name.endswith("weight"):
            new = torch.ones_like(value, dtype=torch.bool)
            new[tuple(slice(size) for size in narrow[name].shape)] = False
            assert not new.any() or (value != start[name])[new].float().mean() > 0.3, name


def test_as_wide_as_it_is_stays_and_a_narrower_one_is_refused() -> None:
    narrow = weights(4)
    assert all(torch.equal(value, narrow[name]) for name, value in widened(narrow, 4, tiny=True).items())
    with pytest.raises(ValueError, match="wider already: 4, not 2"):
        widened(narrow, 2, tiny=True)
