"""Several films next to each other as one: driver, skeleton, result."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from oelala.media.faults import disk_fault
from oelala.media.video import VideoSpec, remove_quietly, verify_video, write_video

Frame = NDArray[np.uint8]


def side_by_side(films: Sequence[Iterable[Frame]], height: int) -> Iterator[Frame]:
    """Frames of one height, from left to right, none stretched; who ends early stands still, and the last one
    says how long it takes. Width and height are even."""
    *others, last = [iter(film) for film in films]
    held: list[Frame | None] = [None] * len(others)
    for frame in last:
        held = [next(film, before) for film, before in zip(others, held, strict=True)]
        row = [_at_height(one, height) for one in (*held, frame) if one is not None]
        whole = np.concatenate(row, axis=1)
        yield np.pad(whole, ((0, whole.shape[0] % 2), (0, whole.shape[1] % 2), (0, 0)))


def write_side_by_side(
    path: Path, films: Sequence[Iterable[Frame]], height: int, num_frames: int, fps: float
) -> None:
    """As H.264 in mp4; `num_frames` of the last film. An existing file is replaced once the new one is whole.
    Raises as `write_video`."""
    frames = side_by_side(films, height)
    first = next(frames)
    spec = VideoSpec(first.shape[1], first.shape[0], num_frames, fps)
    part = path.with_name(f"{path.name}.part")
    try:
        write_video(part, chain((first,), frames), spec)
        verify_video(part, spec)
        os.replace(part, path)
    except OSError as fault:
        raise disk_fault(fault, path.parent) from fault
    finally:
        remove_quietly(part)


def _at_height(frame: Frame, height: int) -> Frame:
    if frame.shape[0] == height:
        return frame
    size = (max(1, round(frame.shape[1] * height / frame.shape[0])), height)
    way = cv2.INTER_AREA if frame.shape[0] > height else cv2.INTER_CUBIC
    return cv2.resize(frame, size, interpolation=way).astype(np.uint8, copy=False)
