"""The process that runs DWPose through rtmlib for `oelala.media.poses.dwpose`: frames in, points out.

A program of its own, started by its path, that imports nothing of Oelala: what onnxruntime does to a process
it does to this one.
"""

from __future__ import annotations

import json
import os
import struct
import sys
from importlib import import_module
from typing import IO, Any

REQUEST = struct.Struct("<II")  # height, width
READY = b"r"
NUM_POINTS = 134  # 18 of the body, 6 of the feet, 68 of the face, 21 of each hand
MAX_PEOPLE = 8
ANSWER = struct.Struct(f"<B{MAX_PEOPLE * NUM_POINTS * 3}f")  # how many people; x, y, score of each point


def main() -> None:
    answers = _private_stdout()
    settings = json.loads(sys.argv[1])
    find = import_module("rtmlib").Wholebody(
        det=settings["det"],
        det_input_size=(640, 640),
        pose=settings["pose"],
        pose_input_size=(288, 384),
        to_openpose=True,
        backend="onnxruntime",
        device=settings["device"],
    )
    answers.write(READY)
    answers.flush()
    requests = sys.stdin.buffer
    while len(head := requests.read(REQUEST.size)) == REQUEST.size:
        height, width = REQUEST.unpack(head)
        pixels = requests.read(height * width * 3)
        if len(pixels) < height * width * 3:
            break
        answers.write(_answer(find, pixels, height, width))
        answers.flush()
    os._exit(0)


def _answer(find: Any, pixels: bytes, height: int, width: int) -> bytes:
    import numpy as np

    frame = np.frombuffer(pixels, np.uint8).reshape(height, width, 3)
    points, scores = find(np.ascontiguousarray(frame[..., ::-1]))  # rtmlib takes BGR
    points, scores = np.asarray(points, np.float32), np.asarray(scores, np.float32)
    order = np.argsort(-scores.reshape(-1, NUM_POINTS)[:, :18].mean(axis=1))[:MAX_PEOPLE]
    made = np.zeros((MAX_PEOPLE, NUM_POINTS, 3), np.float32)
    made[: len(order), :, :2] = points.reshape(-1, NUM_POINTS, 2)[order]
    made[: len(order), :, 2] = scores.reshape(-1, NUM_POINTS)[order]
    return ANSWER.pack(len(order), *made.ravel().tolist())


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
    except Exception as fault:  # noqa: BLE001 - one line, which the user is shown
        print(f"{type(fault).__name__}: {fault}".splitlines()[0], file=sys.stderr, flush=True)
        os._exit(1)
