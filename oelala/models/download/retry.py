"""How long a download is patient with a bad line before it says so."""

from __future__ import annotations

import time
from dataclasses import dataclass

from loguru import logger

from oelala.errors import OelalaError
from oelala.progress import CancelToken

LONGEST_WISH = 120.0  # seconds; a server may ask for more (Retry-After), and does not get it


class TryAgain(Exception):
    """Something that a new try may get past. `after`: how many seconds the server asks to wait."""

    def __init__(self, reason: str, after: float = 0.0) -> None:
        super().__init__(reason)
        self.after = min(after, LONGEST_WISH)


@dataclass(frozen=True, slots=True)
class Patience:
    """Times in seconds. `tries` counts failures in a row, `headway` (bytes) begins the count anew.

    A connection that brings less than `least_bytes` in a `window` is given up: a server that drips would
    never run into a time limit for single reads.
    """

    tries: int = 10
    pause: float = 1.0
    longest_pause: float = 30.0
    connect: float = 10.0
    read: float = 30.0
    window: float = 30.0
    least_bytes: int = 30_000
    headway: int = 1_000_000


class Retry:
    """Counts failures in a row, and waits longer after each."""

    def __init__(self, patience: Patience, cancel: CancelToken) -> None:
        self._patience, self._cancel = patience, cancel
        self._failures = 0

    def forgive(self) -> None:
        """Something came through: the next failure counts as the first."""
        self._failures = 0

    def after(self, fault: TryAgain) -> None:
        """Wait for the next try. Raises OelalaError ("no-connection") when there is none, and Cancelled."""
        self._failures += 1
        if self._failures >= self._patience.tries:
            raise OelalaError("no-connection", reason=str(fault)) from fault
        pause = min(self._patience.longest_pause, self._patience.pause * 2 ** (self._failures - 1))
        logger.info("the download broke off ({}); it goes on", fault)
        self._wait(max(pause, fault.after))

    def _wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._cancel.check()
            time.sleep(min(left, 0.1))
        self._cancel.check()
