"""What a job leaves behind: a verified mp4, with a poster and its settings beside it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from oelala.library.files import PART, flush_folder, flush_to_disk, write_json
from oelala.library.gallery import Output, list_outputs
from oelala.library.naming import document_of, final_path, poster_of, tail_of
from oelala.library.provenance import as_tags, describe, read_settings_of
from oelala.library.workspace import Workspace, require_writable
from oelala.media.faults import disk_fault
from oelala.media.image import write_poster
from oelala.media.video import VideoSpec, read_frames, remove_quietly, verify_video, write_video
from oelala.progress import Progress, RunContext
from oelala.tasks.base import Task
from oelala.tasks.job import JobResult

__all__ = [
    "Output",
    "SaveClip",
    "final_path",
    "list_outputs",
    "read_settings_of",
    "require_room",
    "save_clip",
]

# An mp4 of this quality rarely needs a tenth of its raw frames; the rest is for the files beside it.
_RAW_SHARE = 10
_MARGIN = 2 * 2**20


@dataclass(frozen=True, slots=True)
class SaveClip:
    """`frames`: uint8 RGB (T, H, W, 3). `provenance`: JSON values (model, file hashes, versions, timings).
    `before`: a clip whose frames come first, and how many those are; they pass through one at a time.
    """

    workspace: Workspace
    context: RunContext
    task: Task
    frames: NDArray[np.uint8]
    fps: float
    provenance: Mapping[str, Any]
    before: tuple[Path, int] | None = None

    @property
    def video(self) -> VideoSpec:
        num_frames, height, width, _ = self.frames.shape
        earlier = 0 if self.before is None else self.before[1]
        return VideoSpec(width, height, earlier + num_frames, self.fps)

    def all_frames(self) -> Iterator[NDArray[np.uint8]]:
        if self.before is not None:
            yield from islice(read_frames(self.before[0]), self.before[1])
        yield from self.frames


def require_room(workspace: Workspace, video: VideoSpec) -> None:
    """For before the work: "not-writable" or "out-of-disk" now, rather than after an hour of denoising."""
    require_writable(workspace.outputs)
    raw = video.width * video.height * 3 * video.num_frames
    workspace.require_space(raw // _RAW_SHARE + _MARGIN)


def save_clip(clip: SaveClip) -> JobResult:
    """Write, verify by decoding, and only then put mp4, poster and JSON under their names, the mp4 last.

    Checks for cancel at every frame. Raises OelalaError ("out-of-disk", "not-writable", "bad-output") and
    Cancelled; then nothing is left behind. `JobResult.output` is the mp4.
    """
    title = _title(clip.task)
    path = final_path(clip.workspace, clip.context, title)
    require_room(clip.workspace, clip.video)
    drafts = _Drafts(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        document = describe(clip.task, clip.context, clip.video, clip.provenance)
        middle = _write_video(clip, drafts.video, as_tags(document, title))
        write_poster(drafts.poster, middle)
        write_json(drafts.document, document)
        clip.context.cancel.check()
        drafts.publish()
        _drop_former(clip, path)
    except OSError as fault:
        raise disk_fault(fault, path.parent) from fault
    finally:
        drafts.discard()
    return JobResult(clip.workspace.relative(path), _details(clip, path))


class _Drafts:
    """The three files of one output under temporary names in the folder where they belong."""

    def __init__(self, path: Path) -> None:
        self._targets = [document_of(path), poster_of(path), path]
        mark = secrets.token_hex(4)  # an ffmpeg of a killed attempt may still be closing its own draft
        self._drafts = [target.with_name(f".{target.name}.{mark}{PART}") for target in self._targets]
        self.document, self.poster, self.video = self._drafts

    def publish(self) -> None:
        """What is at the final path is on the disk before its name is; the mp4's name comes last."""
        for draft in self._drafts:
            with draft.open("rb+") as file:
                flush_to_disk(file.fileno())
        for draft, target in zip(self._drafts, self._targets, strict=True):
            draft.replace(target)
        day = self._targets[0].parent
        flush_folder(day)
        flush_folder(day.parent)

    def discard(self) -> None:
        """Remove what was not published, and what was without its mp4."""
        for draft in self._drafts:
            remove_quietly(draft)
        if not self._targets[-1].exists():
            for target in self._targets:
                remove_quietly(target)


def _write_video(clip: SaveClip, path: Path, tags: Mapping[str, str]) -> NDArray[np.uint8]:
    """Returns the frame in the middle."""
    total = clip.video.num_frames
    middle: list[NDArray[np.uint8]] = []

    def passing() -> Iterator[NDArray[np.uint8]]:
        for number, frame in enumerate(clip.all_frames()):
            if number == total // 2:
                middle.append(frame)
            yield frame

    report, cancel = clip.context.report, clip.context.cancel

    def on_frame(count: int) -> None:
        cancel.check()
        report(Progress("saving", count, total))

    write_video(path, passing(), clip.video, tags, on_frame)
    verify_video(path, clip.video)
    return middle[0]


def _drop_former(clip: SaveClip, path: Path) -> None:
    """An earlier attempt may have published elsewhere: the computer's time zone has changed in between."""
    if clip.context.attempt > 1:
        for former in clip.workspace.outputs.glob(f"*/*-{tail_of(clip.context.job_id)}.mp4"):
            if former != path:
                for old in (former, poster_of(former), document_of(former)):
                    remove_quietly(old)


def _details(clip: SaveClip, path: Path) -> dict[str, Any]:
    return {
        "poster": clip.workspace.relative(poster_of(path)),
        "metadata": clip.workspace.relative(document_of(path)),
        "width": clip.video.width,
        "height": clip.video.height,
        "num_frames": clip.video.num_frames,
        "fps": clip.fps,
        "bytes": path.stat().st_size,
    }


def _title(task: Task) -> str:
    return str(getattr(task, "prompt", "") or task.kind)
