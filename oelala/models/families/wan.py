"""The classes of Wan 2.1 and 2.2, and of everything in their layout."""

from __future__ import annotations

import transformers
from diffusers import (
    AutoencoderKLWan,
    UniPCMultistepScheduler,
    WanAnimatePipeline,
    WanAnimateTransformer3DModel,
    WanImageToVideoPipeline,
    WanPipeline,
    WanTransformer3DModel,
    WanVACEPipeline,
    WanVACETransformer3DModel,
)
from transformers import AutoTokenizer, CLIPImageProcessor, CLIPVisionModel, UMT5EncoderModel

from oelala.models.families.family import Family

transformers.utils.logging.set_verbosity_warning()

_TRANSFORMERS = (WanTransformer3DModel, WanVACETransformer3DModel, WanAnimateTransformer3DModel)

WAN = Family(
    modules={
        "vae": (AutoencoderKLWan,),
        "transformer": _TRANSFORMERS,
        "transformer_2": _TRANSFORMERS,
        "text_encoder": (UMT5EncoderModel,),
        "image_encoder": (CLIPVisionModel,),
    },
    tools={
        "scheduler": UniPCMultistepScheduler,
        "tokenizer": AutoTokenizer,
        "image_processor": CLIPImageProcessor,
    },
    pipelines={
        "WanPipeline": WanPipeline,
        "WanImageToVideoPipeline": WanImageToVideoPipeline,
        "WanVACEPipeline": WanVACEPipeline,
        "WanAnimatePipeline": WanAnimatePipeline,
    },
)
