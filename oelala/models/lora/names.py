"""What a LoRA file calls a layer, and what diffusers calls it: Wan's own names, with every usual prefix."""

from __future__ import annotations

import re
from collections.abc import Mapping

# Longest first, or "transformer." would be left of one.
_PREFIXES = ("base_model.model.", "model.diffusion_model.", "diffusion_model.", "transformer.", "pipe.dit.")
_KOHYA = "lora_unet_"
_NATIVE_BLOCK: Mapping[str, str] = {
    **{f"self_attn.{theirs}": f"attn1.to_{theirs}" for theirs in "qkv"},
    **{f"cross_attn.{theirs}": f"attn2.to_{theirs}" for theirs in "qkv"},
    "self_attn.o": "attn1.to_out.0",
    "cross_attn.o": "attn2.to_out.0",
    "cross_attn.k_img": "attn2.add_k_proj",
    "cross_attn.v_img": "attn2.add_v_proj",
    "self_attn.norm_q": "attn1.norm_q",
    "self_attn.norm_k": "attn1.norm_k",
    "cross_attn.norm_q": "attn2.norm_q",
    "cross_attn.norm_k": "attn2.norm_k",
    "cross_attn.norm_k_img": "attn2.norm_added_k",
    "ffn.0": "ffn.net.0.proj",
    "ffn.2": "ffn.net.2",
    "norm3": "norm2",  # the only one of a block with weights
}
_NATIVE: Mapping[str, str] = {
    "text_embedding.0": "condition_embedder.text_embedder.linear_1",
    "text_embedding.2": "condition_embedder.text_embedder.linear_2",
    "time_embedding.0": "condition_embedder.time_embedder.linear_1",
    "time_embedding.2": "condition_embedder.time_embedder.linear_2",
    "time_projection.1": "condition_embedder.time_proj",
    "img_emb.proj.0": "condition_embedder.image_embedder.norm1",
    "img_emb.proj.1": "condition_embedder.image_embedder.ff.net.0.proj",
    "img_emb.proj.3": "condition_embedder.image_embedder.ff.net.2",
    "img_emb.proj.4": "condition_embedder.image_embedder.norm2",
    "head.head": "proj_out",
    "head": "",  # its modulation is the transformer's own
}
_UNDERSCORED = {
    name.replace(".", "_"): name
    for table in (_NATIVE_BLOCK, _NATIVE)
    for name in (*table.keys(), *table.values())
}
_BLOCK = re.compile(r"blocks\.(\d+)(?:\.(.+))?")
_KOHYA_BLOCK = re.compile(r"blocks_(\d+)_(.+)")


def without_prefix(key: str) -> str:
    """The key as Wan's or diffusers' own weights have it, with dots."""
    if key.startswith(_KOHYA):
        return _dotted(key.removeprefix(_KOHYA))
    found = key
    for prefix in _PREFIXES:
        found = found.removeprefix(prefix)
    return found


def layer_name(name: str) -> str:
    """The module of diffusers' Wan transformer that is meant; what has no other name is one of diffusers'."""
    if block := _BLOCK.fullmatch(name):
        number, inner = block.groups()
        return f"blocks.{number}" if inner is None else f"blocks.{number}.{_NATIVE_BLOCK.get(inner, inner)}"
    return _NATIVE.get(name, name)


def _dotted(key: str) -> str:
    """kohya writes the dots of a layer as underscores; behind it, dots remain."""
    layer, dot, rest = key.partition(".")
    if block := _KOHYA_BLOCK.fullmatch(layer):
        layer = f"blocks.{block[1]}.{_UNDERSCORED.get(block[2], block[2])}"
    else:
        layer = _UNDERSCORED.get(layer, layer)
    return f"{layer}{dot}{rest}"
