"""Wan 2.2. Parameters counted from the official configs; values from the official scripts.

Two experts of 14B: `transformer` removes the strong noise, `transformer_2` the weak. Where the one hands over
to the other (`boundary_ratio`: 0.875 for text-to-video, 0.9 for image-to-video) is written in the
repository's model_index.json. `guidance_scale` belongs to the first, `guidance_scale_2` to the second.
"""

from __future__ import annotations

from dataclasses import replace

from oelala.models.catalog.row import Component, Row, SizeLimits
from oelala.models.catalog.wan_parts import (
    COMPUTE_5B,
    COMPUTE_14B,
    I2V_A14B,
    LIMITS_BOTH,
    T2V_A14B,
    TI2V_5B,
    in_16_bits,
    in_32_bits,
    text_parts,
    vae_of_16_channels,
    values,
)

_T2V_EXPERT, _I2V_EXPERT = 14_288_491_584, 14_288_901_184

WAN22_T2V_A14B = Row(
    id="wan2.2-t2v-a14b",
    title="Wan 2.2 T2V A14B",
    family="wan",
    repo=T2V_A14B,
    revision="main",
    licence="Apache-2.0",
    components=text_parts(T2V_A14B)
    | vae_of_16_channels(T2V_A14B)
    | in_32_bits("transformer", _T2V_EXPERT)
    | in_32_bits("transformer_2", _T2V_EXPERT),
    sizes=LIMITS_BOTH,
    native_num_frames=81,
    largest_num_frames=161,
    fps=16,
    max_sequence_length=512,
    # flow_shift is the official value; the repository's scheduler_config.json says 3.
    defaults={
        "text-to-video": values((832, 480), 40, flow_shift=12.0, guidance_scale=4.0, guidance_scale_2=3.0)
    },
    pipelines={"text-to-video": "WanPipeline"},
    compute=COMPUTE_14B,
)

WAN22_I2V_A14B = Row(
    id="wan2.2-i2v-a14b",
    title="Wan 2.2 I2V A14B",
    family="wan",
    repo=I2V_A14B,
    revision="main",
    licence="Apache-2.0",
    # no image encoder: the picture reaches the transformer as latents alone
    components=text_parts(I2V_A14B)
    | vae_of_16_channels(I2V_A14B)
    | in_32_bits("transformer", _I2V_EXPERT)
    | in_32_bits("transformer_2", _I2V_EXPERT),
    sizes=LIMITS_BOTH,
    native_num_frames=81,
    largest_num_frames=161,
    fps=16,
    max_sequence_length=512,
    # flow_shift is the official value; the repository's scheduler_config.json says 3.
    defaults={
        "image-to-video": values((832, 480), 40, flow_shift=5.0, guidance_scale=3.5, guidance_scale_2=3.5)
    },
    pipelines={"image-to-video": "WanImageToVideoPipeline"},
    last_image=True,
    compute=COMPUTE_14B,
)

_VALUES_5B = values((1280, 704), 50, flow_shift=5.0, guidance_scale=5.0, num_frames=121)

WAN22_TI2V_5B = Row(
    id="wan2.2-ti2v-5b",
    title="Wan 2.2 TI2V 5B",
    family="wan",
    repo=TI2V_5B,
    revision="main",
    licence="Apache-2.0",
    components=text_parts(TI2V_5B)
    | {"vae": Component("vae", 2_818_800_000, 704_688_668, decode_bits=16, latents="wan-48")}
    | in_32_bits("transformer", 4_999_787_712),
    # 16 (VAE) × 2 (patch): the pipeline would round anything else down in silence.
    sizes=SizeLimits(32, 128, 1280, 1280 * 704, ((1280, 704), (704, 1280))),
    native_num_frames=121,
    largest_num_frames=241,
    fps=24,
    max_sequence_length=512,
    defaults={"text-to-video": _VALUES_5B, "image-to-video": _VALUES_5B},
    pipelines={"text-to-video": "WanPipeline", "image-to-video": "WanImageToVideoPipeline"},
    compute=COMPUTE_5B,
)


def _repacked(row: Row, repo: str, parameters: int) -> Row:
    """The same weights in 16 bits, put together by ai-toolkit's author: half the download."""
    experts = in_16_bits("transformer", parameters) | in_16_bits("transformer_2", parameters)
    shared = {
        name: replace(part, also=(row.repo, *part.also), source=part.source or row.repo)
        for name, part in row.components.items()
        if part.also
    }
    return replace(
        row,
        id=f"{row.id}-bf16",
        title=f"{row.title} (bf16, ai-toolkit)",
        repo=repo,
        components={**row.components, **shared, **experts},
        base=row.id,
    )


WAN22_T2V_A14B_BF16 = _repacked(WAN22_T2V_A14B, "ai-toolkit/Wan2.2-T2V-A14B-Diffusers-bf16", _T2V_EXPERT)
WAN22_I2V_A14B_BF16 = _repacked(WAN22_I2V_A14B, "ai-toolkit/Wan2.2-I2V-A14B-Diffusers-bf16", _I2V_EXPERT)
