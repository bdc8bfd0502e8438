"""The classes of Stable Video Diffusion."""

from __future__ import annotations

from diffusers import (
    AutoencoderKLTemporalDecoder,
    EulerDiscreteScheduler,
    StableVideoDiffusionPipeline,
    UNetSpatioTemporalConditionModel,
)
from transformers import CLIPImageProcessor, CLIPVisionModelWithProjection

from oelala.models.families.family import Family

SVD = Family(
    modules={
        "vae": (AutoencoderKLTemporalDecoder,),
        "unet": (UNetSpatioTemporalConditionModel,),
        "image_encoder": (CLIPVisionModelWithProjection,),
    },
    tools={"scheduler": EulerDiscreteScheduler, "feature_extractor": CLIPImageProcessor},
    pipelines={"StableVideoDiffusionPipeline": StableVideoDiffusionPipeline},
)
