"""Whether FlashAttention 4 can be had on this machine, told without loading it. No torch."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from functools import cache
from importlib import metadata

PACKAGE = "flash-attn-4"
# diffusers' own name: there it means code fetched from a hub, here the user's own package.
BACKEND = "flash_4_hub"
# The release that was measured, and the compiler that it needs, for the CUDA that torch comes with.
_WISHED = ("flash-attn-4==4.0.0b36", "nvidia-cutlass-dsl[cu13]==4.8.1")
# Hopper, where it is 18 % faster than what torch chooses (benchmarks/RESULTS.md), and data-centre Blackwell,
# which it was written for. Elsewhere whoever has it lets the studio measure.
_WORTH_NAMING = ((9, 0), (10, 0), (10, 3))


@cache
def flash4_version() -> str | None:
    """Of the installed package; None without it."""
    try:
        return metadata.version(PACKAGE)
    except metadata.PackageNotFoundError:
        return None


def kernels_with(torch: str, version: str | None) -> str:
    """What attention can be chosen from, for the name under which a choice is kept. `torch`: its version;
    `version`: as `flash4_version` tells it."""
    return torch if version is None else f"{torch}, {PACKAGE} {version}"


def is_worth_naming(capabilities: Sequence[tuple[int, int]], version: str | None) -> bool:
    """Whether a user with cards of these should hear of it; not where it is installed already."""
    return version is None and any(one in _WORTH_NAMING for one in capabilities)


def install_command() -> str:
    return shlex.join([sys.executable, "-m", "pip", "install", *_WISHED])
