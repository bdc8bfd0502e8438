"""Kernels are chosen by measuring, where there are several, and every processor is as before afterwards."""

from __future__ import annotations

import pytest
import torch
from diffusers.models.attention_dispatch import AttentionBackendName

from oelala.models.speed.attention import (
    AttentionShape,
    attention_backend,
    choose_backend,
    measure_backends,
)
from tests.models.streaming import small

CPU = torch.device("cpu")
SHAPE = AttentionShape(512, 2, 16, torch.float32)


def test_what_cannot_be_done_here_is_left_out() -> None:
    times = measure_backends(SHAPE, CPU, ("native", "_native_math", "_native_cudnn"))
    assert times.keys() == {"native", "_native_math"}
    assert all(0 < seconds < 10 for seconds in times.values())


@pytest.mark.parametrize(
    ("times", "chosen"),
    [
        ({"native": 1.0, "_native_cudnn": 0.9}, "_native_cudnn"),
        ({"native": 1.0, "_native_cudnn": 0.99}, "native"),  # noise
        ({"native": 1.0, "_native_flash": 1.5}, "native"),
        ({"_native_flash": 1.5, "_native_cudnn": 1.0}, "_native_cudnn"),
        ({}, "native"),
    ],
)
def test_torch_chooses_unless_another_is_clearly_faster(times: dict[str, float], chosen: str) -> None:
    assert choose_backend(times) == chosen


@pytest.mark.parametrize(("tokens", "measured"), [(100, 512), (7_800, 8_192), (32_760, 16_384)])
def test_the_sample_is_small(tokens: int, measured: int) -> None:
    sample = AttentionShape(tokens, 40, 128).sample
    assert (sample.tokens, sample.heads, sample.head_dim) == (measured, 8, 128)
    assert sample.sample == sample


def test_flops_are_those_of_two_products() -> None:
    assert AttentionShape(32_760, 40, 128).flops == pytest.approx(4 * 32_760**2 * 5120)


@pytest.mark.parametrize("kind", ["wan", "vace", "animate"])
def test_processors_are_as_before(kind: str) -> None:
    module = getattr(small, kind)()
    inputs = {"wan": small.wan_inputs, "vace": small.vace_inputs, "animate": small.animate_inputs}[kind]()
    processors = [part.processor for part in module.modules() if hasattr(part, "processor")]
    processors[0]._attention_backend = AttentionBackendName.NATIVE
    truth = small.forward(module, inputs)
    with attention_backend(module, "_native_math"):
        assert all(one._attention_backend == AttentionBackendName._NATIVE_MATH for one in processors)
        other = small.forward(module, inputs)
    assert torch.allclose(other, truth, atol=0.1)
    assert [one._attention_backend for one in processors[1:]] == [None] * (len(processors) - 1)
    assert processors[0]._attention_backend == AttentionBackendName.NATIVE
    assert torch.equal(small.forward(module, inputs), truth)


def test_undone_after_a_fault() -> None:
    module = small.wan()
    with pytest.raises(KeyError), attention_backend(module, "_native_math"):
        raise KeyError
    assert all(block.attn1.processor._attention_backend is None for block in module.blocks)
