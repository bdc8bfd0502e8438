"""SageAttention: self-attention with products of queries and keys in 8 bits. Lossy, and never a default.

The package (`sageattention`, by its authors) is the user's own to install. diffusers takes releases from 2.1
on, which have to be built; this takes 1.0 as well, which Triton compiles when it is needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import torch
from diffusers.models import attention_dispatch
from diffusers.models.attention_dispatch import AttentionBackendName

from oelala.errors import OelalaError
from oelala.models.sage import LEAST_CAPABILITY, install_command

# Of the norm of the result. 8 bits lose about 0.01 … 0.02; kernels that do not suit a card lose everything.
_LARGEST_ERROR = 0.1
_HEAD_DIM, _TOKENS = 128, 640
# Release 1.0.6 fills the last run of keys up to this many and masks none of them: each of those that fill up
# takes part as a key of zeros. At 77 tokens these are 51, and 29 % of the result are lost; at 32,760 only 8.
_RUN = 64
_MOST_FILLED = 0.01
_SCHEMA = "(Tensor query, Tensor key, Tensor value, float? scale) -> Tensor"


# An operation of its own, so that a compiled block has it as one node and stays in one piece.
@torch.library.custom_op("oelala::sage_attention", mutates_args=(), schema=_SCHEMA)
def sage(query: Any, key: Any, value: Any, scale: Any) -> Any:
    """Each (batch, tokens, heads, width) in 16 bits, on a card; width 64, 96 or 128.

    The mean of the keys leaves softmax as it is and the rounding finer. It goes here, since the package takes
    it from the caller's own tensor. What it would spoil goes to torch's own attention.
    """
    if too_short(key.shape[1]):
        places = [one.transpose(1, 2) for one in (query, key, value)]
        answer = torch.nn.functional.scaled_dot_product_attention(*places, scale=scale)
        return answer.transpose(1, 2).contiguous()
    from sageattention import sageattn

    even = key - key.mean(dim=1, keepdim=True)
    return sageattn(query, even, value, tensor_layout="NHD", sm_scale=scale, smooth_k=False)


@sage.register_fake
def _shape_of(query: Any, key: Any, value: Any, scale: Any) -> Any:
    del key, value, scale
    return torch.empty_like(query, memory_format=torch.contiguous_format)


def too_short(tokens: int) -> bool:
    """Whether the keys that fill up the last run would take a noticeable share; never of 6,300 or more."""
    return -tokens % _RUN > _MOST_FILLED * tokens


def check_sage(device: torch.device) -> None:
    """Raises OelalaError ("sage-needs-card", "sage-old-card", "sage-missing", "sage-unusable") where it does
    not work on `device`; tried there once."""
    if device.type != "cuda":
        raise OelalaError("sage-needs-card")
    if torch.cuda.get_device_capability(device) < LEAST_CAPABILITY:
        raise OelalaError("sage-old-card", card=torch.cuda.get_device_name(device))
    fault = _trouble(device)
    if fault is not None:
        raise OelalaError(fault[0], **fault[1])


@cache
def _trouble(device: torch.device) -> tuple[str, dict[str, str]] | None:
    """A code and its values; None: it answers, and nearly the truth."""
    shape = (1, _TOKENS, 2, _HEAD_DIM)
    query, key, value = (torch.randn(shape, device=device, dtype=torch.bfloat16) for _ in range(3))
    try:
        error = relative_error(query, key, value)
    except ModuleNotFoundError as fault:
        if (fault.name or "").startswith("sageattention"):
            return "sage-missing", {"command": install_command()}
        return "sage-unusable", {"reason": str(fault)}
    except torch.OutOfMemoryError:
        raise
    except Exception as fault:  # noqa: BLE001 - whatever its kernels and Triton raise on a card they do not suit
        return "sage-unusable", {"reason": f"{type(fault).__name__}: {fault}".splitlines()[0][:200]}
    if not error < _LARGEST_ERROR:  # not a number, too
        return "sage-unusable", {"reason": f"error {error:.2f}"}
    return None


@torch.no_grad()
def relative_error(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor) -> float:
    """Of what it makes of these, against torch's own attention in 32 bits: norm of the difference by norm."""
    found = sage(query, key, value, None).float()
    places = [one.float().transpose(1, 2) for one in (query, key, value)]
    truth = torch.nn.functional.scaled_dot_product_attention(*places).transpose(1, 2)
    return float((found - truth).norm() / truth.norm())


@contextmanager
def sage_attention(module: torch.nn.Module) -> Iterator[None]:
    """For its length the blocks of `module` look at themselves with SageAttention.

    Only self-attention: what a prompt or a picture says is a few hundred tokens, where nothing is to be won.
    """
    processors = [part.processor for part in _self_attentions(module)]
    before = [processor._attention_backend for processor in processors]
    own: Any = attention_dispatch.sageattn
    try:
        attention_dispatch.sageattn = _for_diffusers
        for processor in processors:
            processor._attention_backend = AttentionBackendName.SAGE
        yield
    finally:
        attention_dispatch.sageattn = own
        for processor, backend in zip(processors, before, strict=True):
            processor._attention_backend = backend


def _self_attentions(module: torch.nn.Module) -> Iterator[Any]:
    for name, part in module.named_modules():
        if name.endswith(".attn1") and hasattr(getattr(part, "processor", None), "_attention_backend"):
            yield part


def _for_diffusers(q: Any, k: Any, v: Any, sm_scale: Any = None, **layout: Any) -> Any:
    """As `attention_dispatch` calls it: (batch, tokens, heads, width), without a mask."""
    del layout
    return sage(q, k, v, sm_scale)
