"""A transformer from a single file: safetensors of any origin, or GGUF. The config ships with the project.

Left to itself diffusers takes the config of another model for some of these, needs the network for it, and
fails at one of the prefixes that files have.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

os.environ["DIFFUSERS_DISABLE_REMOTE_CODE"] = "1"

import diffusers
import torch
from safetensors.torch import load_file

from oelala.models.catalog import shards
from oelala.models.scaled_fp8 import multiplied_out

CONFIGS = Path(__file__).resolve().parent / "configs"
_CLASSES = ("WanTransformer3DModel", "WanVACETransformer3DModel", "WanAnimateTransformer3DModel")
_PREFIX = "diffusion_model."


def load_single_file(file: Path, base: str, dtype: torch.dtype) -> torch.nn.Module:
    """On the processor, ready for inference. `base`: the catalog's id of the model it is one of. `file`
    may be the index of several.

    GGUF weights stay quantised and are brought to `dtype` as they are used; others are `dtype` throughout,
    those of scaled fp8 times their scales.
    Raises ValueError, KeyError, RuntimeError or OSError for a file that does not fit.
    """
    return load_with_config(file, CONFIGS / base, dtype)


def load_with_config(file: Path, config: Path, dtype: torch.dtype) -> torch.nn.Module:
    """As `load_single_file`; `config`: the folder that holds a `config.json`."""
    name = json.loads((config / "config.json").read_text(encoding="utf-8"))["_class_name"]
    if name not in _CLASSES:
        raise ValueError(f"no transformer: {name}")
    options: dict[str, Any] = {"config": str(config), "local_files_only": True}
    source: Any = str(file)
    quantised = file.suffix.lower() == ".gguf"
    if quantised:
        config_of_gguf = diffusers.GGUFQuantizationConfig(compute_dtype=dtype)
        options |= {"dtype": dtype, "quantization_config": config_of_gguf}
    else:
        tensors = {name: value for one in shards(file) for name, value in load_file(one).items()}
        source = multiplied_out(_without_prefix(tensors), dtype)
    try:
        module: torch.nn.Module = getattr(diffusers, name).from_single_file(source, **options)
    except NotImplementedError as fault:  # what the file does not bring has no memory that could be moved
        raise ValueError("tensors are missing") from fault
    if any(value.is_meta for value in module.state_dict().values()):
        raise ValueError("tensors are missing")
    if not quantised:
        _bring_to(module, dtype)
    return module.eval().requires_grad_(False)


def _bring_to(module: torch.nn.Module, dtype: torch.dtype) -> None:
    """As loading a whole model does: norms, the time embedding and their like stay in 32 bits.

    Given a dtype, `from_single_file` casts those as well, with no more than a warning.
    """
    exact = set(getattr(module, "_keep_in_fp32_modules", None) or ())
    for name, parameter in module.named_parameters():
        wanted = torch.float32 if exact & set(name.split(".")) else dtype
        parameter.data = parameter.data.to(wanted)


def _without_prefix(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    if not any(key.startswith(_PREFIX) for key in tensors):
        return tensors
    return {key.removeprefix(_PREFIX): value for key, value in tensors.items() if key.startswith(_PREFIX)}
