"""What is cheaper to remember than to find out again, in one JSON file that may vanish at any time."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from loguru import logger


def read_json(store: Path) -> dict[str, Any]:
    """What is there; nothing where the file is missing or broken."""
    try:
        known = json.loads(store.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def write_json_quietly(store: Path, known: Mapping[str, Any]) -> None:
    """Replace the file whole; where that fails, it is found out again next time."""
    temporary = store.with_name(f".{store.name}.{os.getpid()}.part")
    try:
        store.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(json.dumps(known), encoding="utf-8")
        temporary.replace(store)
    except OSError as fault:
        logger.debug("{} is not remembered: {}", store.stem, fault)
