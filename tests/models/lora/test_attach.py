"""A LoRA beside weights: every number of the file counts, whatever its format, and all of it goes again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import WanPipeline, WanTransformer3DModel

from oelala.errors import Cancelled, OelalaError
from oelala.models.lora import AttachRequest, attached, lora_of, read_lora
from oelala.models.lora.names import layer_name, without_prefix
from oelala.models.speed import CompiledBlocks, repeated_blocks
from oelala.models.streaming import Branches, Ring, StreamRequest, stream_module
from oelala.models.streaming.stream import Streamed
from tests.models.lora.files import kohya, lightx2v, write
from tests.models.streaming import small
from tests.models.streaming.test_stream import CPU

Tensors = Mapping[str, torch.Tensor]


def wan(**about: Any) -> Any:
    return small.wan(layers=2, dtype=torch.float32, **about)


def request(
    module: Any, tensors: Tensors, strength: float = 1.0, dtype: Any = torch.float32
) -> AttachRequest:
    return AttachRequest(module, lora_of("it.safetensors", tensors), dtype, "Tiny", strength)


def answer(module: Any, **about: Any) -> torch.Tensor:
    return small.forward(module, small.wan_inputs(**{"dtype": torch.float32, **about}))


def by_hand(tensors: Tensors, strength: float = 1.0, **about: Any) -> Any:
    """A transformer that has the LoRA in its weights: W + up × down × alpha / rank, and every difference."""
    module = wan(**about)
    attributes = {"diff": "weight", "diff_b": "bias", "diff_m": "scale_shift_table"}
    for key, tensor in tensors.items():
        path, _, kind = without_prefix(key).rpartition(".")
        if kind in attributes:
            parameter = getattr(module.get_submodule(layer_name(path)), attributes[kind])
            parameter.data = parameter.data + strength * tensor
        elif key.endswith(("lora_down.weight", "lora_A.weight")):
            up = tensors[key.replace("lora_down", "lora_up").replace("lora_A", "lora_B")]
            layer = path.removesuffix(".lora_down").removesuffix(".lora_A")
            alpha = tensors.get(key.replace("lora_down.weight", "alpha").replace("lora_A.weight", "alpha"))
            scale = strength * (1.0 if alpha is None else float(alpha) / len(tensor))
            weight = module.get_submodule(layer_name(layer)).weight
            weight.data = weight.data + scale * up @ tensor
    return module


def everything(module: Any) -> dict[str, torch.Tensor]:
    return lightx2v(module, everything=True)


def with_alpha(module: Any) -> dict[str, torch.Tensor]:
    tensors = lightx2v(module)
    downs = [key for key in tensors if "lora_down" in key]
    return tensors | {key.replace("lora_down.weight", "alpha"): torch.tensor(2.0) for key in downs}


def as_diffusers(module: Any) -> dict[str, torch.Tensor]:
    named = {}
    for key, tensor in lightx2v(module).items():
        layer, _, end = without_prefix(key).partition(".lora_")
        end = "lora_A.weight" if end.startswith("down") else "lora_B.weight"
        named[f"transformer.{layer_name(layer)}.{end}"] = tensor
    return named


def without(module: Any) -> dict[str, torch.Tensor]:
    return {key.removeprefix("diffusion_model."): one for key, one in lightx2v(module).items()}


def some_biases(module: Any) -> dict[str, torch.Tensor]:
    tensors = everything(module)
    return {key: one for key, one in tensors.items() if not (key.endswith("diff_b") and ".ffn." in key)}


def of_mixed_ranks(module: Any) -> dict[str, torch.Tensor]:
    low = lightx2v(module, seed=2, rank=2)
    return {**lightx2v(module), **{key: one for key, one in low.items() if "blocks.1." in key}}


def as_kohya(module: Any) -> dict[str, torch.Tensor]:
    return kohya(lightx2v(module))


FORMATS: list[Callable[[Any], dict[str, torch.Tensor]]] = [
    *(lightx2v, everything, with_alpha, as_diffusers, without, some_biases, of_mixed_ranks, as_kohya)
]
each_format = pytest.mark.parametrize("kind", FORMATS, ids=lambda one: one.__name__)


@each_format
def test_it_computes_as_if_it_were_in_the_weights(kind: Any) -> None:
    module = wan()
    tensors = kind(module)
    plain, truth = answer(module), answer(by_hand(lightx2v(module) if kind is as_kohya else tensors))
    before = state(module)
    with attached(request(module, tensors)):
        assert torch.allclose(answer(module), truth, atol=1e-4 * float(truth.abs().max()))
    assert not torch.allclose(plain, truth, atol=1e-2)
    assert torch.equal(answer(module), plain)
    assert state(module) == before


def state(module: Any) -> list[Any]:
    """All that a trace could be left in: the modules, their attributes and hooks, where each number lies."""
    found: list[Any] = []
    for name, part in module.named_modules():
        attributes = sorted(key for key in vars(part) if not key.startswith("_compiled"))
        hooks = (
            len(part._forward_hooks),
            len(part._forward_pre_hooks),
            len(part._forward_hooks_always_called),
        )
        found.append((name, type(part), attributes, hooks))
    found += [(name, id(one), one.data_ptr(), one.requires_grad) for name, one in module.named_parameters()]
    return found


def test_strength_is_a_factor() -> None:
    module = wan()
    tensors = everything(module)
    truth = answer(by_hand(tensors, 0.5))
    with attached(request(module, tensors, 0.5)):
        assert torch.allclose(answer(module), truth, atol=1e-4 * float(truth.abs().max()))


def with_alpha_in_blocks(module: Any) -> dict[str, torch.Tensor]:
    """Outside of them diffusers refuses it."""
    return {key: one for key, one in with_alpha(module).items() if "blocks." in key or "alpha" not in key}


BOTH_READ = [lightx2v, with_alpha_in_blocks, as_diffusers]


@pytest.mark.parametrize("kind", BOTH_READ, ids=lambda one: one.__name__)
def test_bit_equal_to_diffusers_own_loader(kind: Any, tmp_path: Path) -> None:
    module, other = wan(), wan()
    file = write(tmp_path / "it.safetensors", kind(module))
    pipeline = WanPipeline(tokenizer=None, text_encoder=None, vae=None, scheduler=None, transformer=other)
    pipeline.load_lora_weights(str(file))
    weights = read_lora(file)
    with attached(AttachRequest(module, weights, torch.float32, "Tiny")):
        assert torch.equal(answer(module), answer(other))


@pytest.mark.parametrize("kind", [lightx2v, everything], ids=lambda one: one.__name__)
@pytest.mark.parametrize("resident", [0, 10**9], ids=["passing", "staying"])
def test_streamed_is_bit_equal_to_resident(kind: Any, resident: int) -> None:
    module, other = small.wan(layers=4), small.wan(layers=4)
    tensors = {key: one.to(torch.bfloat16) for key, one in kind(module).items()}
    inputs = {"dtype": torch.bfloat16}
    plain = answer(module, **inputs)
    with attached(request(module, tensors, dtype=torch.bfloat16)):
        truth = answer(module, **inputs)
    assert not torch.equal(plain, truth)
    streamed = stream_module(StreamRequest(other, Ring(CPU), resident))
    before = state(other)
    for _ in range(2):
        with attached(request(other, tensors, dtype=torch.bfloat16)):
            for _ in range(2):
                assert torch.equal(answer(other, **inputs), truth)
        assert torch.equal(answer(other, **inputs), plain)
    assert state(other) == before
    streamed.remove()
    assert torch.equal(answer(other, **inputs), plain)


def test_streamed_from_files_and_side_by_side(tmp_path: Path) -> None:
    small.wan(layers=3).save_pretrained(tmp_path)
    files = [tmp_path / "diffusion_pytorch_model.safetensors"]
    module = (
        WanTransformer3DModel.from_pretrained(tmp_path, dtype=torch.bfloat16).eval().requires_grad_(False)
    )
    other = WanTransformer3DModel.from_pretrained(tmp_path, dtype=torch.bfloat16).eval().requires_grad_(False)
    tensors, inputs = everything(module), {"dtype": torch.bfloat16}
    plain = answer(module, **inputs)
    with attached(request(module, tensors, dtype=torch.bfloat16)):
        truth, twin = answer(module, **inputs), answer(module, seed=0, **inputs)
    assert torch.equal(truth, twin)
    streamed = stream_module(StreamRequest(other, Ring(CPU), files=files))
    both = Branches(streamed)
    sources = [station.source for station in streamed._stations]
    with attached(request(other, tensors, dtype=torch.bfloat16)):
        first, second = pairs_of_guidance(other)
        assert both.paired == 2
    both.remove()
    with attached(request(module, tensors, dtype=torch.bfloat16)):
        expected_first, expected_second = pairs_of_guidance(module)
    assert torch.equal(first, expected_first)
    assert torch.equal(second, expected_second)
    assert torch.equal(answer(other, **inputs), plain)
    assert [station.source for station in streamed._stations] == sources, "still read from the files"
    streamed.remove()


def pairs_of_guidance(module: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """The answers of the third step to two prompts, asked for as a pipeline does."""
    one, two = (small.wan_inputs(seed)["encoder_hidden_states"] for seed in (1, 2))
    answers = (torch.empty(0), torch.empty(0))
    for step in range(3):
        inputs = small.wan_inputs(seed=step + 10)
        answers = tuple(
            small.forward(module, {**inputs, "encoder_hidden_states": prompt}) for prompt in (one, two)
        )
    return answers


def test_blocks_are_compiled_in_one_piece_with_it() -> None:
    module = wan()
    tensors = everything(module)
    with attached(request(module, tensors)):
        truth = answer(module)
        compiled = CompiledBlocks(
            repeated_blocks(module), lambda one: torch.compile(one, fullgraph=True, backend="eager")
        )
        assert torch.allclose(answer(module), truth, atol=1e-5)
        assert compiled.failed is None
        assert len(compiled) == 2
        compiled.remove()


def test_one_within_another_adds_up() -> None:
    module = wan()
    one, two = lightx2v(module, 1), everything(module)
    plain, before = answer(module), state(module)
    truth = by_hand({**two, **{key.replace("diffusion_model.", ""): tensor for key, tensor in one.items()}})
    with attached(request(module, one)), attached(request(module, two)):
        expected = answer(truth)
        assert torch.allclose(answer(module), expected, atol=1e-4 * float(expected.abs().max()))
    assert torch.equal(answer(module), plain)
    assert state(module) == before


def test_an_exception_amid_a_block_leaves_nothing() -> None:
    module, inputs = wan(), small.wan_inputs(dtype=torch.float32)
    plain, before = answer(module), state(module)
    streamed: Streamed | None = None
    for number in range(2):
        streamed = stream_module(StreamRequest(module, Ring(CPU))) if number else None
        before = state(module) if number else before
        stop = module.blocks[1].ffn.register_forward_pre_hook(_stop)
        with pytest.raises(Cancelled), attached(request(module, everything(module))):
            small.forward(module, inputs)
        stop.remove()
        if streamed is not None:
            streamed.reset()
        assert state(module) == before
        assert torch.equal(answer(module), plain)


def _stop(*_: Any) -> None:
    raise Cancelled


def one_foreign(module: Any) -> dict[str, torch.Tensor]:
    return lightx2v(module) | {
        "diffusion_model.blocks.7.ffn.0.lora_down.weight": torch.zeros(4, 32),
        "diffusion_model.blocks.7.ffn.0.lora_up.weight": torch.zeros(64, 4),
    }


def of_another_width(module: Any) -> dict[str, torch.Tensor]:
    wide = WanTransformer3DModel(**{**dict(module.config), "attention_head_dim": 32})
    return lightx2v(wide)


def one_norm_too_long(module: Any) -> dict[str, torch.Tensor]:
    return lightx2v(module) | {"diffusion_model.blocks.0.norm3.diff": torch.zeros(33)}


@pytest.mark.parametrize("kind", [one_foreign, of_another_width, one_norm_too_long])
def test_what_does_not_fit_is_refused_and_nothing_has_changed(kind: Any) -> None:
    module = wan()
    plain, before, tensors = answer(module), state(module), kind(module)
    with pytest.raises(OelalaError) as caught, attached(request(module, tensors)):
        pytest.fail("attached")
    assert caught.value.code == "lora-foreign"
    assert caught.value.values["total"] == len(tensors)
    assert 1 <= caught.value.values["count"] <= len(tensors)
    assert state(module) == before
    assert torch.equal(answer(module), plain)


@pytest.mark.parametrize(
    "tensors",
    [
        {},
        {"diffusion_model.blocks.0.ffn.0.lokr_w1": torch.zeros(2, 2)},
        {"diffusion_model.blocks.0.ffn.0.lora_down.weight": torch.zeros(4, 32)},
        {"blocks.0.ffn.0.weight": torch.zeros(4, 32)},
    ],
    ids=["empty", "another kind", "half a pair", "a model"],
)
def test_what_cannot_be_read_is_said(tensors: Tensors) -> None:
    with pytest.raises(OelalaError) as caught:
        lora_of("it.safetensors", tensors)
    assert caught.value.code == "lora-format"


def test_what_is_known_to_be_for_other_models_is_left_out() -> None:
    module = wan()
    tensors = lightx2v(module) | {"diffusion_model.img_emb.proj.1.diff_b": torch.zeros(8)}
    weights = lora_of("it.safetensors", tensors, ("img_emb.", ".k_img."))
    assert weights.unused == ("diffusion_model.img_emb.proj.1.diff_b",)
    with attached(AttachRequest(module, weights, torch.float32, "Tiny")) as binding:
        assert len(binding.pairs) == 2 * 10 + 5


def test_a_damaged_file_is_said(tmp_path: Path) -> None:
    file = write(tmp_path / "it.safetensors", lightx2v(wan()))
    file.write_bytes(file.read_bytes()[:-5])
    with pytest.raises(OelalaError) as caught:
        read_lora(file)
    assert caught.value.code == "lora-broken"
