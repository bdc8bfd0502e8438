"""What a tiny job does in its worker: without torch what the real ones do to a queue, in milliseconds.

It knows no task class: a worker that imports this, and not `tests.jobs.tiny`, starts without pydantic.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from oelala.errors import OelalaError
from oelala.progress import Progress, RunContext
from oelala.tasks.job import Job, JobResult


class OutOfMemoryError(RuntimeError):
    """Torch's, by name."""


@dataclass
class TinyExecutor:
    root: Path

    def __post_init__(self) -> None:
        (self.root / "worker-pid").write_text(str(os.getpid()))

    def warm_up(self) -> None:
        with open(self.root / "warmed", "a") as file:
            file.write("x")

    def execute(self, job: Job, context: RunContext) -> JobResult:
        if job.task["act"] == "fill-disk":
            fill_disk(self.root)
        else:
            ACTS[job.task["act"]](context)
        path = output_path(self.root, job.id)
        content = content_of(job.task["number"])
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        with open(part, "wb") as file:  # in two halves, so that a kill can leave one
            file.write(content[: len(content) // 2])
            file.flush()
            context.report(Progress("saving", 1, 2))
            file.write(content[len(content) // 2 :])
            file.flush()
            os.fsync(file.fileno())
        if hashlib.sha256(part.read_bytes()).digest() != hashlib.sha256(content).digest():
            raise OelalaError("bad-output", reason="differs")
        os.replace(part, path)
        return JobResult(f"outputs/{path.name}", {"pid": os.getpid(), "modules": heavy_modules()})

    def empty(self) -> None:
        with open(self.root / "emptied", "a") as file:
            file.write("x")


class LostDevice(TinyExecutor):
    """Its memory cannot be given back, as after a broken CUDA context."""

    def empty(self) -> None:
        raise RuntimeError("the device is gone")


class DeadlyWarmth(TinyExecutor):
    """Warming it up kills the process."""

    def warm_up(self) -> None:
        super().warm_up()
        os._exit(9)


class NeverMade(TinyExecutor):
    """It cannot even be made, as when a library is missing."""

    def __post_init__(self) -> None:
        raise ImportError("libcuda.so.1 is missing")


def output_path(root: Path, job_id: str) -> Path:
    return root / "outputs" / f"{job_id}.bin"


def content_of(number: int) -> bytes:
    return hashlib.sha256(str(number).encode()).digest() * 512


def fill_disk(folder: Path) -> None:
    """To the last byte. The disk must be a small one."""
    assert os.path.ismount(folder)
    with open(folder / "filler", "wb", buffering=0) as file:
        for size in (4096, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(b"x" * size)


def heavy_modules() -> list[str]:
    return sorted({"torch", "diffusers", "gradio", "numpy"} & sys.modules.keys())


def _slow(context: RunContext) -> None:
    for step in range(1000):
        context.cancel.check()
        context.report(Progress("denoising", step, 1000, preview=b"RIFF%d" % step))
        time.sleep(0.01)


def _deaf(context: RunContext) -> None:
    context.report(Progress("denoising", 1, 2))
    time.sleep(60)


def _raise(fault: BaseException) -> Callable[[RunContext], None]:
    def act(context: RunContext) -> None:
        context.report(Progress("loading"))
        raise fault

    return act


def _segfault(context: RunContext) -> None:
    ctypes.string_at(0)


ACTS: dict[str, Callable[[RunContext], None]] = {
    "write": lambda context: context.report(Progress("denoising", 1, 1)),
    "slow": _slow,
    "deaf": _deaf,
    "segfault": _segfault,
    "exit": lambda context: os._exit(7),
    "sys-exit": _raise(SystemExit(3)),
    "user-fault": _raise(OelalaError("cannot-do", model="none", kind="tiny", known="-")),
    "bug": _raise(KeyError("surprise")),
    "memory": _raise(MemoryError()),
    "torch-memory": _raise(OutOfMemoryError("CUDA out of memory")),
    "disk-full": _raise(OSError(28, "No space left on device")),
}


def wait_until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)
