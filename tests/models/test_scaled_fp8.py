"""Files of scaled fp8 as ComfyUI has them become the model that they stand for."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from diffusers import WanTransformer3DModel
from safetensors.torch import save_file

from oelala.models.single_file import load_with_config
from tests.models.recognise.files import native
from tests.models.test_single_file import run
from tests.models.test_single_file import small as small

FP8 = torch.float8_e4m3fn
Tensors = dict[str, torch.Tensor]


def split(weight: torch.Tensor, scale: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """In fp8, and what that stands for, in 32 bits."""
    stored = (weight / scale).clamp(-448, 448).to(FP8)
    return stored, stored.float() * scale


def legacy(layer: str, scale: torch.Tensor, *, inputs: bool) -> Tensors:
    extra = {f"{layer}.scale_input": torch.tensor(3.0)} if inputs else {}
    return {f"{layer}.scale_weight": scale, **extra}


def newer(layer: str, scale: torch.Tensor, *, inputs: bool) -> Tensors:
    note = torch.tensor(list(b'{"format": "float8_e4m3fn"}'), dtype=torch.uint8)
    extra = {f"{layer}.input_scale": torch.tensor(3.0)} if inputs else {}
    return {f"{layer}.weight_scale": scale, f"{layer}.comfy_quant": note, **extra}


def written(
    model: WanTransformer3DModel, path: Path, form: object, *, inputs: bool, each: bool = False, prefix: str
) -> Tensors:
    """The file; returns what its tensors stand for, by diffusers' names. `each`: a scale for every output."""
    file: Tensors = (
        {f"{prefix}scaled_fp8": torch.empty(0 if inputs else 2, dtype=FP8)} if form is legacy else {}
    )
    truth = dict(model.state_dict())
    for name, value in model.state_dict().items():
        theirs = prefix + native(name)
        file[theirs] = value
        if value.ndim == 2 and name.endswith(".weight"):
            peak = value.abs().amax(dim=1) if each else value.abs().amax()
            scale = peak / 448
            file[theirs], truth[name] = split(value, scale[:, None] if each else scale)
            layer = theirs.removesuffix(".weight")
            assert callable(form)
            file |= form(layer, scale if each else scale.reshape(1), inputs=inputs)
    save_file({name: value.contiguous() for name, value in file.items()}, path)
    return truth


@pytest.mark.parametrize("form", [legacy, newer])
@pytest.mark.parametrize("inputs", [True, False])
@pytest.mark.parametrize("prefix", ["", "model.diffusion_model.", "diffusion_model."])
def test_every_matrix_is_what_it_stands_for(
    small: tuple[WanTransformer3DModel, Path], tmp_path: Path, form: object, inputs: bool, prefix: str
) -> None:
    model, config = small
    truth = written(model, tmp_path / "x.safetensors", form, inputs=inputs, prefix=prefix)
    loaded = load_with_config(tmp_path / "x.safetensors", config, torch.float32)
    for name, value in loaded.state_dict().items():
        assert torch.equal(value, truth[name]), name
    original = run(model)
    error = (run(loaded) - original).norm() / original.norm()
    assert 0 < error < 0.05, "as near as fp8 is; without the scales it is wrong by more than all of it"


def test_a_scale_for_each_output(small: tuple[WanTransformer3DModel, Path], tmp_path: Path) -> None:
    model, config = small
    truth = written(model, tmp_path / "x.safetensors", newer, inputs=False, each=True, prefix="")
    loaded = load_with_config(tmp_path / "x.safetensors", config, torch.float32)
    assert all(torch.equal(value, truth[name]) for name, value in loaded.state_dict().items())


def test_in_16_bits(small: tuple[WanTransformer3DModel, Path], tmp_path: Path) -> None:
    """Blocks in bfloat16; what diffusers keeps in 32 bits is exact there."""
    model, config = small
    truth = written(model, tmp_path / "x.safetensors", legacy, inputs=True, prefix="")
    loaded = load_with_config(tmp_path / "x.safetensors", config, torch.bfloat16)
    kinds = set()
    for name, value in loaded.state_dict().items():
        assert torch.equal(value, truth[name].to(value.dtype)), name
        kinds.add(value.dtype)
    assert kinds == {torch.float32, torch.bfloat16}
    assert loaded.blocks[0].attn1.to_q.weight.dtype == torch.bfloat16
    assert loaded.condition_embedder.time_embedder.linear_1.weight.dtype == torch.float32
