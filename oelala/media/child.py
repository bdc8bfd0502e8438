"""A helper process that may crash or hang: the damage is a fault with a code, never this process.

It reads from its standard input and answers on its standard output, as bytes; what it writes on its standard
error is kept for the fault's reason. It has to end by itself when its input ends: that is how it notices
that this process is gone.
"""

from __future__ import annotations

import subprocess
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from oelala.errors import OelalaError, reason_of
from oelala.media.process import end_process, own_group, pipe

_COMPLAINT_LINES = 20
_WATCH_SECONDS = 0.1
_LAST_WORDS_SECONDS = 3.0  # its pipes close a little before it ends


class Child:
    """One helper process, as a context manager: on the way out it is dead and waited for, whatever happened.

    Every method raises OelalaError ("detector-failed") when the process is dead, or takes longer than the
    seconds it is given and is killed for that.
    """

    def __init__(self, arguments: Sequence[str]) -> None:
        self._arguments = arguments
        self._complaints: deque[str] = deque(maxlen=_COMPLAINT_LINES)
        self._threads: list[threading.Thread] = []
        self._deadline: float | None = None
        self._ended = threading.Event()
        self._stalled = False

    def __enter__(self) -> Self:
        try:
            self._process = subprocess.Popen(
                self._arguments,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                **own_group(),
            )
        except OSError as fault:
            raise OelalaError("detector-failed", reason=fault.strerror or type(fault).__name__) from fault
        for target in (self._drain, self._watch):
            self._threads.append(threading.Thread(target=target, daemon=True))
            self._threads[-1].start()
        return self

    @property
    def pid(self) -> int:
        return self._process.pid

    def write(self, parts: Sequence[bytes | memoryview], patience: float) -> None:
        with self._waiting(patience):
            try:
                for part in parts:
                    pipe(self._process.stdin).write(part)
                pipe(self._process.stdin).flush()
            except OSError as fault:
                raise self._fault() from fault

    def read(self, count: int, patience: float) -> bytes:
        """Exactly `count` bytes."""
        with self._waiting(patience):
            data = pipe(self._process.stdout).read(count)
            if len(data) != count:
                raise self._fault()
        return data

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        end_process(self._process, self._threads)

    @contextmanager
    def _waiting(self, patience: float) -> Iterator[None]:
        self._deadline = time.monotonic() + patience
        try:
            yield
        finally:
            self._deadline = None

    def _fault(self) -> OelalaError:
        try:
            status = self._process.wait(_LAST_WORDS_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        self._threads[0].join()
        if self._stalled:
            return OelalaError("detector-failed", reason=reason_of("no-answer"))
        if self._complaints and status > 0:
            return OelalaError("detector-failed", reason=self._complaints[-1])
        return OelalaError("detector-failed", reason=reason_of("exit-status", status=status))

    def _drain(self) -> None:
        """Without a reader of its standard error a talkative process would stop for ever."""
        for line in pipe(self._process.stderr):
            if text := line[:300].decode("utf-8", "replace").strip():
                self._complaints.append(text)

    def _watch(self) -> None:
        while not self._ended.wait(_WATCH_SECONDS):
            deadline = self._deadline
            if deadline is not None and time.monotonic() > deadline and self._process.poll() is None:
                self._stalled = True
                self._process.kill()
                return
