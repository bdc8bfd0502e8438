"""Whether compiling a transformer's blocks pays: what it saves against what it takes."""

from __future__ import annotations

# Of denoising, with compiled blocks: 0.21 and 0.26 measured on an H100 at 81 and 17 frames; others publish
# 0.10 … 0.25 on smaller cards.
SAVED = 0.15
# For one size of clip, where this machine has not shown it yet: 12 s on an H100 with 16 cores.
SECONDS = 40.0
_MARGIN = 1.5  # both are guesses


def compiling_pays(saved: float, compile_seconds: float | None = None) -> bool:
    """`saved`: predicted seconds of all steps."""
    return saved > _MARGIN * (SECONDS if compile_seconds is None else compile_seconds)
