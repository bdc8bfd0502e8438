"""A family of models as a table of classes, and the one place where weights become modules.

Classes are named in the tables and never taken from a file, so a folder can bring weights but no code.
"""

from __future__ import annotations

import inspect
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ["DIFFUSERS_DISABLE_REMOTE_CODE"] = "1"
# Importing a pipeline that looks at pictures, transformers would miss torchvision, which nothing here needs.
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")

import diffusers
import torch
import transformers

from oelala.models.catalog.installed import INDEX
from oelala.models.int8 import load_int8

diffusers.utils.logging.disable_progress_bar()
transformers.utils.logging.disable_progress_bar()

_CAN_BE_SPARED = ("text_encoder",)


@dataclass(frozen=True, slots=True)
class Family:
    """`modules`: for each component with weights, the classes it can be, its usual one first.

    `tools`: tokenizers, schedulers and processors. `pipelines`: by the name that a catalog row gives.
    """

    modules: Mapping[str, tuple[Any, ...]]
    tools: Mapping[str, Any]
    pipelines: Mapping[str, Any]

    def load_part(self, name: str, folder: Path, dtype: torch.dtype, *, int8: bool = False) -> Any:
        """A component from its own folder, on the processor, in `dtype`, ready for inference.

        `int8`: the matrices of its blocks in 8 bits.
        Raises OSError, ValueError, KeyError, RuntimeError or SafetensorError for files that do not fit.
        """
        if name in self.tools:
            return self.tools[name].from_pretrained(folder, local_files_only=True)
        kind = _class_of(folder, self.modules[name])
        if int8:
            return load_int8(kind, folder, dtype)
        module = kind.from_pretrained(folder, dtype=dtype, local_files_only=True, use_safetensors=True)
        return module.eval().requires_grad_(False)

    def assemble(self, pipeline: str, parts: Mapping[str, Any], folder: Path) -> Any:
        """The diffusers pipeline of that class from loaded parts.

        Its other arguments (`expand_timesteps`, `boundary_ratio`) come from `model_index.json`: building from
        parts alone would lose them in silence, and with them what the model is. A text encoder may be missing
        where the prompts are already encoded. Raises OSError, ValueError, KeyError.
        """
        kind = self.pipelines[pipeline]
        taken = inspect.signature(kind.__init__).parameters
        index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
        plain = {
            name: value
            for name, value in index.items()
            if name in taken and not isinstance(value, list) and name not in parts
        }
        spared = {name: None for name in _CAN_BE_SPARED if name in taken}
        built = kind(**spared | {name: part for name, part in parts.items() if name in taken}, **plain)
        built.set_progress_bar_config(disable=True)
        return built


def _class_of(folder: Path, classes: tuple[Any, ...]) -> Any:
    """The one of `classes` that the folder's config names; where it names none of them, the first."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    named = [config.get("_class_name"), *(config.get("architectures") or [])]
    return next((one for one in classes if one.__name__ in named), classes[0])


def suit_to_processor(module: torch.nn.Module) -> None:
    """Lay convolution weights out channels-last: oneDNN then takes the small convolutions as well.

    Left alone, torch runs those unvectorised; on one core this saves a tenth of Mini's decoding. Results
    agree with the plain layout to rounding.
    """
    for part in module.modules():
        if isinstance(part, torch.nn.Conv3d):
            part.weight.data = part.weight.data.contiguous(memory_format=torch.channels_last_3d)
