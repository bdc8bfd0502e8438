"""All of it together, for the length of one loan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch

from oelala.models.speed.attention import DEFAULT, attention_backend
from oelala.models.speed.compiling import CompiledBlocks, repeated_blocks
from oelala.models.speed.lossy import first_block_cache
from oelala.models.speed.per_frame import time_per_frame
from oelala.models.speed.sage import sage_attention
from oelala.models.speed.tables import rotary_once


@dataclass(slots=True)
class Quickening:
    """`backend`: of attention. `blocks`: of each transformer, where they are compiled.

    `first_block_cache`: its threshold, 0: off; `sage_attention`: in the place of `backend` where blocks look
    at themselves. Without both of these the result is what the model says.
    """

    backend: str = DEFAULT
    blocks: list[CompiledBlocks] = field(default_factory=list)
    first_block_cache: float = 0.0
    sage_attention: bool = False

    def told(self) -> Mapping[str, Any]:
        """For the metadata: what has happened so far."""
        compiled = [one for one in self.blocks if one.failed is None and one.seconds]
        told: dict[str, Any] = {"attention_backend": self.backend, "compiled": bool(compiled)}
        if compiled:
            told["compile_seconds"] = round(sum(one.seconds for one in compiled), 3)
        if lossy := self._lossy():
            told["lossy"] = lossy
        return told

    def _lossy(self) -> dict[str, Any]:
        used = {"first_block_cache": self.first_block_cache, "sage_attention": self.sage_attention}
        return {name: value for name, value in used.items() if value}


@contextmanager
def quickened(
    transformers: Sequence[torch.nn.Module],
    backend: str = DEFAULT,
    *,
    compiled: bool = False,
    cache: float = 0.0,
    sage: bool = False,
) -> Iterator[Quickening]:
    """Every transformer with this attention, its rotary tables kept, its time embedding worked out once a
    frame and, if wanted, its blocks compiled.

    `cache`: threshold of the first-block cache, 0 for none. Its hooks look into each block's call, so that
    with it the blocks stay as they are. `sage`: SageAttention, which has to be here (`check_sage`).
    """
    how = Quickening(backend, first_block_cache=cache, sage_attention=sage)
    with ExitStack() as undo:
        for module in transformers:
            if backend != DEFAULT:
                undo.enter_context(attention_backend(module, backend))
            if sage:
                undo.enter_context(sage_attention(module))
            undo.enter_context(rotary_once(module))
            undo.enter_context(time_per_frame(module))
            if cache:
                undo.enter_context(first_block_cache(module, cache))
            elif compiled and (blocks := repeated_blocks(module)):
                how.blocks.append(CompiledBlocks(blocks))
                undo.callback(how.blocks[-1].remove)
        yield how
