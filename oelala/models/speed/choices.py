"""What has been measured on this machine, kept: the same task takes the same kernels tomorrow."""

from __future__ import annotations

from pathlib import Path

import torch
from loguru import logger

from oelala.models.json_store import read_json, write_json_quietly
from oelala.models.planning.attention import attention_key
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
        self._known = {key: one for key, one in read_json(store).items() if one in CANDIDATES}

    def of(self, shape: AttentionShape, device: torch.device) -> str:
        """The backend for this shape on this device, measured once; a processor has only torch's own."""
        if device.type != "cuda":
            return DEFAULT
        return self.kept(shape, device, torch.cuda.get_device_name(device))

    def kept(self, shape: AttentionShape, device: torch.device, card: str) -> str:
        """As `of`, for a device that goes by the name of `card`."""
        sample = shape.sample
        key = f"{attention_key(card, torch.__version__, sample.tokens)}{sample.head_dim} {sample.dtype}"
        if key not in self._known:
            times = measure_backends(sample, device)
            self._known[key] = choose_backend(times)
            told = ", ".join(f"{name} {seconds * 1e3:.2f} ms" for name, seconds in times.items())
            logger.info("attention: {} of {}", self._known[key], told or "nothing else")
            write_json_quietly(self._store, self._known)
        return str(self._known[key])
