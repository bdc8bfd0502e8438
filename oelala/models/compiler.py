"""Whether a transformer's blocks can be compiled on this computer: Triton, and what it starts. No torch."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from importlib.util import find_spec


def compiler_here() -> bool:
    """For a card; torch's Windows wheels come without Triton, and many a Linux without a C compiler."""
    return can_compile(sys.platform, find_spec("triton") is not None, os.environ, shutil.which)


def can_compile(
    platform: str, triton: bool, environ: Mapping[str, str], which: Callable[[str], str | None]
) -> bool:
    """Triton's launcher is C: it takes what CC names, or else gcc or clang. For Windows it brings its own."""
    if not triton or platform == "win32":
        return triton
    named = environ.get("CC")
    return any(which(one) is not None for one in ([named] if named else ["gcc", "clang"]))
