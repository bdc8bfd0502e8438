"""What a job leaves behind: a verified mp4, with a poster and its settings beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from oelala.library.drafts import Drafts
from oelala.library.files import write_json
from oelala.library.gallery import Output, list_outputs
from oelala.library.naming import document_of, final_path, poster_of, tail_of
from oelala.library.provenance import as_tags, describe, read_settings_of
from oelala.library.workspace import Workspace, require_writable
from oelala.media.faults import disk_fault
from oelala.media.image import write_poster
from oelala.media.video import Frame, VideoSpec, read_evenly, remove_quietly, verify_video, write_video
from oelala.progress import Progress, RunContext
from oelala.tasks.base import Task
from oelala.tasks.job import JobResult

__all__ = [
    "NewClip",
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
class NewClip:
    """An output to be: of which job and task, how large and how long. `called`: its title, if not its prompt;
    looked up once, for its path depends on it."""

    workspace: Workspace
    context: RunContext
    task: Task
    video: VideoSpec
    called: str = ""

    @property
    def title(self) -> str:
        return self.called or str(getattr(self.task, "prompt", "") or self.task.kind)

    @property
    def path(self) -> Path:
        return final_path(self.workspace, self.context, self.title)

    def document(self, provenance: Mapping[str, Any]) -> dict[str, Any]:
        return describe(self.task, self.context, self.video, provenance)


@dataclass(frozen=True, slots=True)
class SaveClip:
    """`frames`: uint8 RGB (T, H, W, 3). `provenance`: JSON values (model, file hashes, versions, timings).
    `before`: a clip whose frames come first, and how many those are; they pass through one at a time, as
    `read_evenly` gives them.
    `called`: as in `NewClip`.
    """

    workspace: Workspace
    context: RunContext
    task: Task
    frames: NDArray[np.uint8]
    fps: float
    provenance: Mapping[str, Any]
    before: tuple[Path, int] | None = None
    called: str = ""

    @property
    def clip(self) -> NewClip:
        num_frames, height, width, _ = self.frames.shape
        earlier = 0 if self.before is None else self.before[1]
        video = VideoSpec(width, height, earlier + num_frames, self.fps)
        return NewClip(self.workspace, self.context, self.task, video, self.called)

    def all_frames(self) -> Iterator[Frame]:
        if self.before is not None:
            yield from islice(read_evenly(self.before[0], self.fps), self.before[1])
        yield from self.frames


def require_room(workspace: Workspace, video: VideoSpec) -> None:
    """For before the work: "not-writable" or "out-of-disk" now, rather than after an hour of denoising."""
    require_writable(workspace.outputs)
    raw = video.width * video.height * 3 * video.num_frames
    workspace.require_space(raw // _RAW_SHARE + _MARGIN)


def save_clip(request: SaveClip) -> JobResult:
    """Write, verify by decoding, and only then put mp4, poster and JSON under their names, the mp4 last.

    Checks for cancel at every frame. Raises OelalaError ("out-of-disk", "not-writable", "bad-output") and
    Cancelled; then nothing is left behind. `JobResult.output` is the mp4.
    """
    clip = request.clip
    require_room(clip.workspace, clip.video)
    drafts = Drafts(clip.path)
    try:
        clip.path.parent.mkdir(parents=True, exist_ok=True)
        document = clip.document(request.provenance)
        middle = _write_video(request, drafts.video, as_tags(document, clip.title))
        return publish(clip, drafts, middle, document)
    except OSError as fault:
        raise disk_fault(fault, clip.path.parent) from fault
    finally:
        drafts.discard()


def publish(clip: NewClip, drafts: Drafts, poster: Frame, document: Mapping[str, Any]) -> JobResult:
    """Verify the mp4 of `drafts`, put poster and JSON beside it, and all three under their names.

    Raises as `save_clip` does, and OSError.
    """
    verify_video(drafts.video, clip.video)
    write_poster(drafts.poster, poster)
    write_json(drafts.document, document)
    clip.context.cancel.check()
    drafts.publish()
    _drop_former(clip)
    return JobResult(clip.workspace.relative(clip.path), _details(clip))


def _write_video(request: SaveClip, path: Path, tags: Mapping[str, str]) -> Frame:
    """Returns the frame in the middle."""
    clip = request.clip
    total = clip.video.num_frames
    middle: list[Frame] = []

    def passing() -> Iterator[Frame]:
        for number, frame in enumerate(request.all_frames()):
            if number == total // 2:
                middle.append(frame)
            yield frame

    def on_frame(count: int) -> None:
        clip.context.cancel.check()
        clip.context.report(Progress("saving", count, total))

    write_video(path, passing(), clip.video, tags, on_frame)
    return middle[0]


def _drop_former(clip: NewClip) -> None:
    """An earlier attempt may have published elsewhere: the computer's time zone has changed in between."""
    if clip.context.attempt > 1:
        for former in clip.workspace.outputs.glob(f"*/*-{tail_of(clip.context.job_id)}.mp4"):
            if former != clip.path:
                for old in (former, poster_of(former), document_of(former)):
                    remove_quietly(old)


def _details(clip: NewClip) -> dict[str, Any]:
    return {
        "poster": clip.workspace.relative(poster_of(clip.path)),
        "metadata": clip.workspace.relative(document_of(clip.path)),
        "width": clip.video.width,
        "height": clip.video.height,
        "num_frames": clip.video.num_frames,
        "fps": clip.video.fps,
        "bytes": clip.path.stat().st_size,
    }
