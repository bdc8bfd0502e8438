"""An output whose frames are encoded while the next are made, so that a long clip is never held whole."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from oelala.library.drafts import Drafts
from oelala.library.outputs import NewClip, publish, require_room
from oelala.library.provenance import as_tags
from oelala.media.faults import disk_fault
from oelala.media.frame_writer import FrameWriter
from oelala.media.video import tag_video
from oelala.progress import Progress
from oelala.tasks.job import JobResult


class ClipWriter:
    """A context manager; unless `finish` has answered, nothing is left behind.

    What is told of the clip, such as how long decoding took, is known after its last frame only: it is put
    in while the encoded frames are copied. Promises and raises what `save_clip` does.
    """

    def __init__(self, clip: NewClip) -> None:
        self._clip = clip
        self._drafts = Drafts(clip.path)
        self._frames = FrameWriter(self._drafts.frames, clip.video, clip.context.cancel.check)
        self._handed_over = 0
        self._encoded = False
        self._poster: NDArray[np.uint8] | None = None

    def __enter__(self) -> Self:
        require_room(self._clip.workspace, self._clip.video)
        try:
            self._clip.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise disk_fault(fault, self._clip.path.parent) from fault
        self._frames.__enter__()
        return self

    def write(self, frames: NDArray[np.uint8]) -> None:
        """The next frames (t, H, W, 3), RGB; waits while too many are not encoded yet."""
        for frame in frames:
            if self._handed_over == self._clip.video.num_frames // 2:
                self._poster = frame.copy()
            self._frames.put(frame)
            self._handed_over += 1

    def encoded(self) -> Path:
        """Wait for the last frame. The file has every frame as the clip will have it, for the tags are put in
        without touching them: for what is to be told of the clip as it is seen."""
        if not self._encoded:
            self._frames.finish(self._on_wait)
            self._encoded = True
        return self._drafts.frames

    def finish(self, provenance: Mapping[str, Any]) -> JobResult:
        """Wait for the last frame, verify, and put everything under its name."""
        clip = self._clip
        self.encoded()
        self._on_wait(clip.video.num_frames)
        document = clip.document(provenance)
        try:
            tag_video(self._drafts.frames, self._drafts.video, as_tags(document, clip.title))
            assert self._poster is not None  # as many frames as announced have been written
            return publish(clip, self._drafts, self._poster, document)
        except OSError as fault:
            raise disk_fault(fault, clip.path.parent) from fault

    def _on_wait(self, written: int) -> None:
        self._clip.context.cancel.check()
        self._clip.context.report(Progress("saving", written, self._clip.video.num_frames))

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._frames.__exit__(kind, fault, trace)
        self._drafts.discard()
