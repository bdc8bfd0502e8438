"""Bodies in frames: 33 landmarks a body by MediaPipe's pose landmarker, and their COCO-18 form.

The detector runs in a process of its own (`pose_child.py`), so that a crash or a hang of it costs an
OelalaError ("detector-failed") and nothing else.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from oelala.media import pose_child
from oelala.media.child import Child
from oelala.settings import ASSETS

MODEL = ASSETS / "pose" / "pose_landmarker_full.task"
NUM_LANDMARKS = pose_child.NUM_LANDMARKS
# Where each of the 18 joints of COCO (OpenPose's order) is among MediaPipe's 33; the neck (1) is made of both
# shoulders.
COCO18_LANDMARKS = (0, -1, 12, 14, 16, 11, 13, 15, 24, 26, 28, 23, 25, 27, 5, 2, 8, 7)
_SHOULDERS = (11, 12)
_NECK = 1
# The detector is unsure on smaller pictures than it was trained on, and no surer on larger ones.
_SMALLEST_SIDE, _LARGEST_SIDE = 512, 768
_CUT = 32.0  # of 255; films with much movement stay below 20 within a shot, and go beyond 40 between two

Frame = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class PoseSettings:
    """`mode` "image" looks at every frame on its own; "video" follows the body from frame to frame, which is
    smoother and faster, and starts afresh where it notices a cut. `num_poses` bodies at most are looked for,
    up to 8. Confidences in 0..1. Seconds: `patience` for one frame, `start_patience` for the detector to
    load."""

    mode: Literal["image", "video"] = "image"
    num_poses: int = 1
    min_detection_confidence: float = 0.5
    min_presence_confidence: float = 0.5
    min_tracking_confidence: float = 0.5
    patience: float = 30.0
    start_patience: float = 120.0
    model: Path = MODEL

    def __post_init__(self) -> None:
        if not 1 <= self.num_poses <= pose_child.MAX_POSES:
            raise ValueError(f"from 1 to {pose_child.MAX_POSES} bodies, not {self.num_poses}")


@dataclass(frozen=True, slots=True, eq=False)
class PoseTrack:
    """One body through T frames.

    `landmarks` (T, 33, 3), float32: x and y in 0..1 of the frame's width and height, y down, beyond 0..1
    where the body leaves the frame; z in widths of the frame, 0 between the hips, negative towards us.
    `visibility` (T, 33), float32, 0..1. `found` (T,), bool; all numbers of a frame without a body are 0.
    """

    landmarks: NDArray[np.float32]
    visibility: NDArray[np.float32]
    found: NDArray[np.bool_]

    @property
    def found_rate(self) -> float:
        """Share of the frames with a body; 0 without frames."""
        return float(self.found.mean()) if len(self.found) else 0.0

    def to_coco18(self) -> NDArray[np.float32]:
        """(T, 18, 3): x, y and confidence, in OpenPose's order. Confidence is the visibility; the neck is
        midway between the shoulders with the lesser of theirs. Customary: draw what has 0.5 or more."""
        joints = np.concatenate([self.landmarks[..., :2], self.visibility[..., None]], axis=-1)
        coco = joints[:, list(COCO18_LANDMARKS)]
        shoulders = joints[:, list(_SHOULDERS)]
        coco[:, _NECK, :2] = shoulders[..., :2].mean(axis=1)
        coco[:, _NECK, 2] = shoulders[..., 2].min(axis=1)
        return coco


@dataclass
class BodyFinder:
    """The detector, loaded once (about two seconds) for any number of clips; a context manager."""

    settings: PoseSettings = field(default_factory=PoseSettings)

    def __enter__(self) -> Self:
        self._answer = pose_child.answer_struct(self.settings.num_poses)
        program = [sys.executable, "-P", str(Path(pose_child.__file__)), self._settings_as_json()]
        with ExitStack() as stack:
            self._child = stack.enter_context(Child(program))
            self._child.read(len(pose_child.READY), self.settings.start_patience)
            self._until_exit = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._until_exit.close()

    @property
    def pid(self) -> int:
        """The detector's process."""
        return self._child.pid

    def track(
        self, frames: Iterable[Frame], fps: float = 16.0, on_frame: Callable[[int], None] | None = None
    ) -> PoseTrack:
        """The most prominent body in frames (H, W, 3), RGB, uint8, of any sizes.

        `fps` matters in "video" mode only. `on_frame(n)` is called after the n-th frame (from 1) and may
        raise to stop; the finder must be left then. Raises OelalaError ("detector-failed"), and ValueError
        for arrays that are no frames.
        """
        answers = [_first(bodies) for bodies in self.look(frames, fps, on_frame)]
        points = np.array(answers, np.float32).reshape(len(answers), NUM_LANDMARKS, 4)
        return PoseTrack(points[..., :3].copy(), points[..., 3].copy(), np.any(points, axis=(1, 2)))

    def look(
        self, frames: Iterable[Frame], fps: float = 16.0, on_frame: Callable[[int], None] | None = None
    ) -> Iterator[NDArray[np.float32]]:
        """The bodies of each frame (n, 33, 4), n from 0 to `num_poses`, in no particular order: x, y and z as
        in `PoseTrack`, and the visibility. Two frames at most are held at a time.

        Arguments and faults as in `track`; a caller that stops halfway must leave the finder.
        """
        waiting: _Canvas | None = None
        done = 0
        for number, frame in enumerate(frames):
            canvas = _Canvas.of(frame)
            first = waiting is None or (self.settings.mode == "video" and canvas.is_cut_after(waiting))
            # The next frame is on its way while the detector looks at this one.
            self._send(canvas, round(number * 1000 / min(fps, 1000.0)), first=first)
            if waiting is not None:
                yield self._receive(waiting)
                _report(on_frame, done := done + 1)
            waiting = canvas
        if waiting is not None:
            yield self._receive(waiting)
            _report(on_frame, done + 1)

    def _send(self, canvas: _Canvas, milliseconds: int, *, first: bool) -> None:
        height, width = canvas.pixels.shape[:2]
        head = pose_child.REQUEST.pack(height, width, milliseconds, first)
        self._child.write([head, canvas.pixels.data], self.settings.patience)

    def _receive(self, canvas: _Canvas) -> NDArray[np.float32]:
        data = self._child.read(self._answer.size, self.settings.patience)
        count, *numbers = self._answer.unpack(data)
        bodies = np.array(numbers, np.float32).reshape(-1, NUM_LANDMARKS, 4)[:count]
        canvas.undo(bodies)
        return bodies

    def _settings_as_json(self) -> str:
        names = (
            "mode",
            "num_poses",
            "min_detection_confidence",
            "min_presence_confidence",
            "min_tracking_confidence",
        )
        values = {name: getattr(self.settings, name) for name in names}
        return json.dumps({**values, "model": str(self.settings.model)})


def find_bodies(
    frames: Iterable[Frame],
    settings: PoseSettings | None = None,
    fps: float = 16.0,
    on_frame: Callable[[int], None] | None = None,
) -> PoseTrack:
    """One clip's body; `BodyFinder.track` says what goes in and what is raised. For many clips use that."""
    with BodyFinder(settings or PoseSettings()) as finder:
        return finder.track(frames, fps, on_frame)


@dataclass(frozen=True, slots=True)
class _Canvas:
    """A frame as the detector likes it: of a middling size, and square, because MediaPipe's landmarks are off
    on other shapes ("Using NORM_RECT without IMAGE_DIMENSIONS is only supported for the square ROI")."""

    pixels: Frame
    width_share: float
    height_share: float

    @classmethod
    def of(cls, frame: Frame) -> _Canvas:
        if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8 or not frame.size:
            raise ValueError(f"a frame is (height, width, 3), uint8; not {frame.shape} {frame.dtype}")
        height, width = frame.shape[:2]
        side = max(height, width)
        scale = min(max(side, _SMALLEST_SIDE), _LARGEST_SIDE) / side
        if scale != 1:
            size = (max(1, round(width * scale)), max(1, round(height * scale)))
            frame = cv2.resize(
                frame, size, interpolation=cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
            ).astype(np.uint8, copy=False)
        height, width = frame.shape[:2]
        side = max(height, width)
        pixels = np.zeros((side, side, 3), np.uint8)
        pixels[:height, :width] = frame
        return cls(pixels, width / side, height / side)

    def is_cut_after(self, before: _Canvas) -> bool:
        """Whether it shows something else altogether: mean difference of 32 × 32 pixels."""
        if self.pixels.shape != before.pixels.shape:
            return True
        small = [
            cv2.resize(canvas.pixels, (32, 32), interpolation=cv2.INTER_AREA) for canvas in (self, before)
        ]
        return float(cv2.absdiff(*small).mean()) > _CUT * self.width_share * self.height_share

    def undo(self, points: NDArray[np.float32]) -> None:
        """(n, 33, 4), changed in place: from shares of the canvas to shares of the frame."""
        points[..., 0] /= self.width_share
        points[..., 1] /= self.height_share
        points[..., 2] /= self.width_share


def _first(bodies: NDArray[np.float32]) -> NDArray[np.float32]:
    return bodies[0] if len(bodies) else np.zeros((NUM_LANDMARKS, 4), np.float32)


def _report(on_frame: Callable[[int], None] | None, count: int) -> None:
    if on_frame is not None:
        on_frame(count)
