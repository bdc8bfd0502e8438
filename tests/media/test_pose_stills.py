"""Stills of a film: evenly spread, of long and short films, and of a picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from oelala.media.poses.film import Cut, open_film
from oelala.media.poses.stills import write_stills
from tests.media.films import ffmpeg, film


def grey(value: int) -> np.ndarray:
    return np.full((32, 64, 3), value, np.uint8)


def greys(sheet: Path, count: int, columns: int) -> list[int]:
    """The middle of each still."""
    pixels = np.asarray(Image.open(sheet).convert("L"))
    high, wide = pixels.shape[0] // -(-count // columns), pixels.shape[1] // columns
    places = [(one // columns, one % columns) for one in range(count)]
    return [int(pixels[row * high + high // 2, column * wide + wide // 2]) for row, column in places]


def test_stills_are_spread_over_the_film(tmp_path: Path) -> None:
    values = [20 + 5 * index for index in range(36)]
    source = film(tmp_path / "grey.mp4", [grey(value) for value in values], fps=12)
    write_stills(tmp_path / "sheet.webp", open_film(source), 12, Cut(0, 3.0))
    shown = greys(tmp_path / "sheet.webp", 12, 10)
    assert shown == pytest.approx(values[1::3], abs=8)
    assert Image.open(tmp_path / "sheet.webp").size == (640, 64)
    write_stills(tmp_path / "sheet.webp", open_film(source), 40, Cut(0, 4.0))
    assert greys(tmp_path / "sheet.webp", 40, 10)[-4:] == pytest.approx([values[-1]] * 4, abs=8), "it ended"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_long_film_and_a_picture_have_stills_too(tmp_path: Path) -> None:
    hour = tmp_path / "hour.mp4"
    ffmpeg(
        "-f", "lavfi", "-i", "color=gray:size=64x32:rate=1", "-t", "3600", "-preset", "ultrafast", str(hour)
    )
    write_stills(tmp_path / "sheet.webp", open_film(hour), 120, Cut(0, 3600))
    assert Image.open(tmp_path / "sheet.webp").size == (640, 12 * 32)
    assert greys(tmp_path / "sheet.webp", 120, 10) == pytest.approx([128] * 120, abs=6)
    Image.fromarray(grey(90)).save(tmp_path / "one.png")
    write_stills(tmp_path / "one.webp", open_film(tmp_path / "one.png"), 1, Cut(0, 1.0))
    assert Image.open(tmp_path / "one.webp").size == (64, 32)
