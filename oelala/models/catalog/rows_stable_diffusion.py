"""Stable Diffusion 1.5 and XL, and two avatar models built on them: still pictures.

Values from the model cards; parameters counted from the official configs. In which number format the
repositories hold their weights is not known here, so sizes are upper bounds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from oelala.models.catalog.row import Component, Row, SizeLimits

_SD15 = "stable-diffusion-v1-5/stable-diffusion-v1-5"
_SDXL = "stabilityai/stable-diffusion-xl-base-1.0"
_NAAVI = "tsi-org/naavi-avatar"

_VAE = Component("vae", None, 83_653_863)
_SD15_PARTS = {
    "tokenizer": Component("tokenizer", None),
    "text_encoder": Component("text_encoder", None, 123_060_480),
    "vae": _VAE,
    "scheduler": Component("scheduler", 1_000),
    "unet": Component("unet", None, 859_520_964),
}
_SDXL_PARTS = {
    "tokenizer": Component("tokenizer", None),
    "tokenizer_2": Component("tokenizer_2", None),
    "text_encoder": Component("text_encoder", None, 123_060_480),
    "text_encoder_2": Component("text_encoder_2", None, 694_659_840),
    "vae": _VAE,
    "scheduler": Component("scheduler", 1_000),
    "unet": Component("unet", None, 2_567_463_684),
}


def _values(side: int, num_inference_steps: int, guidance_scale: float) -> Mapping[str, Any]:
    return {
        "negative_prompt": "",
        "width": side,
        "height": side,
        "num_inference_steps": num_inference_steps,
        "guidance_scale": guidance_scale,
    }


SD15 = Row(
    id="sd1.5",
    title="Stable Diffusion 1.5",
    family="stable-diffusion",
    repo=_SD15,
    revision="main",
    licence="CreativeML OpenRAIL-M",
    components=_SD15_PARTS,
    sizes=SizeLimits(8, 256, 1024, 768 * 768, ((512, 512), (512, 768), (768, 512))),
    native_num_frames=1,
    largest_num_frames=1,
    fps=1,
    max_sequence_length=77,
    defaults={"portrait": _values(512, 50, 7.5)},
    pipelines={"portrait": "StableDiffusionPipeline"},
)

# A whole checkpoint. Its model.ckpt is a pickle and stays where it is; the diffusers folders are used.
AVATAR = replace(
    SD15,
    id="jersonm89-avatar",
    title="Avatar (Jersonm89)",
    repo="Jersonm89/Avatar",
    licence="OpenRAIL-M",
    components=dict(_SD15_PARTS),
)

SDXL = Row(
    id="sdxl",
    title="Stable Diffusion XL",
    family="stable-diffusion-xl",
    repo=_SDXL,
    revision="main",
    licence="OpenRAIL++",
    components=_SDXL_PARTS,
    sizes=SizeLimits(8, 512, 2048, 1024 * 1280, ((1024, 1024), (832, 1216), (1216, 832))),
    native_num_frames=1,
    largest_num_frames=1,
    fps=1,
    max_sequence_length=77,
    defaults={"portrait": _values(1024, 30, 6.0)},
    pipelines={"portrait": "StableDiffusionXLPipeline"},
)

# A LoRA with two trained words (`<s0><s1>`), for both text encoders of SDXL.
NAAVI_AVATAR = replace(
    SDXL,
    id="naavi-avatar",
    title="Naavi avatar (SDXL + LoRA)",
    components={
        **_SDXL_PARTS,
        "lora": Component(
            ".",
            186_016_500,
            also=(_NAAVI,),
            source=_NAAVI,
            files=("pytorch_lora_weights.safetensors", "naavi-avatar_emb.safetensors"),
        ),
    },
    defaults={"portrait": {**_values(1024, 30, 6.0), "prompt": "A <s0><s1> avatar"}},
)
