"""Faces in frames: where they are (YuNet), and 128 numbers that tell who it is (dlib's resnet).

The distance of two descriptors is a score of likeness, not a proof of identity. Report it together with the
share of frames in which a face was found: frames without one have no distance, so a clip without any face
would look perfect. Both networks run in OpenCV, in this process; the descriptor's input follows dlib.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from oelala.errors import OelalaError
from oelala.settings import ASSETS

DETECTOR = ASSETS / "face" / "face_detection_yunet.onnx"
DESCRIPTOR = ASSETS / "face" / "face_descriptor_dlib_resnet_v1.onnx"
CHIP = 150  # pixels
DESCRIPTOR_SIZE = 128
_MEAN_RGB = (122.782, 117.001, 104.298)
_CHIP_PADDING = 0.25
# dlib's mean face, in the square that just holds it (brows to chin): right eye, left eye, nose tip, right and
# left corner of the mouth, "right" being the person's own. From its 68-point `mean_face_shape`.
_MEAN_FACE = np.array(
    [(0.2255, 0.2160), (0.7548, 0.2160), (0.4901, 0.5156), (0.2541, 0.7802), (0.7261, 0.7802)]
)
_BATCH = 16

Frame = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class FaceSettings:
    """`score_threshold` 0..1. Frames are scaled so that their longer side is within `smallest_side` ..
    `largest_side` pixels; the detector sees faces of about 10 to 300 of those pixels."""

    score_threshold: float = 0.6
    nms_threshold: float = 0.3
    smallest_side: int = 512
    largest_side: int = 640


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """`box` (x, y, width, height) and `landmarks` (5, 2), x and y, in pixels of the frame. Landmarks: right
    eye, left eye, nose tip, right and left corner of the mouth, "right" being the person's own. `score` 0..1.
    """

    box: tuple[float, float, float, float]
    landmarks: NDArray[np.float32]
    score: float

    @property
    def area(self) -> float:
        """Square pixels."""
        return self.box[2] * self.box[3]


@dataclass(frozen=True, slots=True, eq=False)
class FaceTrack:
    """The largest face of each of T frames.

    `faces`: one or None a frame. `descriptors` (T, 128), float32, NaN where there is no face.
    """

    faces: tuple[Face | None, ...]
    descriptors: NDArray[np.float32]

    @property
    def found(self) -> NDArray[np.bool_]:
        """(T,)"""
        return np.array([face is not None for face in self.faces], np.bool_)

    @property
    def found_rate(self) -> float:
        """Share of the frames with a face; 0 without frames."""
        return float(self.found.mean()) if self.faces else 0.0


@dataclass
class FaceReader:
    """Both networks, loaded once; for one thread at a time."""

    settings: FaceSettings = field(default_factory=FaceSettings)

    def __post_init__(self) -> None:
        with _faults():
            self._descriptor = cv2.dnn.readNetFromONNX(_bytes(DESCRIPTOR))
            with _quiet():  # it warns about a target that nobody asked for
                self._detector = cv2.FaceDetectorYN.create(
                    "onnx", _bytes(DETECTOR), np.empty(0, np.uint8), (320, 320),
                    self.settings.score_threshold, self.settings.nms_threshold,
                )  # fmt: skip

    def find(self, frame: Frame) -> list[Face]:
        """The faces of a frame (H, W, 3), RGB, uint8; the largest first.

        Raises OelalaError ("detector-failed"), and ValueError for an array that is no frame.
        """
        if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8 or not frame.size:
            raise ValueError(f"a frame is (height, width, 3), uint8; not {frame.shape} {frame.dtype}")
        height, width = frame.shape[:2]
        side = max(height, width)
        scale = min(max(side, self.settings.smallest_side), self.settings.largest_side) / side
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        how = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
        with _faults():
            picture = cv2.resize(frame, size, interpolation=how)
            self._detector.setInputSize(size)
            _, rows = self._detector.detect(np.ascontiguousarray(picture[..., ::-1]))
        faces = [_face(row, width / size[0], height / size[1]) for row in (() if rows is None else rows)]
        return sorted(faces, key=lambda face: face.area, reverse=True)

    def describe(self, chips: Sequence[Frame]) -> NDArray[np.float32]:
        """(N, 128) of N chips; see `face_chip`. Raises OelalaError ("detector-failed").

        Each row is the mean of the chip's and its mirror image's numbers: it depends less on the side the
        head is turned to.
        """
        rows = [np.empty((0, DESCRIPTOR_SIZE), np.float32)]
        for first in range(0, len(chips), _BATCH):
            batch = list(chips[first : first + _BATCH])
            both = batch + [np.ascontiguousarray(chip[:, ::-1]) for chip in batch]
            with _faults():
                blob = cv2.dnn.blobFromImages(both, 1 / 256, (CHIP, CHIP), _MEAN_RGB)
                self._descriptor.setInput(blob)
                numbers = self._descriptor.forward()
            rows.append((numbers[: len(batch)] + numbers[len(batch) :]) / 2)
        return np.concatenate(rows)

    def read(self, frames: Iterable[Frame]) -> FaceTrack:
        """The largest face of every frame, and its descriptor."""
        faces: list[Face | None] = []
        chips: list[Frame] = []
        for frame in frames:
            found = self.find(frame)
            faces.append(found[0] if found else None)
            if found:
                chips.append(face_chip(frame, found[0]))
        descriptors = np.full((len(faces), DESCRIPTOR_SIZE), np.nan, np.float32)
        descriptors[[index for index, face in enumerate(faces) if face is not None]] = self.describe(chips)
        return FaceTrack(tuple(faces), descriptors)


def face_chip(frame: Frame, face: Face) -> Frame:
    """(150, 150, 3): the face turned upright and scaled to dlib's mean face with a quarter around it."""
    target = (_MEAN_FACE + _CHIP_PADDING) / (1 + 2 * _CHIP_PADDING) * CHIP
    matrix = _similarity(face.landmarks.astype(np.float64), target)
    shrinks = np.hypot(*matrix[0, :2]) < 1
    if shrinks:  # warpAffine takes single pixels; without this a large face would alias
        frame = cv2.GaussianBlur(frame, (0, 0), 0.5 / float(np.hypot(*matrix[0, :2])))
    chip = cv2.warpAffine(frame, matrix, (CHIP, CHIP), flags=cv2.INTER_LINEAR)
    return np.asarray(chip, np.uint8)


def descriptor_distance(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float32]:
    """Euclidean distances along the last axis, by broadcasting.

    dlib's rule for photographs: below 0.6 it may be the same person. Rendered people need a threshold of
    their own.
    """
    return np.asarray(np.linalg.norm(first - second, axis=-1), np.float32)


def _face(row: NDArray[np.float32], x_scale: float, y_scale: float) -> Face:
    """From the detector's 15 numbers: box, five points, score."""
    x, y, width, height = (float(n) for n in row[:4] * (x_scale, y_scale, x_scale, y_scale))
    landmarks = (row[4:14].reshape(5, 2) * (x_scale, y_scale)).astype(np.float32)
    return Face((x, y, width, height), landmarks, float(row[14]))


def _similarity(source: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """(2, 3): the turn, scale and shift that take (N, 2) points to others with the least squared error."""
    here, there = (points @ (1, 1j) for points in (source, target))
    centred = here - here.mean()
    factor = np.vdot(centred, there - there.mean()) / max(float(np.vdot(centred, centred).real), 1e-9)
    shift = there.mean() - factor * here.mean()
    return np.array([[factor.real, -factor.imag, shift.real], [factor.imag, factor.real, shift.imag]])


def _bytes(path: Path) -> NDArray[np.uint8]:
    """OpenCV's own reading of files fails on some paths of Windows."""
    try:
        return np.fromfile(path, np.uint8)
    except OSError as fault:
        raise OelalaError("detector-failed", reason=f"{path.name}: {fault.strerror}") from fault


@contextmanager
def _faults() -> Iterator[None]:
    try:
        yield
    except cv2.error as fault:
        raise OelalaError("detector-failed", reason=str(fault).strip().splitlines()[-1][:200]) from fault


@contextmanager
def _quiet() -> Iterator[None]:
    logging: Any = cv2.utils.logging
    level = logging.setLogLevel(logging.LOG_LEVEL_ERROR)
    try:
        yield
    finally:
        logging.setLogLevel(level)
