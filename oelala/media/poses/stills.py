"""A film as some small stills in one picture, for a page to show behind the skeleton found in it."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from oelala.media.faults import disk_fault
from oelala.media.poses.film import WHOLE, Cut, Film, held, read_film
from oelala.media.video import remove_quietly

MOST, COLUMNS = 120, 10
SIDE = 320  # pixels of a still's longer side
_LEAST_RATE = 0.1  # stills a second; `Cut` knows no less

Frame = NDArray[np.uint8]


def write_stills(path: Path, film: Film, count: int, cut: Cut) -> None:
    """`count` stills, one for each `count`-th of a cut that has an end, row by row in `COLUMNS` columns, as
    WebP. An existing file is replaced once the new one is whole. Raises OelalaError as `read_film` does, and
    "out-of-disk", "not-writable"."""
    part = path.with_name(f".{path.name}.part")
    try:
        Image.fromarray(_sheet(_stills(film, count, cut), count)).save(part, "WEBP", quality=70, method=2)
        os.replace(part, path)
    except OSError as fault:
        raise disk_fault(fault, path.parent) from fault
    finally:
        remove_quietly(part)


def _stills(film: Film, count: int, cut: Cut) -> Iterable[Frame]:
    if film.is_picture:
        return read_film(film, WHOLE, SIDE)
    assert cut.end is not None
    rate = min(count / (cut.end - cut.start), film.fps)
    if rate >= _LEAST_RATE:
        return read_film(film, replace(cut, fps=rate), SIDE)
    many = read_film(film, replace(cut, fps=_LEAST_RATE), SIDE)
    every = _LEAST_RATE / rate
    return (frame for index, frame in enumerate(many) if index % every < 1)


def _sheet(frames: Iterable[Frame], count: int) -> Frame:
    """Where the film ends early its last still is shown on."""
    columns = min(COLUMNS, count)
    sheet = np.zeros((1, 1, 3), np.uint8)
    for index, frame in enumerate(held(frames, count)):
        height, width = frame.shape[:2]
        if not index:
            sheet = np.zeros((height * math.ceil(count / columns), width * columns, 3), np.uint8)
        top, left = index // columns * height, index % columns * width
        sheet[top : top + height, left : left + width] = frame
    return sheet
