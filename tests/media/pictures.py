"""Pictures as people have them: of every mode, turned, with profiles, and broken in every way."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

RED, GREEN = (200, 30, 40), (20, 160, 60)


def two_halves(width: int = 96, height: int = 64) -> Image.Image:
    """Red on the left, green on the right."""
    picture = Image.new("RGB", (width, height), RED)
    picture.paste(GREEN, (width // 2, 0, width, height))
    return picture


def save(picture: Image.Image, path: Path, **options: object) -> Path:
    picture.save(path, **options)  # type: ignore[arg-type]
    return path


def sixteen_bit_grey(path: Path) -> Path:
    """A ramp over the whole range, in a 16-bit PNG."""
    ramp = np.tile(np.linspace(0, 65535, 64).astype(np.uint16), (48, 1))
    return save(Image.fromarray(ramp), path)


def animation(path: Path) -> Path:
    frames = [two_halves(), two_halves().rotate(180)]
    return save(frames[0], path, save_all=True, append_images=frames[1:], duration=100)


def truncated(path: Path) -> Path:
    noise = np.random.default_rng(0).integers(0, 255, (200, 200, 3), np.uint8)
    save(Image.fromarray(noise), path, quality=95)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


def huge_png(path: Path, side: int = 20_000) -> Path:
    """Its header alone says how large it is: 20,000 × 20,000 in a few kilobytes."""
    return save(Image.new("1", (side, side)), path, optimize=False)


def heic(path: Path) -> Path:
    path.write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 200)
    return path
