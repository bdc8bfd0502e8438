"""Wan models that follow a pose: VACE (2.1), which also fills in between given frames, and Animate (2.2).

Values from the official scripts.
"""

from __future__ import annotations

from dataclasses import replace

from oelala.models.catalog.row import Component, Row, SizeLimits
from oelala.models.catalog.wan_parts import (
    ANIMATE_14B,
    COMPUTE_1_3B,
    COMPUTE_14B,
    LIMITS_480P,
    LIMITS_BOTH,
    VACE_1_3B,
    VACE_14B,
    image_parts,
    in_32_bits,
    text_parts,
    unknown_bits,
    vae_of_16_channels,
    values,
)


def _parts(repo: str) -> dict[str, Component]:
    return text_parts(repo) | vae_of_16_channels(repo)


# The official shift is 16; diffusers' documentation takes 3 at 480P and 5 at 720P.
_VALUES_VACE = {
    **values((832, 480), 50, flow_shift=16.0, guidance_scale=5.0),
    "first_block_cache": None,  # control is added between the blocks that it would skip
}
_VALUES_VACE_POSE = {
    **_VALUES_VACE,
    "pose_style": "vace",
    "conditioning_scale": 1.0,
    "control_start": 0.0,
    "control_end": 1.0,
}

WAN21_VACE_1_3B = Row(
    id="wan2.1-vace-1.3b",
    title="Wan 2.1 VACE 1.3B",
    family="wan",
    repo=VACE_1_3B,
    revision="main",
    licence="Apache-2.0",
    components=_parts(VACE_1_3B) | unknown_bits("transformer", 2_153_972_032),
    sizes=LIMITS_480P,
    native_num_frames=81,
    largest_num_frames=161,
    fps=16,
    max_sequence_length=512,
    defaults={"pose-transfer": _VALUES_VACE_POSE, "image-to-video": _VALUES_VACE},
    pipelines={"pose-transfer": "WanVACEPipeline", "image-to-video": "WanVACEPipeline"},
    last_image=True,
    most_kept=9,
    # every other layer has a control block beside it
    compute=replace(COMPUTE_1_3B, extra_layers=15, held=16),
)

WAN21_VACE_14B = replace(
    WAN21_VACE_1_3B,
    id="wan2.1-vace-14b",
    title="Wan 2.1 VACE 14B",
    repo=VACE_14B,
    components=_parts(VACE_14B) | unknown_bits("transformer", 17_337_592_896),
    sizes=LIMITS_BOTH,
    compute=replace(COMPUTE_14B, extra_layers=8, held=9),
)

WAN22_ANIMATE_14B = Row(
    id="wan2.2-animate-14b",
    title="Wan 2.2 Animate 14B",
    family="wan",
    repo=ANIMATE_14B,
    revision="main",
    licence="Apache-2.0",
    # 82.3 GB in all on the hub: with these parts, the transformer's are 32 bits
    components=_parts(ANIMATE_14B) | image_parts(ANIMATE_14B) | in_32_bits("transformer", 17_274_816_884),
    sizes=SizeLimits(16, 128, 1280, 1280 * 720, ((1280, 720), (720, 1280))),
    # segments of 77 frames, one after the other
    native_num_frames=77,
    largest_num_frames=1001,
    fps=30,
    max_sequence_length=512,
    defaults={
        "pose-transfer": {
            **values((1280, 720), 20, flow_shift=5.0, guidance_scale=1.0, num_frames=77),
            "first_block_cache": None,  # the face is put in between the blocks that it would skip
            "prompt": "视频中的人在做动作",
            "mode": "animate",
            "pose_style": "animate",
        }
    },
    pipelines={"pose-transfer": "WanAnimatePipeline"},
    image_needed=True,
    smallest_num_frames=5,
    # the pose, added; the character's own picture
    compute=replace(COMPUTE_14B, held=2, extra_frames=1, segment=77),
)
