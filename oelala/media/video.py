"""Clips on disk: H.264 in mp4, written, verified and read through ffmpeg.

Frames are RGB, uint8, (height, width, 3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from oelala.errors import OelalaError
from oelala.media.faults import disk_fault, disk_full
from oelala.media.ffmetadata import parse_tags, write_tags
from oelala.media.ffmpeg import SAFE_INPUT, Ffmpeg, file_argument
from oelala.media.frame_list import FRAME_LIST, FrameList, list_frames
from oelala.media.timing import is_even, repeats

Frame = NDArray[np.uint8]
PATIENCE = 20.0  # seconds that ffmpeg may look at a file without giving a frame
MAX_METADATA = 4 * 2**20
MOVING = "0:V:0"  # the first film in a file; not the cover of a song
SQUARE = "scale='trunc(iw*sar+0.5)':ih,setsar=1"
_CRF = 17  # hard to tell from the original
# Frames that x264 looks ahead; 40 by itself, and most of a short clip is encoded only once its last frame is
# there. Size (−1 %) and likeness (SSIM 0.963) stay.
_LOOKAHEAD = 10
_SCALER = "bicubic+accurate_rnd+full_chroma_int"
# Untagged clips are shown in other colours by every other player; the frames' tags win over -color_… options.
_TO_BT709 = (
    f"scale=out_color_matrix=bt709:out_range=limited:flags={_SCALER},format=yuv420p,"
    "setparams=range=limited:colorspace=bt709:color_primaries=bt709:color_trc=bt709"
)


@dataclass(frozen=True, slots=True)
class VideoSpec:
    """Sizes in pixels, `fps` in frames per second: the mean of a film that is not `even` in time."""

    width: int
    height: int
    num_frames: int
    fps: float
    even: bool = True


def write_video(
    path: Path,
    frames: Iterable[Frame],
    spec: VideoSpec,
    metadata: Mapping[str, str] | None = None,
    on_frame: Callable[[int], None] | None = None,
) -> None:
    """Write H.264 yuv420p, BT.709, with the index in front (+faststart); an existing file is replaced.

    `metadata` become the mp4's tags. `on_frame(n)` is called after the n-th frame (from 1) and may raise to
    stop. Whatever is raised, ffmpeg is dead and no file is left. Raises OelalaError ("out-of-disk",
    "not-writable", "bad-output"), and ValueError for frames or sizes that cannot be written.
    """
    if spec.width % 2 or spec.height % 2:
        raise ValueError(f"H.264 with 4:2:0 colour needs even sizes, not {spec.width} × {spec.height}")
    complete = False
    try:
        with _tags_beside(path, metadata or {}) as tags:
            _encode(path, frames, spec, tags, on_frame)
        complete = True
    finally:
        if not complete:
            remove_quietly(path)


def tag_video(source: Path, path: Path, metadata: Mapping[str, str]) -> None:
    """Copy the frames of a clip, untouched, to `path` with `metadata` as its tags and the index in front.

    For what is known only once all frames are there. Raises OelalaError as `write_video` does.
    """
    complete = False
    try:
        with _tags_beside(path, metadata) as tags, Ffmpeg(_tag_arguments(source, path, tags)) as run:
            if run.finish():
                raise _writing_fault(path, run)
        complete = True
    finally:
        if not complete:
            remove_quietly(path)


def verify_video(path: Path, spec: VideoSpec) -> None:
    """Decode every frame; OelalaError ("bad-output") unless their number and size are those of `spec`."""
    arguments = [
        *SAFE_INPUT, "-xerror", "-err_detect", "explode", "-i", file_argument(path),
        "-map", "0:v:0", "-fps_mode", "passthrough", *FRAME_LIST,
    ]  # fmt: skip
    with Ffmpeg(arguments, patience=PATIENCE) as run:
        found, status = list_frames(run), run.finish()
        if status:
            raise OelalaError("bad-output", reason=run.reason)
    wanted = (spec.width, spec.height, spec.num_frames)
    if (found.width, found.height, found.num_frames) != wanted:
        shape = "{} × {} × {}".format
        reason = f"{shape(found.width, found.height, found.num_frames)} ≠ {shape(*wanted)}"
        raise OelalaError("bad-output", reason=reason)


def probe(path: Path) -> VideoSpec:
    """Size (upright, with square pixels: as players show it), number of frames and rate; of the frames only
    the first is decoded. Raises OelalaError ("unreadable-file", "not-a-film", "film-without-picture")."""
    width, height = _size_as_seen(path)
    found = _frames_of(path)
    return VideoSpec(width, height, found.num_frames, found.fps, is_even(found.times))


def _frames_of(path: Path) -> FrameList:
    arguments = [
        *SAFE_INPUT, "-i", file_argument(path), "-map", MOVING, "-c", "copy", *FRAME_LIST,
    ]  # fmt: skip
    with Ffmpeg(arguments, patience=PATIENCE) as run:
        found, status = list_frames(run), run.finish()
        if status or not found.num_frames:
            raise _unreadable(path, run)
    return found


def _size_as_seen(path: Path) -> tuple[int, int]:
    arguments = [
        *SAFE_INPUT, "-i", file_argument(path), "-map", MOVING, "-vf", SQUARE, "-frames:v", "1",
        *FRAME_LIST,
    ]  # fmt: skip
    with Ffmpeg(arguments, patience=PATIENCE) as run:
        found, status = list_frames(run), run.finish()
        if status:
            raise _unreadable(path, run)
    if not found.num_frames:
        raise OelalaError("film-without-picture", name=path.name)
    return found.width, found.height


def read_frames(path: Path) -> Iterator[Frame]:
    """Every frame in order, of the size that `probe` tells. Raises as it does, and where decoding fails."""
    width, height = _size_as_seen(path)
    arguments = [
        *SAFE_INPUT, "-i", file_argument(path), "-map", MOVING, "-fps_mode", "passthrough",
        "-vf", f"scale={width}:{height}:flags={_SCALER}",
        "-pix_fmt", "rgb24", "-f", "rawvideo", "pipe:1",
    ]  # fmt: skip
    size = width * height * 3
    with Ffmpeg(arguments, patience=PATIENCE) as run:
        while len(data := run.read(size)) == size:
            yield np.frombuffer(data, np.uint8).reshape(height, width, 3)
        if run.finish():
            raise _unreadable(path, run)


def read_evenly(path: Path, fps: float) -> Iterator[Frame]:
    """As `read_frames`; of a film that is not even in time so many a second, each when it is to be seen."""
    found = _frames_of(path)
    if is_even(found.times):
        yield from read_frames(path)
        return
    counts = repeats(found.times, found.end, fps)
    for frame, count in zip(read_frames(path), counts, strict=False):
        yield from repeat(frame, count)


def read_metadata(path: Path) -> dict[str, str]:
    """The tags of the file (`comment`, `title`, …). Raises OelalaError ("unreadable-file")."""
    arguments = [*SAFE_INPUT, "-i", file_argument(path), "-f", "ffmetadata", "pipe:1"]
    with Ffmpeg(arguments, patience=PATIENCE) as run:
        text = run.read(MAX_METADATA)
        if len(text) == MAX_METADATA or run.finish():
            raise OelalaError("unreadable-file", name=path.name, reason=run.reason)
    return parse_tags(text.decode("utf-8", "replace"))


def remove_quietly(path: Path) -> None:
    """Remove a file if it is there and can be removed: for the way out of another fault."""
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return


@contextmanager
def _tags_beside(path: Path, metadata: Mapping[str, str]) -> Iterator[Path]:
    """A file, because a command line has no room for long prompts (Windows: 32,767 characters in all)."""
    tags = path.with_name(f"{path.name}.tags.part")
    try:
        try:
            tags.write_bytes(write_tags(metadata))
        except OSError as fault:
            raise disk_fault(fault, path.parent) from fault
        yield tags
    finally:
        remove_quietly(tags)


def _encode(
    path: Path,
    frames: Iterable[Frame],
    spec: VideoSpec,
    tags: Path,
    on_frame: Callable[[int], None] | None,
) -> None:
    count = 0
    with Ffmpeg(_encode_arguments(path, spec, tags), feed=True) as run:
        for count, frame in enumerate(frames, 1):
            if frame.shape != (spec.height, spec.width, 3) or frame.dtype != np.uint8:
                raise ValueError(f"frame {count}: {frame.shape} {frame.dtype} is not {spec}")
            if not run.write(np.ascontiguousarray(frame).data):
                break
            if on_frame is not None:
                on_frame(count)
        if run.finish():
            raise _writing_fault(path, run)
    if count != spec.num_frames:
        raise OelalaError("bad-output", reason=f"{count} ≠ {spec.num_frames}")


def _encode_arguments(path: Path, spec: VideoSpec, tags: Path) -> list[str]:
    return [
        "-y", "-f", "rawvideo", "-pixel_format", "rgb24", "-video_size", f"{spec.width}x{spec.height}",
        "-framerate", f"{spec.fps:g}", "-i", "pipe:0", "-f", "ffmetadata", "-i", file_argument(tags),
        "-map", "0:v", "-map_metadata", "1",
        "-vf", _TO_BT709, "-c:v", "libx264", "-preset", "medium", "-crf", str(_CRF),
        "-rc-lookahead", str(_LOOKAHEAD), "-pix_fmt", "yuv420p",
        "-movflags", "+faststart", "-f", "mp4", file_argument(path),
    ]  # fmt: skip


def _tag_arguments(source: Path, path: Path, tags: Path) -> list[str]:
    return [
        "-y", *SAFE_INPUT, "-i", file_argument(source), "-f", "ffmetadata", "-i", file_argument(tags),
        "-map", "0:v", "-map_metadata", "1", "-c", "copy",
        "-movflags", "+faststart", "-f", "mp4", file_argument(path),
    ]  # fmt: skip


def _unreadable(path: Path, run: Ffmpeg) -> OelalaError:
    if "matches no streams" in run.complaint:
        return OelalaError("film-without-picture", name=path.name)
    if "not on whitelist" in run.complaint:
        return OelalaError("not-a-film", name=path.name)
    return OelalaError("unreadable-file", name=path.name, reason=run.reason)


def _writing_fault(path: Path, run: Ffmpeg) -> OelalaError:
    if "No space left" in run.complaint or "quota exceeded" in run.complaint:
        return disk_full(path.parent)
    if any(word in run.complaint for word in ("Permission denied", "Read-only", "Not a directory")):
        return OelalaError("not-writable", path=str(path.parent))
    return OelalaError("bad-output", reason=run.reason)
