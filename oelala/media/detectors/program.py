"""The process of a detector: pictures in, answers out.

Started by its path with the name of a module beside it and that one's settings as JSON. The module has
`open_detector(settings)`, which returns a function from a `Picture` to the bytes of its answer.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import IO

if __name__ == "__main__":
    # Last, so that no file of the project stands before a package.
    sys.path.append(str(Path(__file__).resolve().parents[3]))

from oelala.media.detectors.wire import READY, REQUEST, Picture

PACKAGE = "oelala.media.detectors"


def main() -> None:
    answers = _private_stdout()
    name, settings = sys.argv[1:3]
    detect = import_module(f"{PACKAGE}.{name}").open_detector(json.loads(settings))
    answers.write(READY)
    answers.flush()
    _serve(detect, sys.stdin.buffer, answers)
    os._exit(0)  # without closing the graph, which can hang


def _serve(detect: Callable[[Picture], bytes], requests: IO[bytes], answers: IO[bytes]) -> None:
    """The next picture is taken in while this one is looked at: else both sides could wait for ever, one with
    an answer larger than the pipe, the other with a picture."""
    waiting: Queue[Picture | None] = Queue(maxsize=2)
    Thread(target=_take_in, args=(requests, waiting), daemon=True).start()
    while (picture := waiting.get()) is not None:
        answers.write(detect(picture))
        answers.flush()


def _take_in(requests: IO[bytes], waiting: Queue[Picture | None]) -> None:
    while len(head := requests.read(REQUEST.size)) == REQUEST.size:
        height, width, milliseconds, first = REQUEST.unpack(head)
        pixels = requests.read(height * width * 3)
        if len(pixels) < height * width * 3:
            break
        waiting.put(Picture(pixels, height, width, milliseconds, bool(first)))
    waiting.put(None)


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
