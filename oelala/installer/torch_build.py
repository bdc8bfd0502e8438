"""Which build of torch fits this machine, and whether PyTorch's own wheel index can be reached."""

from __future__ import annotations

import ctypes
import os
import sys
import urllib.error
import urllib.request

INDEX = "https://download.pytorch.org/whl/"
DEFAULT = "default"  # what pip's default index holds: on Linux the cu130 build, on Windows the CPU one
NO_WORSE_ELSEWHERE = {"cpu", DEFAULT} if sys.platform == "win32" else {"cpu", DEFAULT, "cu130"}


def read_gpus() -> tuple[int, list[int]]:
    """The driver's CUDA version (12.6 is 12060) and each NVIDIA GPU's compute capability (8.6 is 86).

    Asked of the driver's library itself, which is there wherever the driver is, WSL included; else (0, []).
    """
    try:
        cuda = ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return 0, []
    version, count, value = ctypes.c_int(), ctypes.c_int(), ctypes.c_int()
    if cuda.cuInit(0) or cuda.cuDriverGetVersion(ctypes.byref(version)):
        return 0, []
    cuda.cuDeviceGetCount(ctypes.byref(count))
    major, minor = 75, 76  # CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR and _MINOR
    capabilities = []
    for device in range(count.value):
        cuda.cuDeviceGetAttribute(ctypes.byref(value), major, device)
        tens = value.value * 10
        cuda.cuDeviceGetAttribute(ctypes.byref(value), minor, device)
        capabilities.append(tens + value.value)
    return version.value, capabilities


def choose_build(driver: int, capabilities: list[int]) -> tuple[str, bool]:
    """The name of torch 2.13's build for these GPUs, and whether the driver keeps them from being used.

    Its CUDA 13.0 build holds Turing (7.5) and newer, the CUDA 12.6 one Maxwell (5.0) up to Hopper (9.0).
    """
    if not capabilities:
        return "cpu", False
    if driver >= 13000 and max(capabilities) >= 75:
        return "cu130", False
    if driver >= 12000 and min(capabilities) <= 90:
        return "cu126", False
    return "cpu", True


def find_build() -> tuple[str, bool]:
    """As `choose_build`, for this machine; OELALA_TORCH overrides it."""
    if chosen := os.environ.get("OELALA_TORCH"):
        return chosen, False
    return (DEFAULT, False) if sys.platform == "darwin" else choose_build(*read_gpus())


def is_reachable(index: str, seconds: float = 5.0) -> bool:
    """Whether a wheel index answers for torch: a blocked one then costs seconds, not all of pip's retries."""
    try:
        with urllib.request.urlopen(f"{index}/torch/", timeout=seconds):  # noqa: S310 - https, and our own
            return True
    except urllib.error.HTTPError:
        return False
    except urllib.error.URLError as error:
        return "CERTIFICATE_VERIFY_FAILED" in str(error.reason)  # pip has certificates of its own
    except OSError:
        return False
