"""MediaPipe without what it would draw and record with: more than half of the time that it takes to load."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

# MediaPipe imports them for plots of landmarks and for microphones; nobody asks it for either.
_UNUSED = ("matplotlib", "matplotlib.pyplot", "sounddevice")


def import_mediapipe() -> Any:
    """The package. For a detector's own process: there the unused ones are empty from now on."""
    for name in _UNUSED:
        sys.modules.setdefault(name, ModuleType(name))
    import mediapipe.tasks.python

    return mediapipe
