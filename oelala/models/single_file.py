"""A transformer from a single file: safetensors of any origin, or GGUF. The config ships with the project.

Left to itself diffusers takes the config of another model for some of these, needs the network for it, fails
at one of the prefixes that files have, and brings everything to 32 bits on the way: 57 GB for a file of 28.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

os.environ["DIFFUSERS_DISABLE_REMOTE_CODE"] = "1"

import diffusers
import torch
from diffusers.loaders.single_file_utils import convert_wan_transformer_to_diffusers
from diffusers.models.model_loading_utils import load_gguf_checkpoint
from safetensors.torch import load_file

from oelala.models.catalog import shards
from oelala.models.int8 import empty_module, fill_in_8_bits, format_of, put
from oelala.models.safetensors_header import check_file
from oelala.models.scaled_fp8 import multiplied_out

CONFIGS = Path(__file__).resolve().parent / "configs"
_CLASSES = ("WanTransformer3DModel", "WanVACETransformer3DModel", "WanAnimateTransformer3DModel")
_PREFIX = "diffusion_model."
_OWN_NAME = ".attn1."  # self_attn, in the official names


def load_single_file(file: Path, base: str, dtype: torch.dtype, *, int8: bool = False) -> torch.nn.Module:
    """On the processor, ready for inference. `base`: the catalog's id of the model it is one of. `file`
    may be the index of several.

    GGUF weights stay quantised and are brought to `dtype` as they are used; others are `dtype`, as loading a
    whole model makes them: norms, the time embedding and their like in 32 bits. Those of scaled fp8 come
    times their scales. What has its format in the file already is no copy, but the file itself, mapped.
    `int8`: the matrices of its blocks in 8 bits.
    Raises ValueError, KeyError, RuntimeError or OSError for a file that does not fit.
    """
    return load_with_config(file, CONFIGS / base, dtype, int8=int8)


def load_with_config(file: Path, config: Path, dtype: torch.dtype, *, int8: bool = False) -> torch.nn.Module:
    """As `load_single_file`; `config`: the folder that holds a `config.json`."""
    name = json.loads((config / "config.json").read_text(encoding="utf-8"))["_class_name"]
    if name not in _CLASSES:
        raise ValueError(f"no transformer: {name}")
    kind = getattr(diffusers, name)
    if file.suffix.lower() == ".gguf":
        return _load_gguf(kind, file, config, dtype)
    tensors = {name: value for one in shards(file) for name, value in load_file(one).items()}
    module = empty_module(kind, config)
    named = _as_diffusers_names(multiplied_out(_without_prefix(tensors), dtype))
    own = module.state_dict().keys()
    # what a file has beyond the model does no harm
    fitting = [(key, value) for key, value in named.items() if key in own]
    if int8:
        return fill_in_8_bits(module, fitting, dtype)
    for key, value in fitting:
        put(module, key, value.to(format_of(module, key, dtype)))
    return _complete(module)


def stored_names(file: Path) -> dict[str, str]:
    """Under which name a safetensors file (or an index of several) has each tensor of a module. Raises
    ValueError where one of them is a part of a stored one, or put together, and for damaged files."""
    headers = [check_file(one) for one in shards(file)]
    probes = {
        name: torch.empty(tensor.shape, device="meta")
        for header in headers
        for name, tensor in header.tensors.items()
    }
    origin = {id(probe): name for name, probe in probes.items()}
    named = _as_diffusers_names(_without_prefix(probes))
    try:
        return {name: origin[id(probe)] for name, probe in named.items()}
    except KeyError as fault:
        raise ValueError("its tensors are not those of the file under other names") from fault


def _load_gguf(kind: Any, file: Path, config: Path, dtype: torch.dtype) -> torch.nn.Module:
    options: dict[str, Any] = {"config": str(config), "local_files_only": True, "dtype": dtype}
    quantised = diffusers.GGUFQuantizationConfig(compute_dtype=dtype)
    tensors = _with_positions(load_gguf_checkpoint(str(file)))
    try:
        module: torch.nn.Module = kind.from_single_file(tensors, quantization_config=quantised, **options)
    except NotImplementedError as fault:  # what the file does not bring has no memory that could be moved
        raise ValueError("tensors are missing") from fault
    return _complete(module)


def _complete(module: torch.nn.Module) -> torch.nn.Module:
    if any(value.is_meta for value in module.state_dict().values()):
        raise ValueError("tensors are missing")
    return module.eval().requires_grad_(False)


def _as_diffusers_names(tensors: dict[str, torch.Tensor]) -> Mapping[str, torch.Tensor]:
    """As diffusers itself would read the file; `tensors` is used up. It takes names for its own only where
    none is more or less, and would swap the norms of others."""
    if any(_OWN_NAME in name for name in tensors):
        return tensors
    converted: dict[str, torch.Tensor] = convert_wan_transformer_to_diffusers(_with_positions(tensors))
    return converted


def _with_positions(tensors: dict[str, Any]) -> dict[str, Any]:
    """The positions of two pictures (FLF2V), which diffusers does not know under their official name."""
    return {
        key.replace("img_emb.emb_pos", "condition_embedder.image_embedder.pos_embed"): value
        for key, value in tensors.items()
    }


def _without_prefix(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    if not any(key.startswith(_PREFIX) for key in tensors):
        return tensors
    return {key.removeprefix(_PREFIX): value for key, value in tensors.items() if key.startswith(_PREFIX)}
