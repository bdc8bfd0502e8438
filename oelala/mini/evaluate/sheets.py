"""Contact sheets: a strip of small pictures for each clip, kept one by one, and put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

SIDE = 128
_GAP = 6


@dataclass(frozen=True, slots=True)
class Sheet:
    """`FOLDER/NAME.png`, made of the strips in `FOLDER/strips`, `columns` of them side by side."""

    folder: Path
    name: str
    columns: int

    def add(self, number: int, pictures: Sequence[np.ndarray]) -> None:
        """Keep the strip of clip `number`: pictures (H, W, 3), uint8, from left to right."""
        small = [cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for picture in pictures]
        path = self._strip(number)
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.concatenate(small, 1)).save(path)

    def write(self, count: int) -> Path | None:
        """The first `count` clips' strips as one picture; None if there are none."""
        paths = [path for number in range(count) if (path := self._strip(number)).exists()]
        if not paths:
            return None
        strips = [np.asarray(Image.open(path).convert("RGB")) for path in paths]
        width = max(strip.shape[1] for strip in strips)
        lines = -(-len(strips) // self.columns)
        canvas = np.full(
            (lines * (SIDE + _GAP) - _GAP, self.columns * (width + _GAP) - _GAP, 3), 255, np.uint8
        )
        for place, strip in enumerate(strips):
            y, x = (place // self.columns) * (SIDE + _GAP), (place % self.columns) * (width + _GAP)
            canvas[y : y + SIDE, x : x + strip.shape[1]] = strip
        target = self.folder / f"{self.name}.png"
        Image.fromarray(canvas).save(target)
        return target

    def _strip(self, number: int) -> Path:
        return self.folder / "strips" / f"{self.name}-{number:03d}.png"
