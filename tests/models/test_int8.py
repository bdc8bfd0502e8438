"""Matrices in 8 bits: a small error, half the bytes, with LoRA, streamed, and said so."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import WanTransformer3DModel
from safetensors.torch import load_file, save_file
from torch.utils._python_dispatch import TorchDispatchMode

from oelala.engines.sampling import ClipRequest, Sampling, make_clip, sample_wan
from oelala.library.workspace import Workspace
from oelala.models.int8 import Int8Linear, block_matrices, load_int8
from oelala.models.manager import ModelSpec
from oelala.models.plan import plan_load
from oelala.models.planning import Hardware
from oelala.models.streaming import Branches, Ring, StreamRequest, stream_module
from oelala.progress import RunContext
from tests.models.streaming import small
from tests.models.streaming.test_stream import CPU
from tests.models.streaming.test_weights import add_lora
from tests.models.test_placing import TASK, clip, hardware, manager_on, streamed_parts
from tests.models.tiny import EXPERTS, TinyModels

KINDS: dict[str, Callable[[], Any]] = {"wan": small.wan, "vace": small.vace, "animate": small.animate}
SHORT = 22  # GiB of main memory: too little for 14B in 16 bits, enough in 8


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    small.wan().save_pretrained(tmp_path / "transformer", max_shard_size="60kB")
    return tmp_path / "transformer"


def in_8_bits(folder: Path, dtype: torch.dtype = torch.bfloat16) -> Any:
    return load_int8(WanTransformer3DModel, folder, dtype)


def apart(one: torch.Tensor, other: torch.Tensor) -> float:
    return float((one.float() - other.float()).norm() / other.float().norm())


class Largest(TorchDispatchMode):
    """Watches how many bytes the largest result of an operation has."""

    def __init__(self) -> None:
        super().__init__()
        self.nbytes = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        del types
        made = func(*args, **(kwargs or {}))
        if isinstance(made, torch.Tensor):
            self.nbytes = max(self.nbytes, made.numel() * made.element_size())
        return made


def test_a_long_sequence_is_never_whole_in_32_bits() -> None:
    """A 14B feed-forward at 81 frames, on the meta device. The same bits come of it as of the plain way."""
    with torch.device("meta"):
        wide = Int8Linear.like(torch.nn.Linear(5120, 13824))
        wide.bias = torch.nn.Parameter(wide.bias.to(torch.bfloat16), requires_grad=False)
        hidden = torch.empty(1, 32760, 5120, dtype=torch.bfloat16)
    with torch.no_grad(), Largest() as seen:
        wide(hidden)
    assert seen.nbytes == 32760 * 13824 * 2
    layer = Int8Linear.like(torch.nn.Linear(64, 1000))
    torch.manual_seed(1)
    layer.take(torch.randn(1000, 64))
    layer.bias = torch.nn.Parameter(torch.randn(1000, dtype=torch.bfloat16), requires_grad=False)
    given = torch.randn(3, 9000, 64).to(torch.bfloat16)  # in more than one piece
    plain = layer(given)
    with torch.no_grad():
        assert torch.equal(layer(given), plain)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_one_layer_is_right_to_a_256th(dtype: torch.dtype) -> None:
    torch.manual_seed(1)
    exact = torch.nn.Linear(96, 48)
    exact.weight.data[5] = 0.0  # a row of zeros has no scale of its own
    layer = Int8Linear.like(exact)
    layer.take(exact.weight.data)
    layer.bias = torch.nn.Parameter(exact.bias.data.to(dtype), requires_grad=False)
    rebuilt = layer.weight.float() * layer.scale[:, None]
    assert (rebuilt - exact.weight).abs().max() <= exact.weight.abs().max() / 254 + 1e-7
    x = torch.randn(7, 96)
    made = layer(x.to(dtype))
    assert made.dtype == dtype
    assert apart(made, exact(x)) < 0.01


def test_the_whole_transformer_is_nearly_the_same(folder: Path) -> None:
    plain, inputs = small.wan(), small.wan_inputs()
    module = in_8_bits(folder)
    truth, made = small.forward(plain, inputs), small.forward(module, inputs)
    assert not torch.equal(made, truth)
    assert apart(made, truth) < 0.03  # bfloat16 itself is off by a third of that
    matrices = sum(linear.weight.numel() for _, _, linear in block_matrices(plain))
    kept = sum(p.numel() * p.element_size() for p in module.parameters() if p.dtype == torch.int8)
    assert kept == matrices
    assert module.dtype == plain.dtype
    assert {name for name, _ in module.named_buffers()} == {name for name, _ in plain.named_buffers()}


def test_what_is_not_rounded_is_what_plain_loading_gives(folder: Path) -> None:
    plain = WanTransformer3DModel.from_pretrained(folder, dtype=torch.bfloat16, local_files_only=True)
    module = in_8_bits(folder)
    own = dict(module.named_parameters())
    for name, value in plain.named_parameters():
        if own[name].dtype != torch.int8:
            assert own[name].dtype == value.dtype, name
            assert torch.equal(own[name], value), name
    rounded = {name for name, value in own.items() if value.dtype == torch.int8}
    linear = {name for name, part in plain.named_modules() if isinstance(part, torch.nn.Linear)}
    assert rounded == {f"{name}.weight" for name in linear if name.startswith("blocks.")}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_transformer(tmp_path: Path, kind: str) -> None:
    plain = KINDS[kind]()
    plain.save_pretrained(tmp_path)
    module = load_int8(type(plain), tmp_path, torch.bfloat16)
    assert (
        sum(isinstance(one, Int8Linear) for one in module.modules()) == len(list(block_matrices(plain))) > 0
    )


@pytest.mark.parametrize("fault", ["missing", "shape", "foreign"])
def test_files_that_do_not_fit_are_refused(tmp_path: Path, fault: str) -> None:
    small.wan().save_pretrained(tmp_path)
    file = tmp_path / "diffusion_pytorch_model.safetensors"
    tensors = load_file(file)
    name = "blocks.1.ffn.net.2.weight"
    if fault == "missing":
        del tensors[name]
    elif fault == "shape":
        tensors[name] = tensors[name][:-1].clone()
    else:
        tensors["blocks.1.nobody.weight"] = tensors[name].clone()
    save_file(tensors, file)
    with pytest.raises(ValueError, match=r"missing|is not|no place"):
        in_8_bits(tmp_path)


def test_lora_goes_beside_it_and_off_again(folder: Path) -> None:
    module, inputs = in_8_bits(folder), small.wan_inputs()
    bare = small.forward(module, inputs)
    add_lora(module)
    with_lora = small.forward(module, inputs)
    plain = small.wan()
    add_lora(plain)
    assert apart(with_lora, small.forward(plain, inputs)) < 0.05
    assert apart(with_lora, bare) > 0.1
    with pytest.raises(RuntimeError):
        module.fuse_lora()
    module.delete_adapters("one")
    assert torch.equal(small.forward(module, inputs), bare)


def test_streamed_it_is_bit_equal_also_with_lora_and_both_branches(folder: Path) -> None:
    module, inputs = in_8_bits(folder), small.wan_inputs()
    bare = small.forward(module, inputs)
    streamed = stream_module(StreamRequest(module, Ring(CPU)))
    exact = stream_module(StreamRequest(small.wan(), Ring(CPU)))
    assert streamed.streamed_bytes < 0.7 * exact.streamed_bytes
    assert torch.equal(small.forward(module, inputs), bare)
    other = in_8_bits(folder)
    for one in (module, other):
        add_lora(one)
    assert torch.equal(small.forward(module, inputs), small.forward(other, inputs))
    module.delete_adapters("one")
    branches = Branches(streamed)
    assert torch.equal(small.forward(module, inputs), bare)
    branches.remove()
    streamed.remove()
    assert torch.equal(small.forward(module, inputs), bare)


def test_the_plan_takes_it_when_main_memory_is_short(tiny: TinyModels, tmp_path: Path) -> None:
    truth = clip(manager_on(tiny, tmp_path, None))
    manager = manager_on(tiny, tmp_path, hardware(12, SHORT))
    first = clip(manager)
    with manager.use(ModelSpec(TASK.model, values=TASK.model_dump())) as loan:
        assert loan.plan is not None
        assert loan.plan.quantisation == "int8"
        assert ("plan.int8", {}) in loan.plan.words
        assert any(isinstance(one, Int8Linear) for one in loan.pipeline.transformer.modules())
    assert "transformer" in streamed_parts(manager)
    assert np.array_equal(clip(manager), first)
    assert 0 < np.abs(first.astype(float) - truth).mean() < 3
    manager.planner.facts.hardware = Hardware("cuda", "", 2**40, 2**40, disk_free=10**15)
    assert np.array_equal(clip(manager), truth), "with room again nothing is rounded"


def test_both_experts(tiny: TinyModels, tmp_path: Path) -> None:
    task = TASK.model_copy(update={"model": EXPERTS, "guidance_scale_2": 2.0, "flow_shift": 12.0})
    manager = manager_on(tiny, tmp_path, hardware(12, 40))
    frames = clip(manager, task)
    with manager.use(ModelSpec(EXPERTS, values=task.model_dump())) as loan:
        for name in ("transformer", "transformer_2"):
            assert any(isinstance(one, Int8Linear) for one in getattr(loan.pipeline, name).modules())
    assert np.array_equal(clip(manager, task), frames)


def test_the_clip_says_so(tiny: TinyModels, tmp_path: Path) -> None:
    context, workspace = RunContext("20261122-171500-x7k2p9", 0.0), Workspace(tmp_path)
    request = ClipRequest(Sampling(TASK), ModelSpec(TASK.model), sample_wan)
    for memory, said in ((hardware(12, SHORT), "int8"), (hardware(128, 128), "none")):
        result = make_clip(request, manager_on(tiny, tmp_path, memory), context, workspace)
        made = json.loads((workspace.root / result.details["metadata"]).read_text())["oelala"]
        assert made["quantisation"] == said


def test_it_counts_half_the_bytes(tiny: TinyModels, tmp_path: Path) -> None:
    manager = manager_on(tiny, tmp_path, None)
    load = plan_load(tiny.row(TASK.model), tiny.models, torch.device("cpu"), manager._hashes)
    rounded = load.in_8_bits(("transformer",))
    assert rounded.parts["transformer"].bytes == load.parts["transformer"].bytes // 4  # of 32 bits
    assert rounded.parts["transformer"].key != load.parts["transformer"].key
    assert rounded.parts["vae"] == load.parts["vae"]
