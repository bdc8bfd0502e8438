"""Transformers as deep as their checkpoints, which may be deeper than the shipped one of `topology.py`."""

from collections.abc import Iterable

import torch
from diffusers import WanTransformer3DModel, WanVACETransformer3DModel
from torch import nn

from oelala.mini.topology import DTYPE_ON_DISK, POSE, build_pose_transformer, build_transformer

MOST_BYTES_FOR_POSE = 32_000_000


def layers_of(names: Iterable[str], part: str = "blocks") -> int:
    """How many layers the names of a checkpoint's weights speak of."""
    return len({name.split(".")[1] for name in names if name.startswith(f"{part}.")})


def size_of(model: nn.Module) -> int:
    """Bytes of its weights on disk."""
    return sum(value.numel() for value in model.state_dict().values()) * DTYPE_ON_DISK.itemsize


def transformer_of(names: Iterable[str], *, tiny: bool = False) -> WanTransformer3DModel:
    """A fresh transformer for the weights of these names; where there are none, as `topology.py` has it."""
    return build_transformer(tiny=tiny, layers=layers_of(names) or None)


def controls_for(layers: int, *, tiny: bool = False) -> int:
    """As many control layers as the pose folder has room for, four at most.

    4 beside 8 or 9 layers (28.2 and 30.3 MB), 3 beside 10 (30.2), 2 beside 11 (30.1; 3 would take 32.3).
    """
    for count in range(min(len(POSE["vace_layers"]), layers), 1, -1):
        with torch.device("meta"):
            model = build_pose_transformer(tiny=tiny, layers=layers, controls=count)
        if size_of(model) <= MOST_BYTES_FOR_POSE:
            return count
    return 1


def pose_transformer_of(names: Iterable[str], *, tiny: bool = False) -> WanVACETransformer3DModel:
    """A fresh pose transformer for the weights of these names: its own, or those of the base to begin as."""
    names = list(names)
    layers = layers_of(names)
    controls = layers_of(names, "vace_blocks") or controls_for(layers, tiny=tiny)
    return build_pose_transformer(tiny=tiny, layers=layers, controls=controls)
