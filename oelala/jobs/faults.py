"""Any exception of a job as an error code and its values: what the job's row stores."""

from __future__ import annotations

import errno
import shutil

from oelala.errors import OelalaError, OutOfMemory

MEMORY_WORDS = ("out of memory", "can't allocate memory", "CUBLAS_STATUS_ALLOC_FAILED")


def explain(fault: BaseException) -> OelalaError:
    """An `OelalaError` as it is; memory and disk by name; anything else "unexpected" with a short reason."""
    if isinstance(fault, OelalaError):
        return fault
    if is_out_of_memory(fault):
        return OutOfMemory("out-of-memory")
    if isinstance(fault, OSError) and fault.errno == errno.ENOSPC:
        path = str(fault.filename or ".")
        return OelalaError("out-of-disk", path=path, free=_free(path))
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


def _free(path: str) -> str:
    try:
        return f"{shutil.disk_usage(path).free / 1e6:.0f} MB"
    except OSError:
        return "?"
