"""Everything that has to be seen on a card, in one call of limited length. See `ABOUT`."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

ABOUT = """Jobs, tests and steps on one card, in the order of their weight, for a machine lent by the minute.

    python -m benchmarks.one_call --out results --folder /dev/shm     # an 80 GB card, 128 GiB of main memory
    python -m benchmarks.one_call --out results --tiny                # a rehearsal, on a processor as well

Each part is a process of its own with a limit, which also leaves time for those after it; a part that fails
or takes too long costs the others nothing. Everything said goes to `--out` at once: a log of each part, lines
of JSON from the benchmarks. What counts is said once more at the end.
"""
_TOLD = (
    "about",
    "plan",
    "job",
    "step",
    "card",
    "mmgp",
    "peak",
    "at peak",
    "latents to mp4",
    "failed",
    "left out",
)
_JOB = ("--num-inference-steps", "3")
_RAM = ("--touch-ram", "100")
_WIDTH = 900


@dataclass(frozen=True, slots=True)
class Part:
    """`most`: seconds for it; `keep`: seconds that are left to the parts after it in any case."""

    name: str
    arguments: tuple[str, ...]
    most: float
    keep: float
    benchmark: bool = True
    full: tuple[str, ...] = ()  # arguments that a rehearsal goes without


PARTS = (
    Part(
        "jobs",
        (
            "benchmarks.whole_jobs",
            "--models",
            "wan2.1-t2v-1.3b",
            "wan2.1-t2v-14b",
            "--num-frames",
            "81",
            *_JOB,
        ),
        most=200,
        keep=230,
        full=_RAM,
    ),
    Part(
        "tests",
        (
            *("pytest", "-vv", "--tb=short", "--durations=8", "-p", "no:cacheprovider", "-p", "no:xdist"),
            *("tests/models/test_cuda.py", "tests/models/speed/test_sage.py"),
        ),
        most=130,
        keep=170,
        benchmark=False,
    ),
    Part(
        "pose_jobs",
        ("benchmarks.whole_jobs", "--models", "wan2.1-vace-14b", "wan2.2-animate-14b", *_JOB),
        most=200,
        keep=150,
        full=_RAM,
    ),
    Part(
        "steps",
        ("benchmarks.streaming.side_by_side", "--rounds", "3", "--attention", "native"),
        most=400,
        keep=0,
    ),
)


@dataclass(slots=True)
class Call:
    options: argparse.Namespace
    begun: float = field(default_factory=time.monotonic)

    @property
    def left(self) -> float:
        return float(self.options.seconds) - (time.monotonic() - self.begun)

    def say(self, *words: object) -> None:
        print(f"[{time.monotonic() - self.begun:6.1f}]", *words, flush=True)


def main() -> None:
    options = _read_options()
    options.out.mkdir(parents=True, exist_ok=True)
    call = Call(options)
    for part in PARTS:
        if part.name in options.parts:
            _run(call, part)
    for part in PARTS:
        for line in _summary(options.out, part):
            print(line[:_WIDTH], flush=True)


def _run(call: Call, part: Part) -> None:
    limit = min(part.most, call.left - part.keep)
    if limit < 20:
        call.say(part.name, "left out: no time")
        return
    folder = call.options.folder / f"one-call-{part.name}"
    folder.mkdir(parents=True, exist_ok=True)
    call.say(part.name, f"begins, for {limit:.0f} s at most")
    try:
        with (call.options.out / f"{part.name}.log").open("w", encoding="utf-8") as log:
            status = _watch(call, _start(call, part, limit, folder), limit, log)
        call.say(part.name, "ended with", status)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _start(call: Call, part: Part, limit: float, folder: Path) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-m", *part.arguments]
    if part.benchmark:
        arguments += ["--seconds", f"{limit - 8:.0f}", "--folder", str(folder)]
        arguments += ["--out", str(call.options.out / f"{part.name}.jsonl")]
        arguments += ["--tiny"] if call.options.tiny else list(part.full)
    return subprocess.Popen(
        arguments,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env={**os.environ, "PYTHONUNBUFFERED": "1", "HF_HUB_OFFLINE": "1", "TMPDIR": str(folder)},
        start_new_session=True,
    )


def _watch(call: Call, process: subprocess.Popen[str], limit: float, log: IO[str]) -> str:
    """Its exit status, or that it was ended: all of its group, since whoever it started may live on."""

    def copy() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            log.write(line)
            log.flush()
            print(line.rstrip()[:_WIDTH], flush=True)

    reader = threading.Thread(target=copy, daemon=True)
    reader.start()
    try:
        status = str(process.wait(limit))
    except subprocess.TimeoutExpired:
        status = "nothing: it took too long"
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)
    reader.join(5)
    return status


def _summary(out: Path, part: Part) -> Iterator[str]:
    """The lines that count."""
    if not part.benchmark:
        log = out / f"{part.name}.log"
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.is_file() else []
        yield from (line for line in lines if line.startswith(("FAILED", "ERROR", "E  ")))
        yield from lines[-1:]
        return
    results = out / f"{part.name}.jsonl"
    for line in results.read_text(encoding="utf-8").splitlines() if results.is_file() else []:
        told: dict[str, Any] = json.loads(line)
        if told["part"] in _TOLD:
            yield line


def _read_options() -> argparse.Namespace:
    names = [part.name for part in PARTS]
    parser = argparse.ArgumentParser(description=ABOUT, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--parts", nargs="+", choices=names, default=names)
    parser.add_argument("--seconds", type=float, default=560.0, help="for everything")
    parser.add_argument("--out", type=Path, required=True, help="a folder for logs and results")
    parser.add_argument(
        "--folder", type=Path, default=Path(tempfile.gettempdir()), help="for 50 GB, for a while"
    )
    parser.add_argument("--tiny", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
