"""`--preset`: named values to start from, for a model of their kind that is here."""

from __future__ import annotations

import argparse
from typing import Any

from oelala.studio import Studio
from oelala.terminal.console import Console


def preset_values(studio: Studio, flags: argparse.Namespace, console: Console) -> dict[str, Any]:
    """Of the preset that the flags name, if they do; says when another model takes the place of its own."""
    if not flags.preset:
        return {}
    values, instead = studio.preset_values(flags.kind, flags.preset)
    if instead is not None and flags.task_model is None:
        console.note("live.preset.instead", model=instead)
    return values
