"""Model folders in diffusers' layout: the official configs of the catalog's rows, random weights."""

from __future__ import annotations

import json
import string
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers import UniPCMultistepScheduler
from transformers import CLIPImageProcessor, T5TokenizerFast

from benchmarks.whole_jobs.tensors import Weights, shapes_of, write_weights
from oelala.models.catalog import Row
from tests.models.official import build
from tests.models.tiny import build_wan21
from tests.models.tiny_pose import build_animate, build_vace

# Written once, for all models, and linked into each folder.
_SHARED = ("text_encoder", "vae", "image_encoder")
_TINY: dict[str, Callable[[Path], None]] = {
    "WanPipeline": lambda folder: build_wan21(folder, seed=1),
    "WanVACEPipeline": build_vace,
    "WanAnimatePipeline": build_animate,
}


@dataclass(frozen=True, slots=True)
class Builder:
    """`root`: holds a folder for each model, and one for what they share."""

    root: Path
    sparse: bool = False

    def build(self, row: Row) -> tuple[Path, int]:
        """The model's folder, and how many bytes were written for it."""
        folder, written = self.root / row.id, 0
        for name, part in row.components.items():
            if part.parameters:
                place = (self.root / "shared" if name in _SHARED else folder) / name
                if not place.exists():
                    written += self._write(build(row, name), name, place)
                if name in _SHARED:
                    folder.mkdir(parents=True, exist_ok=True)
                    (folder / name).symlink_to(place, target_is_directory=True)
        _write_rest(row, folder)
        return folder, written

    def _write(self, module: Any, name: str, place: Path) -> int:
        diffusers_own = hasattr(module, "save_config")
        stem = "diffusion_pytorch_model" if diffusers_own else "model"
        dtype = torch.float32 if name == "vae" else torch.bfloat16  # as the repositories have them
        size = write_weights(Weights(shapes_of(module), dtype, stem, self.sparse), place)
        if diffusers_own:
            module.save_config(place)
        else:
            module.config.architectures = [type(module).__name__]
            module.config.save_pretrained(place)
        return size


def build_tiny(row: Row, models: Path) -> Path:
    """The same layout in kilobytes, where the catalog looks for the row."""
    folder = models / row.repo
    _TINY[next(iter(row.pipelines.values()))](folder)
    return folder


def _write_rest(row: Row, folder: Path) -> None:
    letters = [(letter, -3.0) for letter in string.ascii_letters + string.digits + ".,'-"]
    words = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0), *letters]
    T5TokenizerFast(vocab=words, extra_ids=0).save_pretrained(folder / "tokenizer")
    UniPCMultistepScheduler(
        prediction_type="flow_prediction", use_flow_sigmas=True, num_train_timesteps=1000, flow_shift=3.0
    ).save_pretrained(folder / "scheduler")
    if "image_processor" in row.components:
        size = {"shortest_edge": 224}
        CLIPImageProcessor(size=size, crop_size={"height": 224, "width": 224}).save_pretrained(
            folder / "image_processor"
        )
    index: dict[str, Any] = {"_class_name": next(iter(row.pipelines.values()))}
    for name in row.components:
        config = folder / name / "config.json"
        about = json.loads(config.read_text(encoding="utf-8")) if config.is_file() else {}
        kind = about.get("_class_name") or (about.get("architectures") or ["–"])[0]
        index[name] = ["diffusers" if "_class_name" in about else "transformers", kind]
    (folder / "model_index.json").write_text(json.dumps(index), encoding="utf-8")
