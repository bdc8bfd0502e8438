"""What this machine has: graphics cards, memory, disk, processors. No torch: the driver and psutil tell."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import sys
import time
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import psutil

from oelala.models.compiler import compiler_here
from oelala.models.nvidia import Gpu, nvidia_gpus


@dataclass(frozen=True, slots=True)
class Machine:
    """Memory and disk in bytes; `cpu_count` counts the processors that this process may use.

    `gpus`: what the installed torch can use; `unused_gpus`: cards that are there, and that it cannot.
    `compiles`: what torch compiles a model's blocks with is here.
    """

    gpus: tuple[Gpu, ...]
    ram_total: int
    ram_free: int
    disk_free: int
    cpu_count: int
    unused_gpus: tuple[Gpu, ...] = ()
    compiles: bool = True


def read_machine(disk: Path) -> Machine:
    """`disk`: any path on the disk that matters (it need not exist yet)."""
    gpus = nvidia_gpus()
    usable = gpus if torch_reaches_cards() else ()
    return Machine(
        gpus=usable,
        unused_gpus=() if usable else gpus,
        ram_total=ram_total(),
        ram_free=ram_free(),
        disk_free=shutil.disk_usage(_existing(disk)).free,
        cpu_count=usable_cpus(),
        compiles=compiler_here(),
    )


@cache
def torch_reaches_cards() -> bool:
    """Whether the installed torch can compute on a card with the driver that is here."""
    return reaches_cards(torch_cuda(), driver_cuda())


def reaches_cards(built_for: int | None, driver: int) -> bool:
    """`built_for`: torch's CUDA, None: none at all. An older driver of the same number does."""
    return built_for is not None and driver >= built_for


def torch_cuda() -> int | None:
    """The first number of the CUDA version that torch was built for; importing it would take seconds."""
    found = re.search(r"^cuda\b[^=\n]*=\s*['\"](\d+)", _torch_tells(), re.MULTILINE)
    return int(found[1]) if found else None


def torch_version() -> str:
    """As torch itself tells it, "" without one."""
    found = re.search(r"^__version__\s*=\s*['\"]([^'\"]+)", _torch_tells(), re.MULTILINE)
    return found[1] if found else ""


@cache
def _torch_tells() -> str:
    spec = find_spec("torch")
    if spec is None or spec.origin is None:
        return ""
    try:
        return Path(spec.origin).with_name("version.py").read_text(encoding="utf-8")
    except OSError:
        return ""


def driver_cuda() -> int:
    """The first number of the newest CUDA version that the driver knows, 0 without one.

    Asked of its library, as torch will: nvidia-smi may be there without it, in a container.
    """
    try:
        library = ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
        version = ctypes.c_int()
        return version.value // 1000 if library.cuDriverGetVersion(ctypes.byref(version)) == 0 else 0
    except (OSError, AttributeError):
        return 0


def ram_total() -> int:
    """The machine's memory, or the container's limit where that is less."""
    limit = _cgroup_number("memory.max")
    total = psutil.virtual_memory().total
    return min(total, limit) if limit is not None else total


def ram_free() -> int:
    """What can still be taken without swapping, within the container's limit if there is one."""
    available = psutil.virtual_memory().available
    limit, used = _cgroup_number("memory.max"), _cgroup_number("memory.current")
    if limit is None or used is None:
        return available
    return max(0, min(available, limit - used + _reclaimable()))


def own_memory(pid: int | None = None) -> int:
    """What this process (or `pid`) holds of main memory, 0 where it is gone: without pages of files, which
    give way by themselves."""
    try:
        about = psutil.Process(pid).memory_info()
    except psutil.Error:
        return 0
    return _without_files(pid) or int(about.rss - getattr(about, "shared", 0))


def _without_files(pid: int | None) -> int:
    """Linux counts memory that a process has mapped to be shared, as weights wait in, apart from both its own
    and from files; 0: not told."""
    try:
        lines = Path("/proc", str(pid or "self"), "status").read_text(encoding="ascii", errors="replace")
        told = dict(line.split(":", 1) for line in lines.splitlines() if line.startswith("Rss"))
        return 1024 * sum(int(told[name].split()[0]) for name in ("RssAnon", "RssShmem"))
    except (OSError, KeyError, ValueError, IndexError):
        return 0


def process_age() -> float:
    """Seconds since this process was started: its imports are in them."""
    return max(0.0, time.time() - psutil.Process().create_time())


def usable_cpus() -> int:
    """How many processors the scheduler and the container leave to this process."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="ascii").split()
        cores = min(cores, max(1, round(int(quota) / int(period))))
    except (OSError, ValueError):
        pass  # no control group, or no limit ("max")
    return max(1, cores)


def _cgroup_number(name: str) -> int | None:
    try:
        return int(Path("/sys/fs/cgroup", name).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def _reclaimable() -> int:
    """Page cache counts as used in a control group, yet gives way at once."""
    try:
        lines = Path("/sys/fs/cgroup/memory.stat").read_text(encoding="ascii").splitlines()
        return sum(int(line.split()[1]) for line in lines if line.startswith("inactive_file "))
    except (OSError, ValueError, IndexError):
        return 0


def _existing(path: Path) -> Path:
    while not path.exists() and path != path.parent:
        path = path.parent
    return path
