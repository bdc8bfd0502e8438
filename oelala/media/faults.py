"""What the disk says, as faults the user understands."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from oelala.errors import OelalaError

_FULL = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})
# A part of the path that is a file (ENOTDIR, EEXIST) or is gone is as unwritable as one without permission.
_CLOSED = frozenset(
    {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST, errno.EISDIR, errno.ENOENT}
)


def human_bytes(count: float) -> str:
    """`1_500_000` -> "1.5 MB": decimal units, as on a disk's box, and the same in every language."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "bytes" or count >= 100 else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def free_bytes(path: Path) -> int:
    """Free bytes for the user on the disk of `path` or of its nearest parent that exists."""
    for folder in (path, *path.parents):
        try:
            return shutil.disk_usage(folder).free
        except OSError:
            continue
    return 0


def disk_full(folder: Path) -> OelalaError:
    return OelalaError("out-of-disk", free=human_bytes(free_bytes(folder)), path=str(folder))


def disk_fault(fault: OSError, folder: Path) -> OelalaError:
    """ "out-of-disk", "not-writable" or "bad-output" for an OSError met while writing in `folder`."""
    if fault.errno in _FULL:
        return disk_full(folder)
    if fault.errno in _CLOSED:
        return OelalaError("not-writable", path=str(folder))
    return OelalaError("bad-output", reason=fault.strerror or type(fault).__name__)
