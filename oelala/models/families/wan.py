"""Loading Wan models: the one place where weights become modules.

Classes are named here and never taken from a file, so a folder can bring weights but no code.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

os.environ["DIFFUSERS_DISABLE_REMOTE_CODE"] = "1"
# Importing a pipeline that looks at pictures, transformers would miss torchvision, which nothing here needs.
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")

import diffusers
import torch
import transformers
from diffusers import (
    AutoencoderKLWan,
    UniPCMultistepScheduler,
    WanImageToVideoPipeline,
    WanPipeline,
    WanTransformer3DModel,
)
from diffusers.hooks import apply_group_offloading
from transformers import AutoTokenizer, CLIPImageProcessor, CLIPVisionModel, UMT5EncoderModel

from oelala.models.catalog.installed import INDEX

_CLASSES: Mapping[str, Any] = {
    "vae": AutoencoderKLWan,
    "transformer": WanTransformer3DModel,
    "transformer_2": WanTransformer3DModel,
    "text_encoder": UMT5EncoderModel,
    "image_encoder": CLIPVisionModel,
}
_PIPELINES: Mapping[str, Any] = {
    "WanPipeline": WanPipeline,
    "WanImageToVideoPipeline": WanImageToVideoPipeline,
}

diffusers.utils.logging.disable_progress_bar()
transformers.utils.logging.disable_progress_bar()
transformers.utils.logging.set_verbosity_warning()


def load_part(name: str, folder: Path, dtype: torch.dtype) -> Any:
    """A component from its own folder, on the processor, in `dtype`, ready for inference.

    Raises OSError, ValueError, RuntimeError or SafetensorError for files that do not fit.
    """
    if name == "scheduler":
        return UniPCMultistepScheduler.from_pretrained(folder, local_files_only=True)
    if name == "tokenizer":
        return AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    if name == "image_processor":
        return CLIPImageProcessor.from_pretrained(folder, local_files_only=True)
    module = _CLASSES[name].from_pretrained(folder, dtype=dtype, local_files_only=True, use_safetensors=True)
    return module.eval().requires_grad_(False)


def suit_to_processor(module: torch.nn.Module) -> None:
    """Lay convolution weights out channels-last: oneDNN then takes the small convolutions as well.

    Left alone, torch runs those unvectorised; on one core this saves a tenth of Mini's decoding. Results
    agree with the plain layout to rounding.
    """
    for part in module.modules():
        if isinstance(part, torch.nn.Conv3d):
            part.weight.data = part.weight.data.contiguous(memory_format=torch.channels_last_3d)


def assemble(pipeline: str, parts: Mapping[str, Any], folder: Path) -> Any:
    """The diffusers pipeline of that class from loaded parts.

    Its other arguments (`expand_timesteps`, `boundary_ratio`) come from `model_index.json`: building from
    parts alone would lose them in silence, and with them what the model is. Raises OSError, ValueError.
    """
    index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    plain = {
        name: value
        for name, value in index.items()
        if not name.startswith("_") and not isinstance(value, list) and name not in parts
    }
    built = _PIPELINES[pipeline](**parts, **plain)
    built.set_progress_bar_config(disable=True)
    return built


def stream_part(name: str, module: torch.nn.Module, device: torch.device) -> None:
    """Keep the weights in main memory and bring them to `device` just before they are needed."""
    kind: dict[str, Any] = {"offload_type": "leaf_level"}
    if name.startswith("transformer"):
        kind = {"offload_type": "block_level", "num_blocks_per_group": 1, "record_stream": True}
    apply_group_offloading(module, onload_device=device, use_stream=True, **kind)
