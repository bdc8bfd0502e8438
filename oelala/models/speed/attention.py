"""Which of torch's attention kernels is the fastest here: asked of the card, once for each shape.

All of them compute the same in exact arithmetic and round differently, so that a choice has to last: the same
task gives the same frames on the same machine.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import torch
from diffusers.models.attention_dispatch import AttentionBackendName, dispatch_attention_fn
from loguru import logger

from oelala.models.flash4 import BACKEND as FLASH4
from oelala.models.flash4 import flash4_version
from oelala.models.planning.attention import sampled_tokens
from oelala.models.speed.flash4 import bind_flash4

# "native" lets torch choose. Memory-efficient and mathematical attention are slower wherever these run.
DEFAULT = "native"
CANDIDATES = (DEFAULT, "_native_cudnn", "_native_flash", FLASH4)  # the last one where it is installed
# Enough to keep every unit of a large card busy, and short on a small one.
_HEADS = 8
_ROUNDS = 5
# Seconds of one measurement, by as many calls as that takes: a single one of 2 ms tells of the way to the
# kernel as well, and a card that is busy for long runs at another clock.
_LASTING = 0.05
_MOST_CALLS = 64
_WORTH = 0.98  # of torch's own time: less is noise
# Of the norm of torch's own result: 16 bits round 0.003 away, kernels that do not suit a card lose all.
_LARGEST_ERROR = 0.02


@dataclass(frozen=True, slots=True)
class AttentionShape:
    """Self-attention over `tokens`, in `heads` of `head_dim`."""

    tokens: int
    heads: int
    head_dim: int
    dtype: torch.dtype = torch.bfloat16

    @property
    def sample(self) -> AttentionShape:
        """A smaller one with the same ranking: fewer heads, tokens up to a power of two."""
        return replace(self, tokens=sampled_tokens(self.tokens), heads=min(self.heads, _HEADS))

    @property
    def flops(self) -> float:
        """Floating-point operations of one call, 2 a multiplication."""
        return 4.0 * self.tokens * self.tokens * self.heads * self.head_dim


def attention_shape(module: Any, tokens: int) -> AttentionShape | None:
    """Of a transformer's self-attention; None where it does not say, or the length is not known."""
    config = getattr(module, "config", None)
    heads, width = (getattr(config, name, None) for name in ("num_attention_heads", "attention_head_dim"))
    if not tokens or not isinstance(heads, int) or not isinstance(width, int):
        return None
    return AttentionShape(tokens, heads, width, module.dtype)


def candidates_here() -> tuple[str, ...]:
    """What can be measured: all but a package that is not there."""
    return CANDIDATES if flash4_version() is not None else CANDIDATES[:-1]


def measure_backends(
    shape: AttentionShape, device: torch.device, candidates: Sequence[str] | None = None
) -> dict[str, float]:
    """Seconds of one call with each backend (by default `candidates_here`); those that cannot do it here, or
    do it wrongly, are left out."""
    size = (1, shape.tokens, shape.heads, shape.head_dim)
    tensors = [torch.randn(size, device=device, dtype=shape.dtype) for _ in range(3)]
    able = agreeing(_answers(candidates_here() if candidates is None else candidates, tensors))
    if not able:
        return {}
    calls = _calls_of(able[0], tensors, device)
    times: dict[str, list[float]] = {name: [] for name in able}
    for number in range(_ROUNDS):
        # by turns, since clocks and other programs change
        for name in able if number % 2 else able[::-1]:
            times[name].append(_seconds(name, tensors, device, calls))
    return {name: median(times[name]) for name in able}


def agreeing(answers: Mapping[str, torch.Tensor]) -> list[str]:
    """The names of those that say what the first of them says, but for rounding."""
    found: list[str] = []
    truth = next(iter(answers.values()), None)
    for name, answer in answers.items():
        error = 0.0 if truth is None else _relative_error(answer, truth)
        if error < _LARGEST_ERROR:  # not a number, too
            found.append(name)
        else:
            logger.warning("attention {} is wrong by {:.3f} of its result here: not taken", name, error)
    return found


def choose_backend(times: Mapping[str, float]) -> str:
    """The fastest; torch's own choice unless another one is clearly faster."""
    if not times:
        return DEFAULT
    best = min(times, key=lambda name: times[name])
    usual = times.get(DEFAULT)
    return best if usual is None or times[best] < _WORTH * usual else DEFAULT


@contextmanager
def attention_backend(module: torch.nn.Module, backend: str) -> Iterator[None]:
    """For its length every attention of `module` that diffusers dispatches takes `backend`."""
    chosen = AttentionBackendName(backend)
    if backend == FLASH4:
        bind_flash4()
    processors = list(_processors(module))
    before = [processor._attention_backend for processor in processors]
    try:
        for processor in processors:
            processor._attention_backend = chosen
        yield
    finally:
        for processor, own in zip(processors, before, strict=True):
            processor._attention_backend = own


def _processors(module: torch.nn.Module) -> Iterator[Any]:
    for part in module.modules():
        processor = getattr(part, "processor", None)
        if hasattr(processor, "_attention_backend"):
            yield processor


def _answers(candidates: Sequence[str], tensors: Sequence[torch.Tensor]) -> dict[str, torch.Tensor]:
    """Of those that can do it here; all are compiled after that."""
    found: dict[str, torch.Tensor] = {}
    for name in candidates:
        try:
            found[name] = _call(name, tensors)
        except torch.OutOfMemoryError:
            raise
        except Exception as fault:  # noqa: BLE001 - whatever kernels and their compilers raise where they do not suit
            reason = f"{type(fault).__name__}: {fault}".splitlines()[0]
            logger.debug("attention {} is not to be had: {}", name, reason[:200])
    return found


@torch.no_grad()
def _call(name: str, tensors: Sequence[torch.Tensor]) -> torch.Tensor:
    if name == FLASH4:
        bind_flash4()
    return dispatch_attention_fn(*tensors, backend=AttentionBackendName(name))


def _seconds(name: str, tensors: Sequence[torch.Tensor], device: torch.device, calls: int) -> float:
    """Of one of `calls` that follow each other without waiting."""
    _wait(device)
    started = time.perf_counter()
    for _ in range(calls):
        _call(name, tensors)
    _wait(device)
    return (time.perf_counter() - started) / calls


def _calls_of(name: str, tensors: Sequence[torch.Tensor], device: torch.device) -> int:
    """How many calls of it last long enough."""
    once = _seconds(name, tensors, device, 1)
    return max(1, min(_MOST_CALLS, math.ceil(_LASTING / once)))


def _relative_error(answer: torch.Tensor, truth: torch.Tensor) -> float:
    return float((answer.float() - truth.float()).norm() / truth.float().norm())


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
