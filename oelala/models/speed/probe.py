"""How fast a card multiplies and takes in bytes: tried in less than a second, while nobody waits for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import torch
from loguru import logger

from oelala.models.device import dtype_of
from oelala.models.nvidia import Gpu, nvidia_gpus
from oelala.models.planning.cards import counted_flops
from oelala.models.speeds import keep_card, read_speeds

_SIDE = 4096  # of the matrices: large enough for every card, and 0.1 GB in all
_COPIED = 2**26  # bytes; locked in place, of a power of two, as torch takes it anyway
_LONGEST, _MOST_TIMES = 0.3, 30  # seconds, and how often, for each of the two


def gpu_of(device: torch.device) -> Gpu:
    """The card as torch tells of it, with its driver where nvidia-smi knows one of that name."""
    about = torch.cuda.get_device_properties(device)
    driver = next((gpu.driver for gpu in nvidia_gpus() if gpu.name == about.name), "")
    return Gpu(about.name, about.total_memory, driver, (about.major, about.minor))


def probe_once(device: torch.device, store: Path) -> None:
    """Try the card, unless that has been done under this driver, and keep the figures. A card that is too
    full to try is counted instead, and tried again next time. Nothing happens on a processor."""
    if device.type != "cuda":
        return
    gpu = gpu_of(device)
    if read_speeds(store, gpu).link is not None:
        return
    try:
        flops, link = _multiplied(device), _copied(device)
    except RuntimeError as fault:  # out of memory, too
        logger.info("the card is not tried: {}", str(fault).splitlines()[0][:200])
        keep_card(store, gpu, _counted(device, gpu), None)
    else:
        logger.info("{}: {:.1f} TFLOP/s, {:.1f} GB/s from main memory", gpu.name, flops / 1e12, link / 1e9)
        keep_card(store, gpu, flops, link)
    finally:
        torch.cuda.empty_cache()


def _multiplied(device: torch.device) -> float:
    left, right = (
        torch.randn(_SIDE, _SIDE, device=device, dtype=dtype_of("transformer", device)) for _ in range(2)
    )
    out = torch.empty_like(left)
    return 2 * _SIDE**3 / _shortest(lambda: torch.mm(left, right, out=out), device)


def _copied(device: torch.device) -> float:
    here = torch.empty(_COPIED, dtype=torch.uint8, pin_memory=True)
    there = torch.empty(_COPIED, dtype=torch.uint8, device=device)
    return _COPIED / _shortest(lambda: there.copy_(here, non_blocking=True), device)


def _shortest(work: Callable[[], object], device: torch.device) -> float:
    """Seconds of the quickest of several times: a card that has slept needs a moment to wake."""
    work()
    torch.cuda.synchronize(device)
    began, best = time.perf_counter(), float("inf")
    for _ in range(_MOST_TIMES):
        started = time.perf_counter()
        work()
        torch.cuda.synchronize(device)
        ended = time.perf_counter()
        best = min(best, ended - started)
        if ended - began > _LONGEST:
            break
    return best


def _counted(device: torch.device, gpu: Gpu) -> float | None:
    about = torch.cuda.get_device_properties(device)
    kilohertz = getattr(about, "clock_rate", None) or 0  # older torch does not tell
    return counted_flops(gpu.name, (about.major, about.minor), about.multi_processor_count, 1e3 * kilohertz)
