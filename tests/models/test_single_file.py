"""Single files become the very module that a whole model has."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import gguf
import numpy as np
import pytest
import torch
from diffusers import WanTransformer3DModel
from diffusers.quantizers.gguf.utils import GGUFLinear
from safetensors.torch import save_file

from oelala.models.catalog import Component, find, rows
from oelala.models.manager import ModelManager, ModelSpec
from oelala.models.single_file import CONFIGS, load_with_config
from oelala.settings import Settings
from tests.models.gguf_layout import write_q4_k_m
from tests.models.official import TRANSFORMERS
from tests.models.recognise.files import native
from tests.models.streaming import small as streaming
from tests.models.test_manager import call
from tests.models.tiny import WAN21, TinyModels

TINY = {
    **{"patch_size": [1, 2, 2], "num_attention_heads": 2, "attention_head_dim": 16, "in_channels": 16},
    **{"out_channels": 16, "text_dim": 32, "freq_dim": 32, "ffn_dim": 64, "num_layers": 2},
}


@pytest.fixture
def small(tmp_path: Path) -> tuple[WanTransformer3DModel, Path]:
    torch.manual_seed(7)
    config = tmp_path / "config"
    config.mkdir()
    (config / "config.json").write_text(json.dumps({"_class_name": "WanTransformer3DModel", **TINY}))
    return WanTransformer3DModel(**TINY).eval(), config


def run(model: torch.nn.Module) -> torch.Tensor:
    seed = torch.Generator().manual_seed(7)
    latents = torch.randn(1, 16, 2, 4, 4, generator=seed)
    words = torch.randn(1, 8, 32, generator=seed)
    with torch.no_grad():
        return model(latents, torch.tensor([500]), words, return_dict=False)[0]


@pytest.mark.parametrize("prefix", ["", "model.diffusion_model.", "diffusion_model."])
@pytest.mark.parametrize("official", [True, False])
def test_every_prefix(
    small: tuple[WanTransformer3DModel, Path], tmp_path: Path, prefix: str, official: bool
) -> None:
    model, config = small
    if prefix == "model.diffusion_model." and not official:
        pytest.skip("a prefix of ComfyUI's, which keeps the official names")
    state = {prefix + (native(name) if official else name): v for name, v in model.state_dict().items()}
    save_file(state, tmp_path / "x.safetensors")
    loaded = load_with_config(tmp_path / "x.safetensors", config, torch.float32)
    for name, value in loaded.state_dict().items():
        assert torch.equal(value, model.state_dict()[name]), name
    # not to the last bit: from a file, tensors lie elsewhere in memory, where other kernels suit them
    torch.testing.assert_close(run(loaded), run(model), rtol=1e-5, atol=1e-6)
    assert not any(parameter.requires_grad for parameter in loaded.parameters())


def test_a_tensor_too_many_in_diffusers_names_does_no_harm(
    small: tuple[WanTransformer3DModel, Path], tmp_path: Path
) -> None:
    model, config = small
    save_file({**model.state_dict(), "of_somebody": torch.zeros(2)}, tmp_path / "x.safetensors")
    loaded = load_with_config(tmp_path / "x.safetensors", config, torch.float32)
    for name, value in loaded.state_dict().items():
        assert torch.equal(value, model.state_dict()[name]), name
    rounded = load_with_config(tmp_path / "x.safetensors", config, torch.float32, int8=True)
    assert rounded.state_dict()["blocks.0.attn1.to_q.weight"].dtype == torch.int8


@pytest.mark.parametrize("stored", [torch.float32, torch.bfloat16, torch.float16])
def test_in_16_bits_it_is_what_a_whole_model_is(
    small: tuple[WanTransformer3DModel, Path], tmp_path: Path, stored: torch.dtype
) -> None:
    model, config = small
    model.to(stored).save_pretrained(tmp_path / "whole")
    truth = WanTransformer3DModel.from_pretrained(tmp_path / "whole", dtype=torch.bfloat16)
    save_file({native(name): value for name, value in model.state_dict().items()}, tmp_path / "x.safetensors")
    loaded = load_with_config(tmp_path / "x.safetensors", config, torch.bfloat16)
    for name, value in truth.state_dict().items():
        mine = loaded.state_dict()[name]
        assert (mine.dtype, torch.equal(mine, value)) == (value.dtype, True), name
    assert {value.dtype for value in loaded.parameters()} == {torch.float32, torch.bfloat16}


def test_plain_fp8(small: tuple[WanTransformer3DModel, Path], tmp_path: Path) -> None:
    model, config = small
    state = {
        native(name): value.to(torch.float8_e4m3fn) if value.ndim == 2 else value
        for name, value in model.state_dict().items()
    }
    save_file(state, tmp_path / "x.safetensors")
    loaded = load_with_config(tmp_path / "x.safetensors", config, torch.float32)
    expected = run(model)
    assert 0 < (run(loaded) - expected).norm() / expected.norm() < 0.05


def test_gguf(small: tuple[WanTransformer3DModel, Path], tmp_path: Path) -> None:
    model, config = small
    writer = gguf.GGUFWriter(tmp_path / "x.gguf", "wan")
    for name, value in model.state_dict().items():
        array = value.numpy()
        if value.ndim == 2 and "blocks." in name:
            array = gguf.quants.quantize(array, gguf.GGMLQuantizationType.Q8_0)
            writer.add_tensor(native(name), array, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
        else:
            writer.add_tensor(native(name), array)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    loaded = load_with_config(tmp_path / "x.gguf", config, torch.float32)
    assert loaded.blocks[0].attn1.to_q.weight.dtype == torch.uint8
    expected = run(model)
    error = (run(loaded) - expected).norm() / expected.norm()
    assert 0 < error < 0.02
    sixteen = load_with_config(tmp_path / "x.gguf", config, torch.bfloat16)
    assert sixteen.blocks[0].norm2.weight.dtype == torch.float32
    assert sixteen.condition_embedder.time_embedder.linear_1.weight.dtype == torch.float32
    assert sixteen.patch_embedding.weight.dtype == torch.bfloat16


@pytest.mark.parametrize("kind", ["packable", "vace", "animate"])
def test_a_gguf_file_of_official_names_and_mixed_formats(tmp_path: Path, kind: str) -> None:
    """Against the same numbers in a safetensors file, unpacked by ggml's own reference."""
    module = streaming.packable() if kind == "packable" else getattr(streaming, kind)(**streaming.PACKABLE)
    module.float().save_config(tmp_path)
    told = write_q4_k_m(tmp_path / "x.gguf", module, seed=5)
    save_file({name: value.contiguous() for name, value in told.items()}, tmp_path / "x.safetensors")
    packed, plain = (
        load_with_config(tmp_path / f"x.{end}", tmp_path, torch.float32) for end in ("gguf", "safetensors")
    )
    kinds = {one.weight.quant_type.name for one in packed.modules() if isinstance(one, GGUFLinear)}
    assert kinds == {"Q4_K", "Q6_K"}
    inputs = streaming.animate_inputs() if kind == "animate" else streaming.wan_inputs(dtype=torch.float32)
    if kind == "vace":
        inputs = {
            name: one.float() if isinstance(one, torch.Tensor) and one.is_floating_point() else one
            for name, one in streaming.vace_inputs().items()
        }
    truth = streaming.forward(plain, inputs)
    assert 0 < (streaming.forward(packed, inputs) - truth).norm() / truth.norm() < 0.01


@pytest.mark.parametrize("form", ["safetensors", "gguf"])
def test_the_positions_of_two_pictures(tmp_path: Path, form: str) -> None:
    """FLF2V's, which diffusers itself leaves out of a file in the official names."""
    model = WanTransformer3DModel(**TINY, image_dim=32, added_kv_proj_dim=32, pos_embed_seq_len=6)
    model.save_config(tmp_path)
    state = {native(name): value for name, value in model.state_dict().items()}
    assert "img_emb.emb_pos" in state
    file = tmp_path / f"x.{form}"
    if form == "safetensors":
        save_file(state, file)
    else:
        writer = gguf.GGUFWriter(file, "wan")
        for name, value in state.items():
            writer.add_tensor(name, value.numpy())
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
    loaded = load_with_config(file, tmp_path, torch.float32)
    told, truth = (one.condition_embedder.image_embedder.pos_embed for one in (loaded, model))
    assert torch.equal(told, truth)


def test_a_file_that_lacks_a_tensor(small: tuple[WanTransformer3DModel, Path], tmp_path: Path) -> None:
    model, config = small
    state = dict(model.state_dict())
    del state["blocks.1.ffn.net.2.weight"]
    save_file(state, tmp_path / "x.safetensors")
    with pytest.raises(ValueError, match="tensors are missing"):
        load_with_config(tmp_path / "x.safetensors", config, torch.float32)


def test_every_wan_has_its_config() -> None:
    for row in rows():
        if row.family == "wan" and row.folder is None and row.id in TRANSFORMERS:
            told = json.loads((CONFIGS / row.id / "config.json").read_text())
            name, config = TRANSFORMERS[row.id]
            assert told == json.loads(json.dumps({"_class_name": name, **config}))


def test_a_clip_with_weights_from_a_single_file(tiny: TinyModels, tmp_path: Path) -> None:
    """A user's file in the place of the transformer, through the manager: the clip of the whole model."""
    whole = tiny.models / find(WAN21).repo
    transformer = WanTransformer3DModel.from_pretrained(whole / "transformer")
    file = tmp_path / "mine.safetensors"
    save_file({f"diffusion_model.{native(n)}": v for n, v in transformer.state_dict().items()}, file)
    row = find(WAN21)
    part = Component("transformer", file.stat().st_size, 1, path=file)
    # the path of a folder stands where the id of a shipped config does: the true ones are gigabytes large
    base = str(whole / "transformer")
    own = replace(row, id="mine", base=base, added=True, components={**row.components, "transformer": part})
    settings = Settings(workspace=tmp_path, models=tiny.models)
    manager = ModelManager(settings, torch.device("cpu"), row=lambda name: own if name == "mine" else row)
    clips = []
    for name in (WAN21, "mine"):
        with manager.use(ModelSpec(name)) as loan:
            clips.append(call(loan.pipeline))
    np.testing.assert_allclose(clips[0], clips[1], atol=1e-4)
    with manager.use(ModelSpec("mine")) as loan:
        assert "transformer/mine.safetensors" not in loan.hashes
        assert any(path.endswith("mine.safetensors") for path in loan.hashes)
