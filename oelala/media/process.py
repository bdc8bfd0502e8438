"""Helper programs: started in a group of their own, and always ended."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterable
from typing import IO, Any


def own_group() -> dict[str, Any]:
    """For Popen: Ctrl+C in the terminal is a wish to us; ffmpeg would end its file as if it were whole."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"process_group": 0}


def pipe(end: IO[bytes] | None) -> IO[bytes]:
    """A pipe that Popen was asked for."""
    assert end is not None
    return end


def close_quietly(end: IO[bytes]) -> None:
    """What is still buffered for a process that is dead goes with it."""
    try:
        end.close()
    except OSError:
        return


def end_process(process: subprocess.Popen[bytes], threads: Iterable[threading.Thread]) -> None:
    """Dead and waited for, its readers as well, its pipes closed."""
    if process.poll() is None:
        process.kill()
    process.wait()
    for thread in threads:
        thread.join()
    for end in (process.stdin, process.stdout, process.stderr):
        if end is not None:
            close_quietly(end)
