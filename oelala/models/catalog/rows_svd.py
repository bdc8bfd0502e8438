"""Stable Video Diffusion: a picture that moves a little, without a prompt. Values from its model cards."""

from __future__ import annotations

from dataclasses import replace

from oelala.models.catalog.row import Component, Row, SizeLimits

_SVD = "stabilityai/stable-video-diffusion-img2vid"
_SVD_XT = "stabilityai/stable-video-diffusion-img2vid-xt"


def _parts(sibling: str) -> dict[str, Component]:
    """Each was trained with its own UNet; the rest is the same."""
    return {
        "feature_extractor": Component("feature_extractor", 1_000, also=(sibling,)),
        "image_encoder": Component("image_encoder", None, 632_076_800, also=(sibling,)),
        "scheduler": Component("scheduler", 1_000),
        "unet": Component("unet", None, 1_524_623_082),
        "vae": Component("vae", None, 97_742_847),
    }


def _values(num_frames: int) -> dict[str, object]:
    return {
        "width": 1024,
        "height": 576,
        "num_frames": num_frames,
        "num_inference_steps": 25,
        "fps": 7,
        "motion_bucket_id": 127,
        "noise_aug_strength": 0.02,
        "min_guidance_scale": 1.0,
        "max_guidance_scale": 3.0,
        "decode_chunk_size": 8,
    }


# It has no 4k+1 rule: its VAE does not compress time.
SVD = Row(
    id="svd",
    title="Stable Video Diffusion",
    family="svd",
    repo=_SVD,
    revision="main",
    licence="Stability AI Community",
    components=_parts(_SVD_XT),
    sizes=SizeLimits(64, 256, 1024, 1024 * 576, ((1024, 576), (576, 1024))),
    native_num_frames=14,
    largest_num_frames=14,
    fps=7,
    max_sequence_length=0,
    defaults={"image-to-video": _values(14)},
    pipelines={"image-to-video": "StableVideoDiffusionPipeline"},
    frame_step=1,
)

SVD_XT = replace(
    SVD,
    id="svd-xt",
    title="Stable Video Diffusion XT",
    repo=_SVD_XT,
    components=_parts(_SVD),
    native_num_frames=25,
    largest_num_frames=25,
    defaults={"image-to-video": _values(25)},
)
