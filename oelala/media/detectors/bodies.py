"""MediaPipe's pose landmarker, and hands and faces where asked, for `oelala.media.pose`."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from oelala.media.detectors.landmarkers import import_mediapipe
from oelala.media.detectors.wire import Picture

NUM_LANDMARKS = 33
NUM_HAND, NUM_FACE = 21, 68
MAX_POSES = 8
MASK_SIDE = 256
Numbers = NDArray[np.float32]


def shapes_of(num_poses: int, *, hands: bool = False, face: bool = False) -> tuple[tuple[int, ...], ...]:
    """What an answer holds: bodies (x, y, z, visibility), hands (left and right; x, y, confidence) and faces
    (x, y, confidence), places in shares of the picture."""
    return (
        (num_poses, NUM_LANDMARKS, 4),
        (num_poses, 2, NUM_HAND if hands else 0, 3),
        (num_poses, NUM_FACE if face else 0, 3),
    )


def answer_struct(
    num_poses: int, *, hands: bool = False, face: bool = False, masks: bool = False
) -> struct.Struct:
    """How many bodies were found; then the numbers of `shapes_of`, zeros beyond that many bodies; then a mask
    for each, `MASK_SIDE` squared, a byte a pixel: 255 where that body is."""
    shapes = shapes_of(num_poses, hands=hands, face=face)
    mask_bytes = num_poses * MASK_SIDE**2 if masks else 0
    return struct.Struct(f"<B{sum(int(np.prod(shape)) for shape in shapes)}f{mask_bytes}s")


def open_detector(settings: dict[str, Any]) -> Callable[[Picture], bytes]:
    return _Landmarker(settings).answer


class _Landmarker:
    """`settings`: model (path), mode ("image" or "video"), num_poses, three confidences, whether `masks` are
    wanted, and the paths of `hand_model` and `face_model`, None where they were not asked for."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self._mediapipe = import_mediapipe()
        tasks = self._mediapipe.tasks
        vision = tasks.vision
        self._is_video = settings["mode"] == "video"
        self._create = vision.PoseLandmarker.create_from_options
        self._options = vision.PoseLandmarkerOptions(
            base_options=tasks.BaseOptions(model_asset_path=settings["model"]),
            running_mode=vision.RunningMode.VIDEO if self._is_video else vision.RunningMode.IMAGE,
            num_poses=settings["num_poses"],
            min_pose_detection_confidence=settings["min_detection_confidence"],
            min_pose_presence_confidence=settings["min_presence_confidence"],
            min_tracking_confidence=settings["min_tracking_confidence"],
            output_segmentation_masks=settings["masks"],
        )
        self._graph = self._create(self._options)
        self._is_fresh = True
        self._open_parts(settings)

    def _open_parts(self, settings: dict[str, Any]) -> None:
        self._hands: Any = None
        self._face: Any = None
        if settings["hand_model"] is not None:
            from oelala.media.detectors.hands import HandFinder

            self._hands = HandFinder(settings["hand_model"])
        if settings["face_model"] is not None:
            from oelala.media.detectors.face_points import FaceFinder

            self._face = FaceFinder(settings["face_model"])
        asked = {"hands": self._hands is not None, "face": self._face is not None}
        self._shapes = shapes_of(settings["num_poses"], **asked)
        self._struct = answer_struct(settings["num_poses"], **asked, masks=settings["masks"])

    def answer(self, picture: Picture) -> bytes:
        pixels = np.frombuffer(picture.pixels, np.uint8).reshape(picture.height, picture.width, 3)
        bodies, hands, faces = (np.zeros(shape, np.float32) for shape in self._shapes)
        result = self._look(pixels, picture)
        found = result.pose_landmarks
        for index, body in enumerate(found):
            bodies[index] = [(p.x, p.y, p.z, p.visibility) for p in body]
            places = bodies[index][:, [0, 1, 3]] * (picture.width, picture.height, 1)
            if self._hands is not None:
                hands[index] = self._hands.find(pixels, places)
            if self._face is not None:
                faces[index] = self._face.find(pixels, places)
        for part in (hands, faces):
            part[..., :2] /= (picture.width, picture.height)
        numbers = np.concatenate([bodies.ravel(), hands.ravel(), faces.ravel()])
        masks = b"".join(_small(mask) for mask in result.segmentation_masks or ())
        return self._struct.pack(len(found), *numbers.tolist(), masks)

    def _look(self, pixels: NDArray[np.uint8], picture: Picture) -> Any:
        if picture.first and self._is_video and not self._is_fresh:
            self._graph = self._create(self._options)  # a track must not begin where the last clip ended
        self._is_fresh = False
        image = self._mediapipe.Image(image_format=self._mediapipe.ImageFormat.SRGB, data=pixels)
        if self._is_video:
            return self._graph.detect_for_video(image, picture.milliseconds)
        return self._graph.detect(image)


def _small(mask: Any) -> bytes:
    """MediaPipe's mask of one body, 0 … 1, as `MASK_SIDE` squared bytes."""
    import cv2

    flat = np.ascontiguousarray(mask.numpy_view()).reshape(mask.height, mask.width)
    small = cv2.resize(flat, (MASK_SIDE, MASK_SIDE), interpolation=cv2.INTER_AREA)
    return np.round(np.clip(small, 0, 1) * 255).astype(np.uint8).tobytes()
