"""Runs the ffmpeg that imageio-ffmpeg brings: argument lists only, local files only, always ended.

Everything that reads a file of the user goes through `SAFE_INPUT`: no network protocol, no playlist or
concat demuxer (they open other files), bounded picture size.
"""

from __future__ import annotations

import re
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from oelala.errors import OelalaError, reason_of
from oelala.media.process import close_quietly, end_process, own_group, pipe

MAX_PIXELS = 2**26  # 8192 × 8192
MAX_ALLOCATION = 2**30
FORMATS = "mov,matroska,avi,gif"
SAFE_INPUT = (
    "-protocol_whitelist", "file,pipe", "-format_whitelist", FORMATS, "-max_pixels", str(MAX_PIXELS),
)  # fmt: skip
_COMPLAINT_LINES = 20
_WATCH_SECONDS = 0.25
_PREFIX = re.compile(r"^(\[[^]]*\] ?)+")  # "[mov,mp4,m4a,3gp,3g2,mj2 @ 0x55d0c8]"


def executable() -> str:
    """Raises OelalaError ("no-ffmpeg")."""
    import imageio_ffmpeg

    try:
        return imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError as fault:
        raise OelalaError("no-ffmpeg") from fault


def file_argument(path: Path) -> str:
    """`path` as ffmpeg takes it whatever its name is: "-x.mp4" is no option, "http:…" is no address."""
    return f"file:{path.absolute()}"


class Ffmpeg:
    """One run, as a context manager: on the way out the process is dead and waited for, whatever happened.

    `feed`: `write` goes to its standard input. `patience`: seconds without a `write` or a read line or frame
    after which it is killed (`stalled` says so); None: it may take as long as it likes. Raises OelalaError
    ("no-ffmpeg") where it cannot be started.
    """

    def __init__(
        self, arguments: Sequence[str], *, feed: bool = False, patience: float | None = None
    ) -> None:
        self._arguments = [
            executable(), "-hide_banner", "-nostdin", "-nostats", "-loglevel", "error",
            "-max_alloc", str(MAX_ALLOCATION), *arguments,
        ]  # fmt: skip
        self._feed = feed
        self._patience = patience
        self._alive = time.monotonic()
        self._ended = threading.Event()
        self._complaints: deque[str] = deque(maxlen=_COMPLAINT_LINES)
        self._threads: list[threading.Thread] = []
        self.stalled = False

    def __enter__(self) -> Self:
        try:
            self._process = subprocess.Popen(
                self._arguments,
                stdin=subprocess.PIPE if self._feed else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                **own_group(),
            )
        except (FileNotFoundError, PermissionError) as fault:
            raise OelalaError("no-ffmpeg") from fault
        self._start(self._drain)
        if self._patience is not None:
            self._start(self._watch)
        return self

    def write(self, data: memoryview) -> bool:
        """False once ffmpeg has given up; `complaint` says why."""
        try:
            pipe(self._process.stdin).write(data)
        except OSError:
            return False
        self._alive = time.monotonic()
        return True

    def read(self, count: int) -> bytes:
        """`count` bytes of its output, or fewer at the end."""
        data = pipe(self._process.stdout).read(count)
        self._alive = time.monotonic()
        return data

    def lines(self) -> Iterator[str]:
        for line in pipe(self._process.stdout):
            self._alive = time.monotonic()
            yield line.decode("utf-8", "replace").rstrip("\r\n")

    def finish(self) -> int:
        """Close its input, wait for the end, return the exit status."""
        if self._process.stdin is not None:
            close_quietly(self._process.stdin)
        self._process.wait()
        self._threads[0].join()
        return self._process.returncode

    @property
    def complaint(self) -> str:
        """The last lines of its standard error."""
        return "\n".join(self._complaints)

    @property
    def reason(self) -> str | dict[str, Any]:
        """One line for the user: the first complaint, which is the cause of the others, without our paths;
        or a reason as `reason_of` makes it."""
        if self.stalled:
            return reason_of("no-progress", program="ffmpeg")
        for line in self._complaints:
            if text := _PREFIX.sub("", line).split("file:")[0].strip(" '\":"):
                return text[:200]
        return f"ffmpeg: {self._process.returncode}"

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        end_process(self._process, self._threads)

    def _start(self, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _drain(self) -> None:
        """Without a reader of its standard error a talkative ffmpeg would stop for ever."""
        for line in pipe(self._process.stderr):
            if text := line[:500].decode("utf-8", "replace").strip():
                self._complaints.append(text)

    def _watch(self) -> None:
        while not self._ended.wait(_WATCH_SECONDS):
            if time.monotonic() - self._alive > (self._patience or 0) and self._process.poll() is None:
                self.stalled = True
                self._process.kill()
                return
