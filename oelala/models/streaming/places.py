"""Which modules of a model are its blocks, and which of those stay on the card."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import torch

from oelala.models.streaming.layout import Block

# In the order of their work: VACE's own blocks run before the others. What is not here is no block, and stays
# on the card while its model is streamed.
_LISTS = (
    "vace_blocks",
    "blocks",
    "face_adapter",
    "encoder.block",
    "encoder.layers",
    "vision_model.encoder.layers",
    "down_blocks",
    "mid_block",
    "up_blocks",
)


def block_names(module: torch.nn.Module) -> list[str]:
    """Such as "blocks.0"; none where nothing of the module can be streamed."""
    names = []
    for path in _LISTS:
        try:
            found = module.get_submodule(path)
        except AttributeError:
            continue
        if isinstance(found, torch.nn.ModuleList):
            names += [f"{path}.{number}" for number in range(len(found))]
        elif isinstance(found, torch.nn.Module):
            names.append(path)
    return names


def choose_resident(blocks: Sequence[Block], budget: int) -> list[Block]:
    """Those that stay on the card, of together at most `budget` bytes.

    Spread over the model: while one of them is at work, the copy of the next has twice the time.
    """
    whole = sum(block.nbytes for block in blocks)
    if budget >= whole or not blocks:
        return list(blocks)
    count = int(len(blocks) * budget / whole)
    chosen = []
    for number in range(count):
        block = blocks[int((number + 0.5) * len(blocks) / count)]
        if budget >= block.nbytes:
            chosen.append(block)
            budget -= block.nbytes
    return chosen


def lookups(
    module: torch.nn.Module, blocks: Collection[torch.nn.Module], least: int
) -> list[torch.nn.Embedding]:
    """Tables of at least `least` bytes outside the blocks: a few rows are read of them, wherever they are."""
    inside = {id(part) for block in blocks for part in block.modules()}
    return [
        part
        for part in module.modules()
        if type(part) is torch.nn.Embedding
        and id(part) not in inside
        and part.weight.numel() * part.weight.element_size() >= least
    ]
