"""Decoded pictures on their way to main memory, as bytes."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

Frames = NDArray[np.uint8]


def as_bytes(video: torch.Tensor) -> Frames:
    """(T, 3, H, W) in 0 … 1 to RGB frames (T, H, W, 3)."""
    frames = np.empty((video.shape[0], *video.shape[2:], video.shape[1]), np.uint8)
    for number, frame in enumerate(video):  # one at a time: a long clip's float copy would double the memory
        frames[number] = _rounded(frame).permute(1, 2, 0).cpu().numpy()
    return frames


def frames_out(chunks: Iterable[torch.Tensor]) -> Generator[Frames]:
    """`as_bytes` of each chunk. From a card they come back while it works on the next chunk, which is asked
    for first: so the card never waits for whoever takes the frames. On a processor, at once.
    """
    before: tuple[torch.Tensor, Any] | None = None
    for chunk in chunks:
        if chunk.device.type != "cuda":
            yield as_bytes(chunk)
            continue
        coming = _start(chunk)
        if before is not None:
            yield _arrived(*before)
        before = coming
    if before is not None:
        yield _arrived(*before)


def _rounded(pictures: torch.Tensor) -> torch.Tensor:
    return (pictures * 255).round_().to(torch.uint8)


def _start(chunk: torch.Tensor) -> tuple[torch.Tensor, Any]:
    """Memory that the bytes are on their way to, and the event of their arrival."""
    made = _rounded(chunk).permute(0, 2, 3, 1).contiguous()
    memory = torch.empty(made.shape, dtype=torch.uint8, pin_memory=True)
    memory.copy_(made, non_blocking=True)
    arrival = torch.cuda.Event()
    arrival.record(torch.cuda.current_stream(chunk.device))
    return memory, arrival


def _arrived(memory: torch.Tensor, arrival: Any) -> Frames:
    arrival.synchronize()
    frames: Frames = memory.numpy()
    return frames
