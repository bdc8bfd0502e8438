"""Bodies in frames: 33 landmarks a body by MediaPipe's pose landmarker, and their COCO-18 form; hands and
faces with them where asked.

The detector runs in a process of its own (`detectors/`), so that a crash or a hang of it costs an
OelalaError ("detector-failed") and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from oelala.media.detectors import bodies
from oelala.media.detectors.detector import Detector
from oelala.media.pose_canvas import Canvas
from oelala.settings import ASSETS

MODEL = ASSETS / "pose" / "pose_landmarker_full.task"
HAND_MODEL = ASSETS / "pose" / "hand_landmarker.task"
FACE_MODEL = ASSETS / "pose" / "face_landmark.tflite"
NUM_LANDMARKS = bodies.NUM_LANDMARKS
# Where each of the 18 joints of COCO (OpenPose's order) is among MediaPipe's 33; the neck (1) is made of both
# shoulders.
COCO18_LANDMARKS = (0, -1, 12, 14, 16, 11, 13, 15, 24, 26, 28, 23, 25, 27, 5, 2, 8, 7)
_SHOULDERS = (11, 12)
_NECK = 1
# Pixels of a frame's longer side; hands and faces are a small part of it.
_SIDE, _CLOSE_SIDE = 768, 1280

Frame = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class PoseSettings:
    """`mode` "image" looks at every frame on its own; "video" follows the body from frame to frame, which is
    smoother and faster, and starts afresh where it notices a cut. `num_poses` bodies at most are looked for,
    up to 8, and with `hands`, `face` and `masks` those of each. Confidences in 0..1. Seconds: `patience` for
    one frame, `start_patience` for the detector to load."""

    mode: Literal["image", "video"] = "image"
    num_poses: int = 1
    hands: bool = False
    face: bool = False
    masks: bool = False
    min_detection_confidence: float = 0.5
    min_presence_confidence: float = 0.5
    min_tracking_confidence: float = 0.5
    patience: float = 30.0
    start_patience: float = 120.0
    model: Path = MODEL

    def __post_init__(self) -> None:
        if not 1 <= self.num_poses <= bodies.MAX_POSES:
            raise ValueError(f"from 1 to {bodies.MAX_POSES} bodies, not {self.num_poses}")


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


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The n people of one frame, in no particular order; places in shares of its width and height.

    `bodies` (n, 33, 4): x, y, z and visibility, as in `PoseTrack`. `hands` (n, 2, 21, 3), left and right, and
    `faces` (n, 68, 3): x, y and confidence, zeros where none was seen; no points where not asked for.
    `masks` (n, h, w), uint8: up to 255 where that body is, of some size, in the frame's shape; none (0, 0, 0)
    where not asked for.
    """

    bodies: NDArray[np.float32]
    hands: NDArray[np.float32]
    faces: NDArray[np.float32]
    masks: NDArray[np.uint8]


@dataclass
class BodyFinder:
    """The detector, loaded once (about two seconds) for any number of clips; a context manager."""

    settings: PoseSettings = field(default_factory=PoseSettings)

    def __enter__(self) -> Self:
        settings = self.settings
        parts = {"hands": settings.hands, "face": settings.face}
        self._shapes = bodies.shapes_of(settings.num_poses, **parts)
        self._answer = bodies.answer_struct(settings.num_poses, **parts, masks=settings.masks)
        self._side = _CLOSE_SIDE if settings.hands or settings.face else _SIDE
        times = (settings.patience, settings.start_patience)
        self._detector = Detector("bodies", _as_json(settings), self._answer.size, *times)
        self._detector.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._detector.__exit__(kind, fault, trace)

    @property
    def pid(self) -> int:
        """The detector's process."""
        return self._detector.pid

    def track(
        self, frames: Iterable[Frame], fps: float = 16.0, on_frame: Callable[[int], None] | None = None
    ) -> PoseTrack:
        """The most prominent body in frames (H, W, 3), RGB, uint8, of any sizes.

        `fps` matters in "video" mode only. `on_frame(n)` is called after the n-th frame (from 1) and may
        raise to stop; the finder must be left then. Raises OelalaError ("detector-failed"), and ValueError
        for arrays that are no frames.
        """
        answers = [_first(found) for found in self.look(frames, fps, on_frame)]
        points = np.array(answers, np.float32).reshape(len(answers), NUM_LANDMARKS, 4)
        return PoseTrack(points[..., :3].copy(), points[..., 3].copy(), np.any(points, axis=(1, 2)))

    def look(
        self, frames: Iterable[Frame], fps: float = 16.0, on_frame: Callable[[int], None] | None = None
    ) -> Iterator[NDArray[np.float32]]:
        """The bodies of each frame (n, 33, 4), n from 0 to `num_poses`, in no particular order: x, y and z as
        in `PoseTrack`, and the visibility. As `look_closely`."""
        for found in self.look_closely(frames, fps, on_frame):
            yield found.bodies

    def look_closely(
        self, frames: Iterable[Frame], fps: float = 16.0, on_frame: Callable[[int], None] | None = None
    ) -> Iterator[Found]:
        """The people of each frame, with hands and faces where the settings ask. Two frames at most are held
        at a time. Arguments and faults as in `track`; a caller that stops halfway must leave the finder.
        """
        waiting: Canvas | None = None
        done = 0
        for number, frame in enumerate(frames):
            canvas = Canvas.of(frame, self._side)
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

    def _send(self, canvas: Canvas, milliseconds: int, *, first: bool) -> None:
        self._detector.send(canvas.pixels, milliseconds, first=first)

    def _receive(self, canvas: Canvas) -> Found:
        count, *numbers, masks = self._answer.unpack(self._detector.receive())
        ends = np.cumsum([int(np.prod(shape)) for shape in self._shapes])
        parts = np.split(np.array(numbers, np.float32), ends[:-1])
        shaped = [part.reshape(shape)[:count] for part, shape in zip(parts, self._shapes, strict=True)]
        canvas.undo(*shaped)
        found, hands, faces = shaped
        return Found(found, hands, faces, self._masks(canvas, masks, count))

    def _masks(self, canvas: Canvas, data: bytes, count: int) -> NDArray[np.uint8]:
        if not self.settings.masks:
            return np.zeros((0, 0, 0), np.uint8)
        side = bodies.MASK_SIDE
        squares = np.frombuffer(data, np.uint8).reshape(-1, side, side)[:count]
        height, width = (max(1, round(side * share)) for share in (canvas.height_share, canvas.width_share))
        return squares[:, :height, :width]


def _as_json(settings: PoseSettings) -> dict[str, Any]:
    names = (
        "mode",
        "num_poses",
        "min_detection_confidence",
        "min_presence_confidence",
        "min_tracking_confidence",
    )
    return {
        **{name: getattr(settings, name) for name in names},
        "masks": settings.masks,
        "model": str(settings.model),
        "hand_model": str(HAND_MODEL) if settings.hands else None,
        "face_model": str(FACE_MODEL) if settings.face else None,
    }


def find_bodies(
    frames: Iterable[Frame],
    settings: PoseSettings | None = None,
    fps: float = 16.0,
    on_frame: Callable[[int], None] | None = None,
) -> PoseTrack:
    """One clip's body; `BodyFinder.track` says what goes in and what is raised. For many clips use that."""
    with BodyFinder(settings or PoseSettings()) as finder:
        return finder.track(frames, fps, on_frame)


def _first(found: NDArray[np.float32]) -> NDArray[np.float32]:
    return found[0] if len(found) else np.zeros((NUM_LANDMARKS, 4), np.float32)


def _report(on_frame: Callable[[int], None] | None, count: int) -> None:
    if on_frame is not None:
        on_frame(count)
