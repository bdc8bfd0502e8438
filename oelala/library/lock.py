"""Who runs the queue of a workspace: a lock of the operating system, gone with its process."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from oelala.errors import OelalaError
from oelala.library.files import write_json
from oelala.media.faults import disk_fault

_PATIENCE = 0.5  # a `holder()` elsewhere holds the lock for an instant while it looks
_PAUSE = 0.02


@dataclass(frozen=True, slots=True)
class LockInfo:
    """`address` is where its page answers, or "" for one without a page."""

    pid: int
    address: str


class FileLock:
    """Locks `path`; `path`.json beside it says who has it (nobody, if the lock itself is free).

    The lock belongs to this object's open file (`flock`, not a POSIX record lock, which a process loses as
    soon as it closes any other handle of the same file).
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._info = path.with_name(f"{path.name}.json")
        self._file: IO[bytes] | None = None

    def acquire(self, address: str) -> bool:
        """Take the lock, or tell our new `address` where it is ours already. False: somebody else has it."""
        if self._file is None:
            self._file = self._take(_PATIENCE)
            if self._file is None:
                return False
        try:
            write_json(self._info, {"pid": os.getpid(), "address": address})
        except OelalaError:
            self.release()
            raise
        return True

    def release(self) -> None:
        if self._file is not None:
            self._info.unlink(missing_ok=True)
            self._file.close()
            self._file = None

    def holder(self) -> LockInfo | None:
        """Who has the lock, ourselves included; None: nobody."""
        if self._file is None:
            file = self._take(0.0)
            if file is not None:
                file.close()
                return None
        return self._read_info()

    def _take(self, patience: float) -> IO[bytes] | None:
        try:
            file = self._path.open("ab")
        except OSError as fault:
            raise disk_fault(fault, self._path.parent) from fault
        end = time.monotonic() + patience
        while not _try_lock(file):
            if time.monotonic() >= end:
                file.close()
                return None
            time.sleep(_PAUSE)
        return file

    def _read_info(self) -> LockInfo:
        for _ in range(10):  # the one who has just taken it is about to write it
            try:
                info = json.loads(self._info.read_text(encoding="utf-8"))
                return LockInfo(int(info["pid"]), str(info["address"]))
            except (OSError, ValueError, KeyError, TypeError):
                time.sleep(_PAUSE)
        return LockInfo(0, "")


if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: IO[bytes]) -> bool:
        file.seek(0)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
