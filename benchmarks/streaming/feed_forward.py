"""The feed-forward in pieces of the sequence: its inner layer is the widest thing a block holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch


@contextmanager
def feed_in_pieces(blocks: Iterable[torch.nn.Module], pieces: int) -> Iterator[None]:
    """For its length each block's `ffn` sees the tokens of (1, tokens, width) in so many runs.

    Each token's result is the same in exact arithmetic; to the bit only where the kernels for the shorter run
    add up in the same order, which has to be tried for a shape (`same_in_pieces`).
    """
    changed = [block.ffn for block in blocks if isinstance(getattr(block, "ffn", None), torch.nn.Module)]
    own = [vars(ffn).get("forward") for ffn in changed]
    try:
        for ffn in changed:
            ffn.forward = _InPieces(ffn.forward, pieces)
        yield
    finally:
        for ffn, before in zip(changed, own, strict=True):
            del ffn.forward
            if before is not None:
                ffn.forward = before


@torch.no_grad()
def same_in_pieces(block: Any, hidden: torch.Tensor, pieces: int) -> bool:
    """Whether this feed-forward gives the very same bits for `hidden` (1, tokens, width) in pieces."""
    whole = block.ffn(hidden)
    with feed_in_pieces([block], pieces):
        return torch.equal(block.ffn(hidden), whole)


class _InPieces:
    def __init__(self, forward: Any, pieces: int) -> None:
        self._forward, self._pieces = forward, pieces

    def __call__(self, hidden_states: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor | None = None
        for part in hidden_states.chunk(self._pieces, dim=1):
            answer = self._forward(part)
            if found is None:
                found = hidden_states.new_empty(hidden_states.shape)
                start = 0
            found[:, start : start + part.shape[1]] = answer
            start += part.shape[1]
        assert found is not None
        return found
