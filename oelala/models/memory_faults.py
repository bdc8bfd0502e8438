"""Which memory was full, told from what torch and the system raise."""

from __future__ import annotations

from errno import ENOMEM

import torch

from oelala.errors import OutOfMemory
from oelala.models.planning import Memory

# torch's own allocator for a processor says the first of these on Linux, the second on Windows
_MAIN_WORDS = ("can't allocate memory", "not enough memory")
_CARD_WORDS = ("out of memory", "STATUS_ALLOC_FAILED")


def what_is_full(fault: Exception) -> Memory | None:
    """None: the fault is another one."""
    if isinstance(fault, MemoryError) or (isinstance(fault, OSError) and fault.errno == ENOMEM):
        return "main memory"
    if isinstance(fault, torch.OutOfMemoryError | OutOfMemory):
        return "graphics card"
    if not isinstance(fault, RuntimeError):
        return None
    if any(word in str(fault) for word in _MAIN_WORDS):
        return "main memory"
    return "graphics card" if any(word in str(fault) for word in _CARD_WORDS) else None
