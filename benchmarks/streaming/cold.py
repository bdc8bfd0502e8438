"""From weights on the disk to the first denoising step, with nothing of them in memory."""

from __future__ import annotations

import mmap
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from diffusers import WanTransformer3DModel

from benchmarks.streaming.bench import Bench
from benchmarks.streaming.contenders import Contender
from benchmarks.streaming.weights import build, inputs
from oelala.models.streaming import Ring, StreamRequest, stream_module

_CHUNK = 16 * 2**20
_READERS = 8


def run_cold_start(bench: Bench) -> None:
    """Through memory (loaded as the studio does, then streamed), and block by block out of the files."""
    with _saved(bench) as folder:
        files = sorted(folder.glob("*.safetensors"))
        size = sum(file.stat().st_size for file in files)
        raw = _raw_read(files)
        bench.tell("disk", gb=size / 1e9, raw_gb_s=raw / 1e9)
        for how in ("through memory", "from disk"):
            _forget(files)
            _start(bench, folder, files if how == "from disk" else [], how, size, raw)


def _start(bench: Bench, folder: Path, files: list[Path], how: str, size: int, raw: float) -> None:
    started = time.perf_counter()
    module = WanTransformer3DModel.from_pretrained(
        folder, dtype=torch.bfloat16, local_files_only=True, use_safetensors=True
    )
    module.eval().requires_grad_(False)
    loaded = time.perf_counter() - started
    streamed = stream_module(StreamRequest(module, Ring(bench.device, bench.options.slots), files=files))
    ready = time.perf_counter() - started
    one = Contender("", module)
    calls = inputs(bench.options, min(bench.options.frames), module, bench.device)
    one.step(bench, calls)
    first = time.perf_counter() - started
    warm = one.step(bench, calls)
    bench.tell(
        "cold start",
        how=how,
        loaded=loaded,
        ready=ready,
        first_step_done=first,
        warm_step=warm,
        of_raw=size / ready / raw,
        of_raw_first_step=size / first / raw,
    )
    streamed.close()
    del module, streamed, one
    bench.clean()


@contextmanager
def _saved(bench: Bench) -> Iterator[Path]:
    """A folder with `--disk-layers` blocks in bf16, as far as there is room for them."""
    with tempfile.TemporaryDirectory(dir=bench.options.folder) as name:
        layers, free = bench.options.disk_layers, shutil.disk_usage(name).free
        layers = layers if bench.options.tiny else max(1, min(layers, int(free * 0.8 / 703e6)))
        started = time.perf_counter()
        module: Any = build(bench.options, bench.device, layers, seed=7)
        module.save_pretrained(name, max_shard_size="5GB")
        for file in Path(name).glob("*.safetensors"):
            with file.open("rb") as opened:
                os.fsync(opened.fileno())
        del module
        bench.clean()
        bench.tell("saved", layers=layers, seconds=time.perf_counter() - started)
        yield Path(name)


def _forget(files: list[Path]) -> None:
    """Nothing of them in the system's memory any more."""
    for file in files:
        with file.open("rb") as opened:
            os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _raw_read(files: list[Path]) -> float:
    """Bytes a second, past the system's cache, several reads at once; the best of two passes."""
    pieces = [(file, at) for file in files for at in range(0, file.stat().st_size, _CHUNK)]
    best = 0.0
    for _ in range(2):
        _forget(files)
        started = time.perf_counter()
        with ThreadPoolExecutor(_READERS) as pool:
            done = sum(pool.map(_read_piece, pieces))
        best = max(best, done / (time.perf_counter() - started))
    return best


def _read_piece(piece: tuple[Path, int]) -> int:
    file, at = piece
    buffer = mmap.mmap(-1, _CHUNK)  # aligned to a page, as O_DIRECT wants it
    try:
        opened = os.open(file, os.O_RDONLY | os.O_DIRECT)
    except OSError:  # a file system without
        opened = os.open(file, os.O_RDONLY)
    try:
        return os.preadv(opened, [buffer], at)
    finally:
        os.close(opened)
        buffer.close()
