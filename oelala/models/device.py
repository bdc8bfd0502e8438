"""Where models run and in which number format, and how much room is left there."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from collections.abc import Callable
from functools import cache

import torch
from loguru import logger

from oelala.models.machine import ram_free, usable_cpus
from oelala.models.nvidia import Gpu, best_card, nvidia_gpus

# Pictures are encoded in 32 bits: it is done once, and everything after builds on it.
_ALWAYS_FLOAT32 = frozenset({"vae"})


def choose_device() -> torch.device:
    """The card that plans are made for (`best_card`), or the processor; a card that torch cannot use is told
    in the log."""
    if torch.cuda.is_available():
        index = best_card([_card(index) for index in range(torch.cuda.device_count())])
        if index:
            torch.cuda.set_device(index)  # what names no device means this one
        return torch.device("cuda", index)
    for gpu in nvidia_gpus():
        logger.warning(
            "{} cannot be used by torch {} with driver {}: everything is computed on the processor. "
            "A newer driver helps, or the launcher, which installs what fits",
            *(gpu.name, torch.__version__, gpu.driver),
        )
    return torch.device("cpu")


def _card(index: int) -> Gpu:
    about = torch.cuda.get_device_properties(index)
    return Gpu(about.name, about.total_memory, "", (about.major, about.minor))


def dtype_of(component: str, device: torch.device) -> torch.dtype:
    """float32 on a processor; on a card bfloat16 (float16 where it has none), the VAE float32."""
    if device.type == "cpu" or component in _ALWAYS_FLOAT32:
        return torch.float32
    return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16


def decodes_in_16_bits(bits: int, device: torch.device) -> bool:
    """Whether a decoder that may run in `bits` runs in 16: in bfloat16, whose range is that of 32."""
    return bits == 16 and device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)


def free_bytes(device: torch.device) -> int:
    """Measured, not remembered: other programs use the memory as well."""
    if device.type == "cpu":
        return ram_free()
    free, _ = torch.cuda.mem_get_info(device)
    return free + torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)


def collect(device: torch.device) -> None:
    """Give what nobody refers to any more back to the system."""
    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()
    if (trim := _malloc_trim()) is not None:
        trim(0)


@cache
def let_memory_grow(device: torch.device) -> bool:
    """Let torch's memory on a card be segments that grow: of fixed ones, 2 GiB of 11 lay unused between a
    clip's tensors. Whether they do: not on Windows, nor where the driver refuses. An explicit wish wins.
    """
    if device.type != "cuda" or not sys.platform.startswith("linux"):
        return False
    wish = os.environ.get("PYTORCH_ALLOC_CONF") or os.environ.get("PYTORCH_CUDA_ALLOC_CONF")
    if wish:
        return "expandable_segments:true" in wish.replace(" ", "").lower()
    # the second is its old name
    set_up: Callable[[str], None] | None = getattr(torch._C, "_accelerator_setAllocatorSettings", None)
    set_up = set_up or getattr(torch.cuda.memory, "_set_allocator_settings", None)
    if set_up is None:
        logger.info("the card's memory stays in fixed segments: this torch cannot be told otherwise")
        return False
    try:
        set_up("expandable_segments:True")
        torch.empty(2**25, dtype=torch.uint8, device=device)
    except RuntimeError as fault:  # a full card, too: nobody can say then
        logger.info("the card's memory stays in fixed segments: {}", str(fault).splitlines()[0][:200])
        set_up("expandable_segments:False")
        return False
    return True


@cache
def limit_threads() -> None:
    """Keep torch from starting more threads than this process may use (containers); an explicit wish wins."""
    if "OMP_NUM_THREADS" not in os.environ and torch.get_num_threads() > usable_cpus():
        torch.set_num_threads(usable_cpus())


@cache
def _malloc_trim() -> ctypes._NamedFuncPointer | None:
    # glibc keeps freed blocks; without this, measuring after an eviction shows nothing gained
    if not sys.platform.startswith("linux"):
        return None
    return getattr(ctypes.CDLL(None), "malloc_trim", None)
