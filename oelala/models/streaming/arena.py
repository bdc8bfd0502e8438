"""Main memory for blocks: one run of exactly the bytes they have, locked in place for the card to read.

torch's own pinned memory rounds every tensor up to a power of two: 40 GiB for the 26.2 of Wan 14B.
"""

from __future__ import annotations

import mmap
import weakref
from collections.abc import Callable, Sequence
from contextlib import suppress

import torch
from loguru import logger

from oelala.models.streaming.layout import Block


class Arena:
    """Blocks one after the other. The modules' own tensors move in, and are freed block by block."""

    def __init__(self, blocks: Sequence[Block], device: torch.device) -> None:
        self.nbytes = sum(block.nbytes for block in blocks)
        self._memory = in_large_pages(self.nbytes)
        self._places: dict[str, torch.Tensor] = {}
        start = 0
        for block in blocks:
            self._places[block.name] = self._memory[start : start + block.nbytes]
            _move_in(block, self._places[block.name])
            start += block.nbytes
        # only now: locking takes all of the memory at once, and until here the weights were there twice
        self._unlock = lock_memory(self, self._memory, device)

    def __getitem__(self, block: str) -> torch.Tensor:
        return self._places[block]

    def close(self) -> None:
        """The bytes stay, and stay valid for as long as a tensor looks at them."""
        self._unlock()


def in_large_pages(nbytes: int) -> torch.Tensor:
    """Main memory (uint8) in pages of 2 MiB where the system has them: it is there, and pinned, sooner.

    2 GiB were filled in 1.1 instead of 1.8 s on one core; and the card's driver has 512 times fewer to lock.
    """
    if not nbytes or not hasattr(mmap, "MADV_HUGEPAGE"):
        return torch.empty(nbytes, dtype=torch.uint8)
    memory = mmap.mmap(-1, nbytes)
    with suppress(OSError):  # a system that has switched them off
        memory.madvise(mmap.MADV_HUGEPAGE)
    return torch.frombuffer(memory, dtype=torch.uint8)


def _move_in(block: Block, place: torch.Tensor) -> None:
    for leaf in block.leaves:
        view = leaf.inside(place)
        view.copy_(leaf.home)
        leaf.home = view
        leaf.point(view)


def lock_memory(owner: object, memory: torch.Tensor, device: torch.device) -> Callable[[], object]:
    """Pin `memory` where it is, at most for the life of `owner`; call what comes back to end it sooner.

    Where the system refuses (Windows locks about half of its memory), the copies are slower, and a line in
    the log says so.
    """
    if device.type != "cuda" or not memory.numel():
        return _nothing
    runtime = torch.cuda.cudart()
    failed = int(runtime.cudaHostRegister(memory.data_ptr(), memory.numel(), 0))
    if failed:
        logger.warning("{} bytes could not be pinned (CUDA error {})", memory.numel(), failed)
        _forget_error(device)
        return _nothing
    unlock = weakref.finalize(owner, runtime.cudaHostUnregister, memory.data_ptr())
    unlock.atexit = False  # the driver may be gone before
    return unlock


def _forget_error(device: torch.device) -> None:
    """CUDA keeps its last error until somebody asks: else the next kernel is blamed, as though the card were
    full. torch's bindings have no way to ask, but a kernel of our own is told, and takes it away."""
    with suppress(RuntimeError):
        torch.empty(1, device=device).fill_(0)
        torch.cuda.synchronize(device)


def _nothing() -> None:
    pass
