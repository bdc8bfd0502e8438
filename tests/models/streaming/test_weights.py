"""What weights can be: with LoRA beside or inside them, quantised, wrapped, compiled around, or in files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
import torch
from diffusers import GGUFQuantizationConfig, WanTransformer3DModel
from peft import LoraConfig
from safetensors.torch import load_file, save_file
from torch.testing._internal.two_tensor import TwoTensor

from oelala.models.streaming import Ring, StreamRequest, stream_module
from tests.models.streaming import small
from tests.models.streaming.test_stream import CPU, assert_same, state_of

TARGETS = ["to_q", "to_v", "ffn.net.0.proj"]


def add_lora(module: Any, name: str = "one") -> None:
    module.add_adapter(LoraConfig(r=4, lora_alpha=4, target_modules=TARGETS), adapter_name=name)
    generator = torch.Generator().manual_seed(5)
    for key, tensor in module.named_parameters():
        if f".{name}." in key:
            tensor.data = (torch.randn(tensor.shape, generator=generator) * 0.3).to(tensor.dtype)
    module.requires_grad_(False)


def test_lora_attached_on_the_way_and_taken_off() -> None:
    plain, other = small.wan(), small.wan()
    add_lora(other)
    inputs = small.wan_inputs()
    bare, with_lora = small.forward(plain, inputs), small.forward(other, inputs)
    assert not torch.equal(bare, with_lora)
    streamed = stream_module(StreamRequest(plain, Ring(CPU)))
    assert torch.equal(small.forward(plain, inputs), bare)
    add_lora(plain)
    assert torch.equal(small.forward(plain, inputs), with_lora)
    plain.disable_adapters()
    assert torch.equal(small.forward(plain, inputs), bare)
    plain.enable_adapters()
    plain.delete_adapters("one")
    streamed.remove()
    assert torch.equal(small.forward(plain, inputs), bare)


def test_lora_fused_and_unfused_needs_no_word() -> None:
    plain, other = small.wan(dtype=torch.float32), small.wan(dtype=torch.float32)
    add_lora(other)
    other.fuse_lora()
    inputs = small.wan_inputs(dtype=torch.float32)
    fused = small.forward(other, inputs)
    streamed = stream_module(StreamRequest(plain, Ring(CPU)))
    small.forward(plain, inputs)  # the first blocks of the next pass are in the ring by now
    add_lora(plain)
    small.forward(plain, inputs)
    streamed.settle()
    plain.fuse_lora()
    assert torch.equal(small.forward(plain, inputs), fused)
    streamed.settle()
    plain.unfuse_lora()
    other.unfuse_lora()
    assert torch.equal(small.forward(plain, inputs), small.forward(other, inputs))
    streamed.remove()
    other.delete_adapters("one")
    plain.delete_adapters("one")
    assert_same(
        {**state_of(other), "ids": {}, "hooks": [], "always": [], "attributes": []},
        {**state_of(plain), "ids": {}, "hooks": [], "always": [], "attributes": []},
    )


def test_weights_put_in_anew_are_seen() -> None:
    module, other, inputs = small.wan(1), small.wan(2), small.wan_inputs()
    streamed = stream_module(StreamRequest(module, Ring(CPU)))
    small.forward(module, inputs)
    for name in ("blocks.0.ffn.net.2.weight", "blocks.3.attn1.to_q.weight"):
        module.get_parameter(name).data = other.get_parameter(name).data.clone()
    expected = small.wan(1)
    for name in ("blocks.0.ffn.net.2.weight", "blocks.3.attn1.to_q.weight"):
        expected.get_parameter(name).data = other.get_parameter(name).data.clone()
    truth = small.forward(expected, inputs)
    assert torch.equal(small.forward(module, inputs), truth)
    module.get_parameter("blocks.0.ffn.net.2.bias").data += 1
    streamed.reset()
    expected.get_parameter("blocks.0.ffn.net.2.bias").data += 1
    assert torch.equal(small.forward(module, inputs), small.forward(expected, inputs))
    streamed.remove()
    assert torch.equal(small.forward(module, inputs), small.forward(expected, inputs))


def test_gguf_weights_stay_quantised(tmp_path: Path) -> None:
    config = small.wan().config
    layers = {key: value for key, value in dict(config).items() if not key.startswith("_")}
    plain = WanTransformer3DModel(**layers)
    small.seeded(plain, 6)
    plain.save_config(tmp_path)
    writer = gguf.GGUFWriter(tmp_path / "small.gguf", "wan")
    for name, tensor in plain.state_dict().items():
        array, kind = tensor.numpy(), None
        if ".ffn." in name and name.endswith("weight"):
            array, kind = gguf.quants.quantize(array, gguf.GGMLQuantizationType.Q8_0), "Q8_0"
        writer.add_tensor(
            name,
            np.ascontiguousarray(array),
            raw_dtype=None if kind is None else gguf.GGMLQuantizationType.Q8_0,
        )
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    module = WanTransformer3DModel.from_single_file(
        str(tmp_path / "small.gguf"),
        config=str(tmp_path),
        quantization_config=GGUFQuantizationConfig(compute_dtype=torch.bfloat16),
        dtype=torch.bfloat16,
    ).eval()
    module.requires_grad_(False)
    weight = module.blocks[1].ffn.net[2].weight
    assert type(weight).__name__ == "GGUFParameter"
    assert weight.dtype == torch.uint8
    truth, before = small.forward(module, small.wan_inputs()), state_of(module)
    streamed = stream_module(StreamRequest(module, Ring(CPU)))
    assert torch.equal(small.forward(module, small.wan_inputs()), truth)
    assert weight.quant_type == gguf.GGMLQuantizationType.Q8_0
    streamed.remove()
    assert module.blocks[1].ffn.net[2].weight is weight
    assert_same(before, state_of(module))


def test_weights_of_several_tensors() -> None:
    """As quantisers make them: a parameter that only wraps its values and their scales."""

    class Scaled(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = torch.nn.Parameter(TwoTensor(torch.randn(4, 4), torch.randn(4, 4)), False)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x @ self.weight.a * self.weight.b.sum()

    model = torch.nn.Module()
    model.blocks = torch.nn.ModuleList(Scaled() for _ in range(3))
    x = torch.randn(2, 4)
    truth, parts = [block(x) for block in model.blocks], [block.weight.a.clone() for block in model.blocks]
    streamed = stream_module(StreamRequest(model, Ring(CPU)))
    assert [leaf.name for leaf in streamed.blocks[0].leaves] == ["weight.a", "weight.b"]
    for _ in range(2):
        assert all(torch.equal(block(x), one) for block, one in zip(model.blocks, truth, strict=True))
    streamed.remove()
    assert all(torch.equal(block.weight.a, one) for block, one in zip(model.blocks, parts, strict=True))


def test_compiled_blocks_are_compiled_once() -> None:
    module, inputs = small.wan(), small.wan_inputs()
    truth, graphs = small.forward(module, inputs), 0

    def count(graph: Any, examples: Any) -> Any:
        nonlocal graphs
        graphs += 1
        return graph.forward

    streamed = stream_module(StreamRequest(module, Ring(CPU)))
    for block in module.blocks:
        block.forward = torch.compile(block.forward, backend=count, fullgraph=True, dynamic=False)
    for _ in range(2):
        assert torch.equal(small.forward(module, inputs), truth)
    assert graphs == 1
    streamed.remove()
    assert torch.equal(small.forward(module, inputs), truth)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    small.wan().save_pretrained(tmp_path / "transformer", max_shard_size="60kB")
    return tmp_path / "transformer"


def from_disk(folder: Path) -> Any:
    module = WanTransformer3DModel.from_pretrained(folder, dtype=torch.bfloat16, local_files_only=True)
    return module.eval().requires_grad_(False)


def test_blocks_are_read_from_the_files(folder: Path) -> None:
    files = sorted(folder.glob("*.safetensors"))
    assert len(files) > 1
    module = from_disk(folder)
    truth, before = small.forward(module, small.wan_inputs()), state_of(module)
    streamed = stream_module(StreamRequest(module, Ring(CPU), files=files))
    assert streamed.pinned_bytes == 2 * max(block.nbytes for block in streamed.blocks)
    for _ in range(3):
        assert torch.equal(small.forward(module, small.wan_inputs()), truth)
    streamed.remove()
    assert_same(before, state_of(module))


def test_the_disk_is_what_is_computed_with(folder: Path) -> None:
    """Zeros in memory do no harm: the bytes come from the files; a fused LoRA comes from memory."""
    module = from_disk(folder)
    truth = small.forward(module, small.wan_inputs())
    streamed = stream_module(StreamRequest(module, Ring(CPU), files=sorted(folder.glob("*.safetensors"))))
    kept = {leaf.name: leaf.home.clone() for leaf in streamed.blocks[2].leaves}
    assert kept
    for leaf in streamed.blocks[2].leaves:
        leaf.home.zero_()
    assert torch.equal(small.forward(module, small.wan_inputs()), truth)
    for leaf in streamed.blocks[2].leaves:
        leaf.home.copy_(kept[leaf.name])
    expected = from_disk(folder)
    for one in (module, expected):
        add_lora(one)
        one.fuse_lora()
    fused = small.forward(expected, small.wan_inputs())
    assert not torch.equal(fused, truth)
    assert torch.equal(small.forward(module, small.wan_inputs()), fused)
    assert torch.equal(small.forward(module, small.wan_inputs()), fused)
    streamed.remove()


def test_files_of_other_weights_are_refused(folder: Path, tmp_path: Path) -> None:
    files = sorted(folder.glob("*.safetensors"))
    with pytest.raises(ValueError, match="other weights"):
        stream_module(StreamRequest(small.wan(dtype=torch.float32), Ring(CPU), files=files))
    with pytest.raises(ValueError, match="other weights"):
        stream_module(StreamRequest(small.wan(layers=6), Ring(CPU), files=files))


def test_a_file_that_shrinks_meanwhile_is_named(folder: Path) -> None:
    module = small.wan()
    files = sorted(folder.glob("*.safetensors"))
    streamed = stream_module(StreamRequest(module, Ring(CPU), files=files))
    truth = small.forward(module, small.wan_inputs())
    whole = {file: file.read_bytes() for file in files}
    for file, content in whole.items():
        file.write_bytes(content[: len(content) // 2])
    streamed.reset()
    with pytest.raises(OSError, match="shorter"):
        small.forward(module, small.wan_inputs())
    streamed.reset()
    for file, content in whole.items():
        file.write_bytes(content)
    assert torch.equal(small.forward(module, small.wan_inputs()), truth)
    streamed.remove()


def test_one_file(tmp_path: Path) -> None:
    module = small.wan()
    save_file(
        {name: tensor.contiguous() for name, tensor in module.state_dict().items()},
        tmp_path / "a.safetensors",
    )
    module.load_state_dict(load_file(tmp_path / "a.safetensors"), assign=True)
    truth = small.forward(module, small.wan_inputs())
    stream_module(StreamRequest(module, Ring(CPU), files=[tmp_path / "a.safetensors"]))
    assert torch.equal(small.forward(module, small.wan_inputs()), truth)
