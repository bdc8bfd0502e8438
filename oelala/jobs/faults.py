"""Any exception of a job as an error code and its values: what the job's row stores."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from oelala.errors import OelalaError, OutOfMemory

# "not enough memory" is what torch says on Windows where it says "can't allocate memory" elsewhere
MEMORY_WORDS = ("out of memory", "can't allocate memory", "not enough memory", "STATUS_ALLOC_FAILED")


def explain(fault: BaseException, folder: Path) -> OelalaError:
    """An `OelalaError` as it is; memory and disk by name; anything else "unexpected" with a short reason.

    `folder`: where a disk is full when the fault itself does not say.
    """
    if isinstance(fault, OelalaError):
        return fault
    if is_out_of_memory(fault):
        return OutOfMemory("out-of-memory")
    if isinstance(fault, OSError) and fault.errno == errno.ENOSPC:
        path = Path(fault.filename).parent if isinstance(fault.filename, str) else folder
        return OelalaError("out-of-disk", path=str(path), free=free_space(path))
    first_line = str(fault).strip().partition("\n")[0][:300]
    return OelalaError("unexpected", reason=f"{type(fault).__name__}: {first_line}".removesuffix(": "))


def is_out_of_memory(fault: BaseException) -> bool:
    """Python's own, torch's (by name: torch is not imported here), and those that only say so in words."""
    if isinstance(fault, MemoryError | OutOfMemory):
        return True
    if isinstance(fault, OSError):
        return fault.errno == errno.ENOMEM
    if any(kind.__name__ == "OutOfMemoryError" for kind in type(fault).__mro__):
        return True
    return isinstance(fault, RuntimeError) and any(word in str(fault) for word in MEMORY_WORDS)


def free_space(folder: Path) -> str:
    """Such as "12 MB"."""
    try:
        return f"{shutil.disk_usage(folder).free / 1e6:.0f} MB"
    except OSError:
        return "?"
