"""DWPose through rtmlib, an optional detector: better bodies than MediaPipe's, with hands and faces.

rtmlib is not among the packages of the studio, because it asks for `opencv-python`, which overwrites the
studio's own OpenCV. The weights are those of DWPose's authors, in the Hugging Face cache. Nothing is
installed or fetched from here: whoever wants it is told the command that does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from oelala.errors import OelalaError
from oelala.media.detectors import whole_bodies
from oelala.media.detectors.detector import Detector
from oelala.media.packages import lacking
from oelala.media.poses.document import Person, Points
from oelala.media.poses.dwpose_parts import FILES, NAME, PACKAGES, REPO
from oelala.media.poses.layouts import BODY25_HIPS, BODY25_MIDDLE, COCO18_IN_BODY25
from oelala.media.video import Frame

LEAST_SCORE = 0.3  # as VACE draws
_BODY, _FEET, _FACE, _LEFT, _RIGHT = (
    slice(0, 18),
    slice(18, 24),
    slice(24, 92),
    slice(92, 113),
    slice(113, 134),
)


@dataclass(frozen=True, slots=True)
class DwPoseSettings:
    """`det` and `pose`: the two ONNX files. `device`: rtmlib's word, "cpu" or "cuda"."""

    det: Path
    pose: Path
    device: str = "cpu"
    patience: float = 60.0
    start_patience: float = 300.0


def find_dwpose(models: Path, device: str = "cpu") -> DwPoseSettings:
    """`models` is the Hugging Face cache. Raises OelalaError ("no-dwpose") where packages or weights lack,
    with what is `missing` and the `id` of the download that brings it."""
    missing = lacking(PACKAGES)
    weights = _weights(models)
    if weights is None:
        missing += FILES
    if weights is None or missing:
        raise OelalaError("no-dwpose", missing=", ".join(missing), id=NAME)
    return DwPoseSettings(*weights, device)


def _weights(models: Path) -> tuple[Path, Path] | None:
    snapshots = models / f"models--{REPO.replace('/', '--')}" / "snapshots"
    for folder in sorted(snapshots.glob("*")):
        det, pose = (folder / name for name in FILES)
        if det.is_file() and pose.is_file():
            return det, pose
    return None


def look(frames: Iterable[Frame], settings: DwPoseSettings) -> Iterator[list[Person]]:
    """The people of each frame, each with that one frame, in its pixels. Raises OelalaError
    ("detector-failed")."""
    values = {"det": str(settings.det), "pose": str(settings.pose), "device": settings.device}
    size = whole_bodies.ANSWER.size
    with Detector("whole_bodies", values, size, settings.patience, settings.start_patience) as detector:
        for frame in frames:
            detector.send(frame)
            count, *numbers = whole_bodies.ANSWER.unpack(detector.receive())
            points = np.array(numbers, np.float64).reshape(-1, whole_bodies.NUM_POINTS, 3)[:count]
            yield [person_of(row) for row in points]


def person_of(points: Points) -> Person:
    """rtmlib's 134 points of OpenPose's order (134, 3) as one frame of somebody: BODY_25, hands, 68 of the
    face. Points of no score are missing."""
    points = np.where((points[:, 2] > 0)[:, None], points, 0.0)
    body = np.zeros((25, 3))
    body[list(COCO18_IN_BODY25)] = points[_BODY]
    body[19:25] = points[_FEET]
    hips = body[list(BODY25_HIPS)]
    if hips[:, 2].all():
        body[BODY25_MIDDLE] = (*hips[:, :2].mean(axis=0), hips[:, 2].min())
    return Person.of(body[None], points[_LEFT][None], points[_RIGHT][None], points[_FACE][None])
