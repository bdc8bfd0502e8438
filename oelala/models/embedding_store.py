"""Encoded prompts on disk: a few kilobytes each instead of a text encoder of many gigabytes."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

import torch
from loguru import logger
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

LIMIT = 256 * 2**20  # bytes: some thousand prompts
_TENSOR, _DIGEST = "embeds", "sha256"


class EmbeddingStore:
    """One file for each key in `folder`, of together at most `limit` bytes; the longest unused goes first."""

    def __init__(self, folder: Path, limit: int = LIMIT) -> None:
        self._folder, self._limit = folder, limit

    def load(self, key: str) -> torch.Tensor | None:
        """As it was saved; None where it is not there, or not whole."""
        file = self._file(key)
        try:
            with safe_open(file, "pt") as opened:
                tensor: torch.Tensor = opened.get_tensor(_TENSOR)
                digest = (opened.metadata() or {}).get(_DIGEST)
            os.utime(file)
        except (OSError, SafetensorError):
            return None
        if digest != _digest(tensor):
            logger.debug("a kept prompt is damaged: {}", file.name)
            return None
        return tensor

    def save(self, key: str, embeds: torch.Tensor) -> None:
        """Remember it. A disk that does not let us is no fault: it is encoded again next time."""
        file, tensor = self._file(key), embeds.cpu().contiguous()
        part = file.with_name(f".{file.name}.{secrets.token_hex(4)}.part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            save_file({_TENSOR: tensor}, part, {_DIGEST: _digest(tensor)})
            part.replace(file)
            self._shrink()
        except (OSError, SafetensorError) as fault:
            logger.debug("a prompt is not kept: {}", fault)
            _remove(part)

    def _file(self, key: str) -> Path:
        return (
            self._folder / f"{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()}.safetensors"
        )

    def _shrink(self) -> None:
        files = [(file.stat(), file) for file in self._folder.iterdir() if file.is_file()]
        size = sum(found.st_size for found, _ in files)
        for found, file in sorted(files, key=lambda one: one[0].st_mtime_ns):
            if size <= self._limit:
                return
            file.unlink(missing_ok=True)
            size -= found.st_size


def _digest(tensor: torch.Tensor) -> str:
    about = f"{tensor.dtype} {tuple(tensor.shape)} ".encode()
    return hashlib.sha256(about + tensor.contiguous().view(torch.uint8).numpy().tobytes()).hexdigest()


def _remove(file: Path) -> None:
    try:
        file.unlink(missing_ok=True)
    except OSError:
        return
