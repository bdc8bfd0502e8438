"""FlashAttention 4: attention in full, by kernels that CuTe compiles for a card at their first use.

The package (`flash-attn-4`, by its authors) is the user's own to install; whether it is faster is measured.
"""

from __future__ import annotations

from typing import Any

import torch
from diffusers.models import attention_dispatch
from diffusers.models.attention_dispatch import AttentionBackendName
from torch.nn.functional import scaled_dot_product_attention

from oelala.models.flash4 import BACKEND

_SCHEMA = "(Tensor query, Tensor key, Tensor value, float? scale) -> Tensor"


# An operation of its own, so that a compiled block has it as one node and stays in one piece.
@torch.library.custom_op("oelala::flash_attention_4", mutates_args=(), schema=_SCHEMA)
def flash4(query: Any, key: Any, value: Any, scale: Any) -> Any:
    """Each (batch, tokens, heads, width) in 16 bits, on a card. On a processor: torch's own attention."""
    if query.device.type != "cuda":
        q, k, v = (one.transpose(1, 2) for one in (query, key, value))
        return scaled_dot_product_attention(q, k, v, scale=scale).transpose(1, 2).contiguous()
    from flash_attn.cute import flash_attn_func

    answer = flash_attn_func(query, key, value, softmax_scale=scale)
    return answer[0] if isinstance(answer, tuple) else answer


@flash4.register_fake
def _shape_of(query: Any, key: Any, value: Any, scale: Any) -> Any:
    del key, value, scale
    return torch.empty_like(query, memory_format=torch.contiguous_format)


def bind_flash4() -> None:
    """From now on diffusers' dispatch of `BACKEND` comes here; nothing is ever fetched for it."""
    attention_dispatch._HUB_KERNELS_REGISTRY[AttentionBackendName(BACKEND)].kernel_fn = _for_diffusers


def _for_diffusers(q: Any, k: Any, v: Any, softmax_scale: Any = None, causal: bool = False) -> Any:
    """As `attention_dispatch` calls it: (batch, tokens, heads, width), without a mask."""
    if causal:
        raise ValueError("no video transformer looks only backwards")
    return flash4(q, k, v, softmax_scale)
