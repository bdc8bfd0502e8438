"""The embedded model: a miniature of Wan2.2-TI2V-5B that ships with the project."""

from __future__ import annotations

from dataclasses import replace

from oelala.models.catalog.row import Component, Row, SizeLimits
from oelala.settings import ASSETS

# Weights that follow poses, and were shown first and last frames, too; they stand beside Mini's own.
_POSE = ASSETS / "oelala-mini-pose"

OELALA_MINI = Row(
    id="oelala-mini",
    title="Oelala Mini",
    family="wan",
    repo="oelala/assets/oelala-mini",
    revision="main",
    licence="Apache-2.0",
    components={
        "tokenizer": Component("tokenizer", 300_000),
        "text_encoder": Component("text_encoder", 8_400_000, 4_195_000),
        "vae": Component("vae", 26_420_000, 13_202_000),
        "scheduler": Component("scheduler", 1_000),
        "transformer": Component("transformer", 18_500_000, 9_200_000),
    },
    # 16 (VAE) × 2 (patch): the pipeline would round anything else down in silence.
    sizes=SizeLimits(32, 128, 512, 512 * 512, ((256, 256),)),
    native_num_frames=33,
    largest_num_frames=81,
    fps=16,
    # Cross-attention has no mask, so the padded text length is part of the trained model.
    max_sequence_length=64,
    defaults={
        "text-to-video": {
            "negative_prompt": "",
            "width": 256,
            "height": 256,
            "num_frames": 33,
            "num_inference_steps": 20,
            "guidance_scale": 3.0,
            "guidance_scale_2": None,
            "flow_shift": 3.0,
            "first_block_cache": None,
            "sage_attention": None,
        },
        "image-to-video": {
            "negative_prompt": "",
            "width": 256,
            "height": 256,
            "num_frames": 33,
            "num_inference_steps": 20,
            "guidance_scale": 3.0,
            "guidance_scale_2": None,
            "flow_shift": 3.0,
            "first_block_cache": None,
            "sage_attention": None,
        },
    },
    folder=ASSETS / "oelala-mini",
    pipelines={"text-to-video": "WanPipeline", "image-to-video": "WanImageToVideoPipeline"},
    last_image=_POSE.exists(),
    most_kept=9 if _POSE.exists() else 1,
    fills_in_by=("oelala-mini-pose", "WanVACEPipeline"),
)

# The same model with the transformer that follows poses; listed once its folder ships.
OELALA_MINI_POSE = replace(
    OELALA_MINI,
    id="oelala-mini-pose",
    title="Oelala Mini Pose",
    components={
        **OELALA_MINI.components,
        "transformer": Component("transformer", 28_300_000, 14_107_000, path=_POSE),
    },
    defaults={
        "pose-transfer": {
            **OELALA_MINI.defaults["text-to-video"],
            "pose_style": "body",
            "conditioning_scale": 1.0,
            "control_start": 0.0,
            "control_end": 1.0,
        }
    },
    pipelines={"pose-transfer": "WanVACEPipeline"},
    last_image=False,
    most_kept=1,
    fills_in_by=None,
)
