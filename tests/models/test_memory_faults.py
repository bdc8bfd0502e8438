"""Which memory was full; another fault is not taken for it."""

from __future__ import annotations

import errno

import pytest
import torch

from oelala.errors import OutOfMemory
from oelala.models.memory_faults import what_is_full


@pytest.mark.parametrize(
    ("fault", "full"),
    [
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"), "graphics card"),
        (RuntimeError("CUDA error: out of memory"), "graphics card"),
        (RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"), "graphics card"),
        (RuntimeError("CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"), "graphics card"),
        (OutOfMemory("too-little-vram", model="M", need="1 GB", have="0 GB"), "graphics card"),
        (MemoryError(), "main memory"),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), "main memory"),
        (
            RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes."),
            "main memory",
        ),
        (OSError(errno.ENOSPC, "No space left on device"), None),
        (RuntimeError("shapes do not fit"), None),
        (ValueError("out of memory of what was said"), None),
    ],
    ids=repr,
)
def test_what_was_full(fault: Exception, full: str | None) -> None:
    assert what_is_full(fault) == full


def test_a_processor_that_has_too_little_says_it_so() -> None:
    with pytest.raises(RuntimeError) as fault:
        torch.empty(2**62, dtype=torch.uint8)
    assert what_is_full(fault.value) == "main memory"
