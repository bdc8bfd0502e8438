"""One worker process, as its parent sees it."""

from __future__ import annotations

import multiprocessing
import secrets
import signal
import threading
import time

from oelala.jobs.worker import READY, WorkerSpec, run_worker

# The same everywhere; a fork would copy the studio's threads and locks into a process full of CUDA.
SPAWN = multiprocessing.get_context("spawn")


class WorkerProcess:
    """Started by being made. `name` is what it claims jobs under; no two processes ever share one.

    Not daemonic: a daemonic process may have no children of its own, and analysis runs in killable children.
    What ends it with its parent is the channel, whose end it notices.
    """

    def __init__(self, spec: WorkerSpec, *, warm: bool) -> None:
        self.name = f"{spec.lane}-{secrets.token_hex(6)}"
        self._sending = threading.Lock()
        self._ready = False
        self._channel, theirs = SPAWN.Pipe()
        self._process = SPAWN.Process(
            target=run_worker, args=(spec, self.name, theirs, warm), name=f"oelala-{spec.lane}"
        )
        self._process.start()
        theirs.close()  # else this process would keep the channel open for a worker that is gone
        self.sentinel = self._process.sentinel
        self.pid = self._process.pid
        self._started = time.monotonic()

    @property
    def alive(self) -> bool:
        return self._process.is_alive()

    @property
    def age(self) -> float:
        """Seconds since it was started."""
        return time.monotonic() - self._started

    @property
    def ready(self) -> bool:
        """Whether it has come as far as claiming jobs."""
        try:
            while not self._ready and self._channel.poll():
                self._ready = self._channel.recv_bytes() == READY
        except (EOFError, OSError):
            pass
        return self._ready

    def send(self, word: bytes) -> None:
        """To a worker that is gone: nothing happens."""
        with self._sending:
            try:
                self._channel.send_bytes(word)
            except OSError:
                return

    def kill(self) -> None:
        self._process.kill()

    def join(self, timeout: float | None = None) -> None:
        self._process.join(timeout)

    def close(self) -> None:
        """Give back what the system holds for a process that has ended."""
        self._channel.close()
        self._process.close()

    def describe_end(self) -> str:
        """Such as "SIGKILL" or "exit code 1"."""
        code = self._process.exitcode or 0
        try:
            return signal.Signals(-code).name if code < 0 else f"exit code {code}"
        except ValueError:
            return f"exit code {code}"
