"""DWPose through rtmlib, for `oelala.media.poses.dwpose`."""

from __future__ import annotations

import struct
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from oelala.media.detectors.wire import Picture

NUM_POINTS = 134  # 18 of the body, 6 of the feet, 68 of the face, 21 of each hand
MAX_PEOPLE = 8
ANSWER = struct.Struct(f"<B{MAX_PEOPLE * NUM_POINTS * 3}f")  # how many people; x, y, score of each point


def open_detector(settings: dict[str, Any]) -> Callable[[Picture], bytes]:
    """`settings`: `det` and `pose`, the two networks' paths, and the `device`."""
    find = import_module("rtmlib").Wholebody(
        det=settings["det"],
        det_input_size=(640, 640),
        pose=settings["pose"],
        pose_input_size=(288, 384),
        to_openpose=True,
        backend="onnxruntime",
        device=settings["device"],
    )
    return lambda picture: _answer(find, picture)


def _answer(find: Any, picture: Picture) -> bytes:
    frame = np.frombuffer(picture.pixels, np.uint8).reshape(picture.height, picture.width, 3)
    points, scores = find(np.ascontiguousarray(frame[..., ::-1]))  # rtmlib takes BGR
    points, scores = np.asarray(points, np.float32), np.asarray(scores, np.float32)
    order = np.argsort(-scores.reshape(-1, NUM_POINTS)[:, :18].mean(axis=1))[:MAX_PEOPLE]
    made = np.zeros((MAX_PEOPLE, NUM_POINTS, 3), np.float32)
    made[: len(order), :, :2] = points.reshape(-1, NUM_POINTS, 2)[order]
    made[: len(order), :, 2] = scores.reshape(-1, NUM_POINTS)[order]
    return ANSWER.pack(len(order), *made.ravel().tolist())
