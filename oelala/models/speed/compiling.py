"""The repeated blocks of a transformer, compiled: one graph serves them all, and hooks stay outside."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, MutableMapping, Sequence
from pathlib import Path
from typing import Any

import torch
from loguru import logger

from oelala.errors import Cancelled, OelalaError

Compiler = Callable[[Callable[..., Any]], Callable[..., Any]]
# All blocks share their code, and each size of clip is a graph of its own.
_GRAPHS = 64


def keep_graphs(folder: Path, environ: MutableMapping[str, str] = os.environ) -> None:
    """Compiled code goes into `folder`, where the next start finds it; an explicit wish wins.

    Else it would lie in a folder of the system's for temporary files, whose name other users can guess.
    """
    environ.setdefault("TORCHINDUCTOR_CACHE_DIR", str(folder))
    environ.setdefault("TRITON_CACHE_DIR", str(folder / "triton"))


def compile_plainly(forward: Callable[..., Any]) -> Callable[..., Any]:
    """For this very shape, in one piece: a graph that breaks would be no faster."""
    compiled: Callable[..., Any] = torch.compile(forward, fullgraph=True, dynamic=False)
    return compiled


def repeated_blocks(module: Any) -> list[torch.nn.Module]:
    """Those that diffusers names as worth compiling, in their order."""
    names = set(getattr(module, "_repeated_blocks", None) or ())
    return [part for part in module.modules() if type(part).__name__ in names]


class CompiledBlocks:
    """While it lasts, the blocks' `forward` is compiled at its first call. Undone by `remove`.

    Where the compiler fails, the log says so, and all blocks go on as they were, from this very call on.
    `seconds`: that the first call has taken, compiling included. `failed`: what the compiler said.
    """

    def __init__(self, blocks: Sequence[torch.nn.Module], compiler: Compiler = compile_plainly) -> None:
        torch._dynamo.config.recompile_limit = max(_GRAPHS, torch._dynamo.config.recompile_limit)
        self.seconds = 0.0
        self.failed: str | None = None
        self._begun = False
        self._blocks = list(blocks)
        self._own = [vars(block).get("forward") for block in self._blocks]
        for block in self._blocks:
            block.forward = _Call(self, block.forward, compiler)

    def __len__(self) -> int:
        return len(self._blocks)

    def remove(self) -> None:
        """Each block's forward as it was; a second time does nothing."""
        for block, own in zip(self._blocks, self._own, strict=True):
            vars(block).pop("forward", None)
            if own is not None:
                block.forward = own
        self._blocks, self._own = [], []

    def call(self, compiled: Callable[..., Any], *args: Any, **arguments: Any) -> Any:
        """Raises what the block itself raises, and nothing of the compiler's own."""
        if self._begun:
            return compiled(*args, **arguments)
        started = time.monotonic()
        answer = compiled(*args, **arguments)
        self._begun, self.seconds = True, time.monotonic() - started
        logger.info("compiled {} blocks in {:.1f} s", len(self._blocks), self.seconds)
        return answer

    def give_up(self, fault: Exception) -> None:
        self.failed = f"{type(fault).__name__}: {fault}".splitlines()[0][:300]
        logger.warning("the blocks could not be compiled, and run as they are: {}", self.failed)


class _Call:
    """One block's forward: compiled, or plain once the compiler has failed."""

    def __init__(self, owner: CompiledBlocks, plain: Callable[..., Any], compiler: Compiler) -> None:
        self._owner, self._plain = owner, plain
        self._compiled = compiler(plain)

    def __call__(self, *args: Any, **arguments: Any) -> Any:
        if self._owner.failed is None:
            try:
                return self._owner.call(self._compiled, *args, **arguments)
            except (Cancelled, OelalaError, torch.OutOfMemoryError):
                raise
            except Exception as fault:  # noqa: BLE001 - a compiler raises anything; what is real comes again
                self._owner.give_up(fault)
        return self._plain(*args, **arguments)
