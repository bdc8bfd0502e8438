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


_PERSON = 0  # among the 80 kinds of things that yolox_l knows


def open_detector(settings: dict[str, Any]) -> Callable[[Picture], bytes]:
    """`settings`: `det` and `pose`, the two networks' paths, and the `device`."""
    rtmlib = import_module("rtmlib")
    where = {"backend": "onnxruntime", "device": settings["device"]}
    find_boxes = rtmlib.YOLOX(settings["det"], model_input_size=(640, 640), det_mode="multiclass", **where)
    find_points = rtmlib.RTMPose(settings["pose"], model_input_size=(288, 384), to_openpose=True, **where)
    return lambda picture: _answer(find_boxes, find_points, picture)


def _answer(find_boxes: Any, find_points: Any, picture: Picture) -> bytes:
    """rtmlib's own `Wholebody` takes every chair for somebody, and a picture without boxes for one body."""
    frame = np.frombuffer(picture.pixels, np.uint8).reshape(picture.height, picture.width, 3)
    frame = np.ascontiguousarray(frame[..., ::-1])  # rtmlib takes BGR
    boxes, kinds = find_boxes(frame)
    people = boxes[kinds == _PERSON]
    made = np.zeros((MAX_PEOPLE, NUM_POINTS, 3), np.float32)
    if not len(people):
        return ANSWER.pack(0, *made.ravel().tolist())
    points, scores = (np.asarray(found, np.float32) for found in find_points(frame, bboxes=people))
    order = np.argsort(-scores[:, :18].mean(axis=1))[:MAX_PEOPLE]
    made[: len(order), :, :2] = points[order]
    made[: len(order), :, 2] = scores[order]
    return ANSWER.pack(len(order), *made.ravel().tolist())
