"""Flux: still pictures. Parameters counted from the official configs; values from the model cards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from oelala.models.catalog.row import Component, Row, SizeLimits

_DEV, _SCHNELL = "black-forest-labs/FLUX.1-dev", "black-forest-labs/FLUX.1-schnell"
_KLEIN = "black-forest-labs/FLUX.2-klein-base-4B"
_SIZES = SizeLimits(16, 256, 2048, 1024 * 1536, ((1024, 1024), (832, 1216), (1216, 832)))


def _parts(sibling: str, transformer: int) -> dict[str, Component]:
    return {
        "tokenizer": Component("tokenizer", None, also=(sibling,)),
        "tokenizer_2": Component("tokenizer_2", None, also=(sibling,)),
        "text_encoder": Component("text_encoder", None, 123_060_480, also=(sibling,)),
        "text_encoder_2": Component("text_encoder_2", None, 4_762_310_656, also=(sibling,)),
        "vae": Component("vae", None, 83_819_683, also=(sibling,)),
        "scheduler": Component("scheduler", 1_000),
        "transformer": Component("transformer", None, transformer),
    }


def _values(num_inference_steps: int, guidance_scale: float) -> Mapping[str, Any]:
    return {
        "width": 1024,
        "height": 1024,
        "num_inference_steps": num_inference_steps,
        "guidance_scale": guidance_scale,
    }


FLUX1_SCHNELL = Row(
    id="flux.1-schnell",
    title="Flux.1 schnell",
    family="flux",
    repo=_SCHNELL,
    revision="main",
    licence="Apache-2.0",
    components=_parts(_DEV, 11_891_178_560),
    sizes=_SIZES,
    native_num_frames=1,
    largest_num_frames=1,
    fps=1,
    max_sequence_length=256,
    defaults={"portrait": _values(4, 0.0)},
    pipelines={"portrait": "FluxPipeline"},
)

FLUX1_DEV = replace(
    FLUX1_SCHNELL,
    id="flux.1-dev",
    title="Flux.1 dev",
    repo=_DEV,
    licence="FLUX.1 [dev] Non-Commercial",
    components=_parts(_SCHNELL, 11_901_408_320),
    max_sequence_length=512,
    defaults={"portrait": _values(28, 3.5)},
)

FLUX2_KLEIN_4B = replace(
    FLUX1_SCHNELL,
    id="flux.2-klein-base-4b",
    title="Flux.2 klein base 4B",
    family="flux2",
    repo=_KLEIN,
    components={
        "tokenizer": Component("tokenizer", None),
        "text_encoder": Component("text_encoder", None, 4_022_468_096),
        "vae": Component("vae", None, 84_046_115),
        "scheduler": Component("scheduler", 1_000),
        "transformer": Component("transformer", None, 3_875_544_576),
    },
    max_sequence_length=512,
    defaults={"portrait": _values(50, 4.0)},
    pipelines={"portrait": "Flux2KleinPipeline"},
)
