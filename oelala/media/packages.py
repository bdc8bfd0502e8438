"""Packages that the studio does without, and works with once the user has them."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from importlib import metadata
from importlib.util import find_spec


def lacking(packages: Mapping[str, str]) -> tuple[str, ...]:
    """Which of these modules are not here, or not whole. The keys are modules, the values what pip is asked
    for. One that was put in place since this process started counts as here."""
    importlib.invalidate_caches()
    return tuple(module for module in packages if find_spec(module) is None or _is_broken(module))


def _is_broken(module: str) -> bool:
    """Whether pip was interrupted while it put the files in place: their list comes last. Of a package under
    another name (onnxruntime-gpu has the same module) nothing is known, and nothing is doubted."""
    try:
        return metadata.distribution(module).read_text("RECORD") is None
    except metadata.PackageNotFoundError:
        return False
