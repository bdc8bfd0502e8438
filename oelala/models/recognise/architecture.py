"""Which model of the catalog a set of tensors has the shape of: by their names and sizes alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from oelala.errors import OelalaError
from oelala.models.safetensors_header import Tensor
from oelala.models.scale_names import can_be_multiplied_out, is_scaled, without_scales

# Longest first: the second is an end of the first.
_PREFIXES = ("model.diffusion_model.", "diffusion_model.")
_QUERY = ("blocks.0.self_attn.q.weight", "blocks.0.attn1.to_q.weight")
_LORA = re.compile(r"\.lora_(A|B|up|down)\b|^lora_|\.hada_w|\.lokr_w")
# A name that only this kind of file has -> what it is
_FAMILIES = {
    "conditioner.embedders.": "Stable Diffusion XL",
    "cond_stage_model.": "Stable Diffusion",
    "input_blocks.0.0.weight": "Stable Diffusion",
    "double_blocks.0.img_attn.qkv.weight": "Flux",
    "single_transformer_blocks.0.": "Flux",
    "joint_blocks.0.": "Stable Diffusion 3",
    "token_refiner.": "HunyuanVideo",
    "patchify_proj.": "LTX",
}
_PARTS = {
    "encoder.block.0.layer.": "T5",
    "shared.weight": "T5",
    "text_model.embeddings.": "CLIP",
    "vision_model.embeddings.": "CLIP",
    "model.embed_tokens.": "LLM",
    "decoder.conv_in.": "VAE",
    "decoder.conv1.": "VAE",
    "decoder.middle.": "VAE",
    "decoder.mid_block.": "VAE",
}


@dataclass(frozen=True, slots=True)
class Architecture:
    """`rows`: the catalog ids whose transformer has this shape, the likeliest first.

    `parameters`: how many numbers that transformer has here. `prefix` stands before each of its names.
    """

    rows: tuple[str, ...]
    parameters: int
    prefix: str = ""


def architecture(tensors: Mapping[str, Tensor], name: str) -> Architecture:
    """Raises OelalaError ("scaled-fp8", "is-a-lora", "part-of-a-model", "other-family", "unknown-weights").

    `name`: of the file, for what is said. Scaled fp8 is refused where nobody can tell what it stands for.
    """
    if is_scaled(tensors):
        if not can_be_multiplied_out(tensors):
            raise OelalaError("scaled-fp8", name=name)
        tensors = {key: tensors[key] for key in without_scales(tensors)}
    if any(_LORA.search(key) for key in tensors):
        raise OelalaError("is-a-lora", name=name)
    prefix = next((one for one in _PREFIXES if any(key.startswith(one) for key in tensors)), "")
    bare = {key.removeprefix(prefix): tensor for key, tensor in tensors.items() if key.startswith(prefix)}
    query = next((bare[key] for key in _QUERY if key in bare), None)
    patches = bare.get("patch_embedding.weight")
    if query is not None and patches is not None and len(query.shape) == 2:
        if rows := _wan(bare, query.shape[0], patches.parameters):
            return Architecture(rows, sum(tensor.parameters for tensor in bare.values()), prefix)
        raise OelalaError("unknown-weights", name=name, reason=_outline(bare, query.shape[0]))
    for signs, code in ((_FAMILIES, "other-family"), (_PARTS, "part-of-a-model")):
        for sign, what in signs.items():
            if any(key.startswith(sign) for key in (*tensors, *bare)):
                raise OelalaError(code, name=name, what=what)
    raise OelalaError("unknown-weights", name=name, reason=", ".join(sorted(tensors)[:2])[:120] or "–")


def _wan(bare: Mapping[str, Tensor], width: int, patch_numbers: int) -> tuple[str, ...]:
    layers = _layers(bare, "blocks.")
    # a patch is 1 × 2 × 2; GGUF files flatten this one tensor, so its shape does not tell
    channels = patch_numbers // (4 * width) if width else 0
    if patch_numbers != 4 * width * channels:
        return ()
    controls = _layers(bare, "vace_blocks.")
    image = any("img_emb." in key or "image_embedder." in key for key in bare)
    match (width, layers, channels):
        case (1536, 30, 16):
            return {0: ("wan2.1-t2v-1.3b",), 15: ("wan2.1-vace-1.3b",)}.get(controls, ())
        case (3072, 30, 48):
            return ("wan2.2-ti2v-5b",) if not controls and not image else ()
        case (5120, 40, 16) if not image:
            return {0: ("wan2.1-t2v-14b", "wan2.2-t2v-a14b"), 8: ("wan2.1-vace-14b",)}.get(controls, ())
        case (5120, 40, 36) if not controls:
            return _wan_image(bare) if image else ("wan2.2-i2v-a14b",)
    return ()


def _wan_image(bare: Mapping[str, Tensor]) -> tuple[str, ...]:
    if any(key.startswith(("face_adapter.", "motion_encoder.", "pose_patch_embedding.")) for key in bare):
        return ("wan2.2-animate-14b",)
    if any(key.endswith(("img_emb.emb_pos", "image_embedder.pos_embed")) for key in bare):
        return ("wan2.1-flf2v-14b-720p",)
    return ("wan2.1-i2v-14b-480p", "wan2.1-i2v-14b-720p")


def _layers(bare: Mapping[str, Tensor], start: str) -> int:
    return len({key[len(start) :].split(".")[0] for key in bare if key.startswith(start)})


def _outline(bare: Mapping[str, Tensor], width: int) -> str:
    return f"{_layers(bare, 'blocks.')} × {width}"
