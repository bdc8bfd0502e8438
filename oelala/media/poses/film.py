"""What a motion is taken from: a film, cut and brought to an even rate, or a single picture.

Frames come one at a time, upright (the rotation tag is followed), with square pixels, RGB, uint8.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from oelala.errors import OelalaError
from oelala.media.ffmpeg import SAFE_INPUT, Ffmpeg, file_argument
from oelala.media.picture import read_picture
from oelala.media.video import MOVING, PATIENCE, SQUARE, VideoSpec, probe, write_video

Frame = NDArray[np.uint8]
PICTURES = frozenset(
    {
        ".jpg",
        ".jpeg",
        ".jfif",  # what Windows calls many a JPEG
        ".png",
        ".webp",
        ".avif",
        ".bmp",
        ".tif",
        ".tiff",
        ".heic",
        ".heif",
    }  # refused with a word
)
# The detector looks at no more than this; a 4K film is brought down before it reaches this process.
LARGEST_SIDE = 768
CLOSE_SIDE = 1280  # for hands and faces
_LATEST = 1e6  # seconds; ffmpeg stumbles over far larger numbers


@dataclass(frozen=True, slots=True)
class Cut:
    """Which part of a film, in seconds from its start, and at how many frames a second; None: to the end, and
    the film's own rate. A film of varying rate comes out even."""

    start: float = 0.0
    end: float | None = None
    fps: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.start <= _LATEST or (self.end is not None and not self.start < self.end <= _LATEST):
            raise ValueError(f"nothing lies between {self.start} and {self.end} s")
        if self.fps is not None and not 0.1 <= self.fps <= 120:
            raise ValueError(f"{self.fps} frames a second")


WHOLE = Cut()


@dataclass(frozen=True, slots=True)
class Film:
    """`width`, `height`: as seen, in pixels. `seconds` of the whole film; a picture has 0. `fps`: its own,
    but at most 120."""

    path: Path
    width: int
    height: int
    seconds: float
    fps: float

    @property
    def is_picture(self) -> bool:
        return self.seconds == 0


def open_film(path: Path) -> Film:
    """Look at a film or a picture. Raises OelalaError ("no-motion-file") and what `probe` raises, or for a
    picture `read_picture`; but for one that moves "motion-moves"."""
    if not path.is_file():
        raise OelalaError("no-motion-file", name=path.name)
    if path.suffix.lower() in PICTURES:
        height, width = _picture(path).shape[:2]
        return Film(path, width, height, 0.0, 1.0)
    found = probe(path)
    fps = found.fps or 25.0
    return Film(path, found.width, found.height, found.num_frames / fps, min(fps, 120.0))


def frame_rate(film: Film, cut: Cut) -> float:
    """Of what `read_film` gives."""
    return cut.fps or film.fps


def num_frames(film: Film, cut: Cut) -> int:
    """About how many frames `read_film` gives: for a progress bar."""
    if film.is_picture:
        return 1
    end = film.seconds if cut.end is None else min(cut.end, film.seconds)
    return max(0, round((end - cut.start) * frame_rate(film, cut)))


def read_film(film: Film, cut: Cut = WHOLE, largest_side: int = LARGEST_SIDE) -> Iterator[Frame]:
    """The frames of that part, none larger than `largest_side`.

    Raises OelalaError ("unreadable-file"), "cut-empty" where the film ends before the part begins, and
    "film-without-picture" where all of it is to be seen before its start.
    """
    width, height = size_read(film, largest_side)
    if film.is_picture:
        frame = _picture(film.path)
        yield cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
        return
    count = 0
    raw = ["-pix_fmt", "rgb24", "-f", "rawvideo", "pipe:1"]
    with Ffmpeg([*_read(film, cut, width, height), *raw], patience=PATIENCE) as run:
        while len(data := run.read(width * height * 3)) == width * height * 3:
            count += 1
            yield np.frombuffer(data, np.uint8).reshape(height, width, 3)
        if run.finish():
            raise OelalaError("unreadable-file", name=film.path.name, reason=run.reason)
    if not count and cut.start == 0:
        raise OelalaError("film-without-picture", name=film.path.name)
    if not count:
        raise OelalaError("cut-empty", name=film.path.name, start=cut.start, seconds=round(film.seconds, 1))


def held(frames: Iterable[Frame], count: int) -> Iterator[Frame]:
    """So many of them; the last one stands still where they end early. None of none."""
    frame, source = None, iter(frames)
    for _ in range(count):
        frame = next(source, frame)
        if frame is not None:
            yield frame


def write_cut(path: Path, film: Film, cut: Cut, largest_side: int) -> VideoSpec:
    """That part as an H.264 mp4 of its own: upright, even in time, sides even. Raises as `read_film`."""
    width, height = (side + side % 2 for side in size_read(film, largest_side))
    if film.is_picture:
        spec = VideoSpec(width, height, 1, frame_rate(film, cut))
        write_video(
            path, [cv2.resize(_picture(film.path), (width, height)).astype(np.uint8, copy=False)], spec
        )
        return spec
    encode = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "14", "-pix_fmt", "yuv420p", "-f", "mp4"]
    with Ffmpeg([*_read(film, cut, width, height), *encode, file_argument(path)]) as run:
        if run.finish():
            raise OelalaError("unreadable-file", name=film.path.name, reason=run.reason)
    return probe(path)


def size_read(film: Film, largest_side: int = LARGEST_SIDE) -> tuple[int, int]:
    """Width and height of what `read_film` gives."""
    scale = min(1.0, largest_side / max(film.width, film.height))
    return max(2, round(film.width * scale)), max(2, round(film.height * scale))


def _read(film: Film, cut: Cut, width: int, height: int) -> list[str]:
    length = [] if cut.end is None else ["-t", f"{cut.end - cut.start:.6f}"]
    filters = f"fps={frame_rate(film, cut):.6g},{SQUARE},scale={width}:{height}:flags=area"
    return [
        *SAFE_INPUT, "-xerror", "-ss", f"{cut.start:.6f}", *length, "-i", file_argument(film.path),
        "-map", MOVING, "-an", "-vf", filters,
    ]  # fmt: skip


def _picture(path: Path) -> Frame:
    try:
        return np.asarray(read_picture(path))
    except OelalaError as fault:
        if fault.code != "picture-moves":
            raise
        raise OelalaError("motion-moves", **fault.values) from fault
