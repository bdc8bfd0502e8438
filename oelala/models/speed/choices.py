"""What has been measured on this machine, kept: the same task takes the same kernels tomorrow."""

from __future__ import annotations

import json
import os
from pathlib import Path

import torch
from loguru import logger

from oelala.models.speed.attention import (
    CANDIDATES,
    DEFAULT,
    AttentionShape,
    choose_backend,
    measure_backends,
)


class AttentionChoices:
    """One JSON file: the backend by card, torch version and shape. It may vanish at any time."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._known = _read(store)

    def of(self, shape: AttentionShape, device: torch.device) -> str:
        """The backend for this shape on this device, measured once; a processor has only torch's own."""
        if device.type != "cuda":
            return DEFAULT
        return self.kept(shape, device, torch.cuda.get_device_name(device))

    def kept(self, shape: AttentionShape, device: torch.device, card: str) -> str:
        """As `of`, for a device that goes by the name of `card`."""
        sample = shape.sample
        key = f"{card} | torch {torch.__version__} | {sample.tokens} × {sample.head_dim} {sample.dtype}"
        if key not in self._known:
            times = measure_backends(sample, device)
            self._known[key] = choose_backend(times)
            told = ", ".join(f"{name} {seconds * 1e3:.2f} ms" for name, seconds in times.items())
            logger.info("attention: {} of {}", self._known[key], told or "nothing else")
            self._save()
        return self._known[key]

    def _save(self) -> None:
        temporary = self._store.with_name(f".{self._store.name}.{os.getpid()}.part")
        try:
            self._store.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_text(json.dumps(self._known), encoding="utf-8")
            temporary.replace(self._store)
        except OSError as fault:
            logger.debug("the choice of attention is not remembered: {}", fault)


def _read(store: Path) -> dict[str, str]:
    try:
        known = json.loads(store.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {key: one for key, one in known.items() if one in CANDIDATES} if isinstance(known, dict) else {}
