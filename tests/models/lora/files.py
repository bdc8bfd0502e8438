"""LoRA files in the key formats that are published, for whatever transformer is at hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from oelala.models.lora.names import layer_name

# As Wan's own code calls the layers of a block, and those outside.
BLOCK = (
    *(f"{attention}.{one}" for attention in ("self_attn", "cross_attn") for one in "qkvo"),
    *("ffn.0", "ffn.2"),
)
OUTSIDE = (
    *("text_embedding.0", "text_embedding.2", "time_embedding.0", "time_embedding.2"),
    "time_projection.1",
)
OF_PICTURES, EMBEDDING = ("cross_attn.k_img", "cross_attn.v_img"), ("img_emb.proj.1", "img_emb.proj.3")


class Writer:
    """Random numbers for the layers of `module`, in the shapes that it has."""

    def __init__(self, module: Any, seed: int = 1, rank: int = 4, dtype: torch.dtype = torch.float32) -> None:
        self.module, self.rank, self.dtype = module, rank, dtype
        self._chance = torch.Generator().manual_seed(seed)
        self.tensors: dict[str, torch.Tensor] = {}

    def random(self, *shape: int) -> torch.Tensor:
        return (torch.randn(*shape, generator=self._chance) * 0.3).to(self.dtype)

    def pair(self, layer: str, down: str = "lora_down", up: str = "lora_up", *, bias: bool = False) -> None:
        linear = self.module.get_submodule(layer_name(layer))
        key = f"diffusion_model.{layer}"
        self.tensors[f"{key}.{down}.weight"] = self.random(self.rank, linear.in_features)
        self.tensors[f"{key}.{up}.weight"] = self.random(linear.out_features, self.rank)
        if bias:
            self.tensors[f"{key}.diff_b"] = self.random(linear.out_features)

    def difference(self, layer: str, kind: str, attribute: str) -> None:
        parameter = getattr(self.module.get_submodule(layer_name(layer)), attribute)
        self.tensors[f"diffusion_model.{layer}.{kind}".replace("..", ".")] = self.random(*parameter.shape)


def lightx2v(
    module: Any, seed: int = 1, *, everything: bool = False, **about: Any
) -> dict[str, torch.Tensor]:
    """As lightx2v's extractor writes them: pairs for large matrices; with `everything` also the differences
    of what is small, which are those of biases, norms, tables, the patch embedding and the head."""
    writer = Writer(module, seed, **about)
    looks = bool(module.config.get("image_dim"))
    for number in range(len(module.blocks)):
        pictures = OF_PICTURES if looks else ()
        for layer in (*BLOCK, *pictures):
            writer.pair(f"blocks.{number}.{layer}", bias=everything)
        if everything:
            for norm in ("self_attn.norm_q", "self_attn.norm_k", "cross_attn.norm_q", "cross_attn.norm_k"):
                writer.difference(f"blocks.{number}.{norm}", "diff", "weight")
            writer.difference(f"blocks.{number}.norm3", "diff", "weight")
            writer.difference(f"blocks.{number}.norm3", "diff_b", "bias")
            writer.difference(f"blocks.{number}", "diff_m", "scale_shift_table")
    for layer in (*OUTSIDE, *(EMBEDDING if looks else ())):
        writer.pair(layer, bias=everything)
    if everything:
        writer.difference("head.head", "diff", "weight")
        writer.difference("head.head", "diff_b", "bias")
        writer.difference("head", "diff_m", "scale_shift_table")
        writer.difference("patch_embedding", "diff", "weight")
        writer.difference("patch_embedding", "diff_b", "bias")
    return writer.tensors


def kohya(tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The same pairs as kohya's and musubi's trainers name them."""
    renamed = {}
    for key, tensor in tensors.items():
        layer, _, rest = key.removeprefix("diffusion_model.").partition(".lora_")
        renamed[f"lora_unet_{layer.replace('.', '_')}.lora_{rest}"] = tensor
    return renamed


def write(path: Path, tensors: Mapping[str, torch.Tensor]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({key: tensor.contiguous() for key, tensor in tensors.items()}, path)
    return path


def put_in(models: Path, lora: Any, tensors: Mapping[str, Mapping[str, torch.Tensor]]) -> None:
    """The files of a speed LoRA where the hub's cache would have them; `tensors` by component."""
    commit = "c" * 40
    root = models / f"models--{lora.repo.replace('/', '--')}"
    for part, own in tensors.items():
        write(root / "snapshots" / commit / lora.files[part], own)
    (root / "refs").mkdir(exist_ok=True)
    (root / "refs" / "main").write_text(commit)
