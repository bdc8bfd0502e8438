"""The process that runs MediaPipe's pose landmarker for `oelala.media.pose`: frames in, landmarks out.

A program of its own, started by its path, that imports nothing of Oelala. MediaPipe's C++ graphs abort on
some faults and can hang while closing; here that costs this process only.
"""

from __future__ import annotations

import json
import os
import struct
import sys
from typing import IO, Any

REQUEST = struct.Struct("<IIIB")  # height, width, milliseconds since the clip's start, 1: first of a clip
READY = b"r"
NUM_LANDMARKS = 33
MAX_POSES = 8


def answer_struct(num_poses: int) -> struct.Struct:
    """How many bodies were found; then x, y, z, visibility of each landmark, for every body looked for."""
    return struct.Struct(f"<B{num_poses * NUM_LANDMARKS * 4}f")


def main() -> None:
    answers = _private_stdout()
    settings = json.loads(sys.argv[1])
    landmarker = _Landmarker(settings)
    answers.write(READY)
    answers.flush()
    requests = sys.stdin.buffer
    while len(head := requests.read(REQUEST.size)) == REQUEST.size:
        height, width, milliseconds, first = REQUEST.unpack(head)
        pixels = requests.read(height * width * 3)
        if len(pixels) < height * width * 3:
            break
        answers.write(landmarker.answer(pixels, height, width, milliseconds, bool(first)))
        answers.flush()
    os._exit(0)  # without closing the graph, which can hang


class _Landmarker:
    """`settings`: model (path), mode ("image" or "video"), num_poses, and three confidences."""

    def __init__(self, settings: dict[str, Any]) -> None:
        from mediapipe.tasks.python import BaseOptions, vision

        self._is_video = settings["mode"] == "video"
        self._answer = answer_struct(settings["num_poses"])
        self._create = vision.PoseLandmarker.create_from_options
        self._options = vision.PoseLandmarkerOptions(
            base_options=BaseOptions(model_asset_path=settings["model"]),
            running_mode=vision.RunningMode.VIDEO if self._is_video else vision.RunningMode.IMAGE,
            num_poses=settings["num_poses"],
            min_pose_detection_confidence=settings["min_detection_confidence"],
            min_pose_presence_confidence=settings["min_presence_confidence"],
            min_tracking_confidence=settings["min_tracking_confidence"],
        )
        self._graph = self._create(self._options)
        self._is_fresh = True

    def answer(self, pixels: bytes, height: int, width: int, milliseconds: int, first: bool) -> bytes:
        import mediapipe
        import numpy as np

        if first and self._is_video and not self._is_fresh:
            self._graph = self._create(self._options)  # a track must not begin where the last clip ended
        self._is_fresh = False
        array = np.frombuffer(pixels, np.uint8).reshape(height, width, 3)
        image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=array)
        if self._is_video:
            result = self._graph.detect_for_video(image, milliseconds)
        else:
            result = self._graph.detect(image)
        bodies = result.pose_landmarks
        count = self._answer.size // 4
        numbers = [n for body in bodies for p in body for n in (p.x, p.y, p.z, p.visibility)]
        return self._answer.pack(len(bodies), *numbers, *([0.0] * (count - len(numbers))))


def _private_stdout() -> IO[bytes]:
    """What was standard output, for us alone; what libraries print goes to standard error from now on."""
    answers = os.dup(1)
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(answers, os.O_BINARY)
    os.dup2(2, 1)
    return os.fdopen(answers, "wb")


if __name__ == "__main__":
    try:
        main()
    except Exception as fault:  # noqa: BLE001 - one line, which the user is shown; then no closing of graphs
        print(f"{type(fault).__name__}: {fault}".splitlines()[0], file=sys.stderr, flush=True)
        os._exit(1)
