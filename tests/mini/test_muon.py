"""Muon: steps of one size in all directions, beside AdamW, remembered in the same file."""

from pathlib import Path

import torch
from torch import nn

from oelala.mini.recipe import checkpoint
from oelala.mini.recipe.muon import MuonAdamW, is_matrix, orthogonal
from oelala.mini.topology import build_pose_transformer, build_vae


def model_and_optimizer() -> tuple[nn.Module, MuonAdamW]:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv3d(4, 8, 3), nn.SiLU(), nn.Conv3d(8, 4, 1))
    return model, MuonAdamW(model.named_parameters(), lr=1e-2, weight_decay=0.0)


def take_steps(model: nn.Module, optimizer: MuonAdamW, count: int) -> None:
    x = torch.randn(2, 4, 5, 5, 5, generator=torch.Generator().manual_seed(1))
    for _ in range(count):
        optimizer.zero_grad()
        model(x).square().mean().backward()
        optimizer.step()


def test_singular_values_become_one() -> None:
    generator = torch.Generator().manual_seed(3)
    skewed = torch.randn(3, 16, 40, generator=generator) * torch.logspace(0, -1, 16).view(1, 16, 1)
    values = torch.linalg.svdvals(orthogonal(skewed).float())
    assert values.min() > 0.6
    assert values.max() < 1.3


def test_a_step_is_as_long_as_one_of_adamw() -> None:
    model, optimizer = model_and_optimizer()
    before = [value.detach().clone() for value in model.parameters()]
    take_steps(model, optimizer, 1)
    for old, new in zip(before, model.parameters(), strict=True):
        length = float((new.detach() - old).square().mean().sqrt())
        # AdamW's very first step is the whole rate; Muon's is a fifth of it, as AdamW's are later.
        assert 0.0015 < length < 0.0105


def test_what_it_moves() -> None:
    moved = {name for name, value in build_vae(tiny=True).named_parameters() if is_matrix(name, value)}
    assert "decoder.mid_block.resnets.0.conv1.weight" in moved
    assert "encoder.down_blocks.1.downsampler.resample.1.weight" in moved
    assert not any(name.endswith(("bias", "gamma")) for name in moved)
    assert not any("conv_in" in name or "conv_out" in name or "quant_conv" in name for name in moved)


def test_what_it_leaves_to_adamw_in_transformers() -> None:
    model = build_pose_transformer(tiny=True)
    left = {name for name, value in model.named_parameters() if value.ndim > 1 and not is_matrix(name, value)}
    outer = {"patch_embedding.weight", "vace_patch_embedding.weight", "proj_out.weight", "scale_shift_table"}
    blocks = {f"{kind}.{n}.scale_shift_table" for kind in ("blocks", "vace_blocks") for n in range(2)}
    assert left == outer | blocks
    assert not is_matrix("text_heads.questions.weight", torch.zeros(4, 4))


def test_it_goes_on_from_a_file_as_if_nothing_had_been(tmp_path: Path) -> None:
    model, optimizer = model_and_optimizer()
    take_steps(model, optimizer, 3)
    checkpoint.save_state(tmp_path / "x", model, checkpoint.Average(model, 0.9), optimizer)
    again, its_optimizer = model_and_optimizer()
    assert checkpoint.load_state(tmp_path / "x", again, checkpoint.Average(again, 0.9), its_optimizer)
    take_steps(model, optimizer, 2)
    take_steps(again, its_optimizer, 2)
    for one, other in zip(model.parameters(), again.parameters(), strict=True):
        assert torch.equal(one, other)
