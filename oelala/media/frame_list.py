"""The frames of a film as ffmpeg lists them (its "framecrc"), without their pixels."""

from __future__ import annotations

from dataclasses import dataclass

from oelala.media.ffmpeg import Ffmpeg

FRAME_LIST = ("-f", "framecrc", "-flush_packets", "1", "pipe:1")  # a line a frame, as soon as it is there


@dataclass(frozen=True, slots=True)
class FrameList:
    """`times`: when each is shown, in order, and `end`: when the last one is over, in seconds."""

    width: int
    height: int
    fps: float
    times: tuple[float, ...]
    end: float

    @property
    def num_frames(self) -> int:
        return len(self.times)


def list_frames(run: Ffmpeg) -> FrameList:
    """Reads framecrc: `#tb 0: 1/16`, `#dimensions 0: 64x48`, then `0, dts, pts, duration, …` a frame.

    Matroska rounds every duration to milliseconds, but not their sum: the times tell more. Frames come in the
    order of decoding.
    """
    width = height = 0
    tick, start, end = 0.0, 0, 0
    shown: list[tuple[int, int]] = []
    for line in run.lines():
        key, _, value = line.partition(" 0: ")
        if key == "#dimensions":
            width, height = (int(side) for side in value.split("x"))
        elif key == "#tb":
            numerator, denominator = (int(part) for part in value.split("/"))
            tick = numerator / denominator
        elif not line.startswith("#"):
            decoded, seen, duration = (int(part) for part in line.split(",")[1:4])
            start = start if shown else decoded
            end = decoded + duration
            shown.append((seen, duration))
    shown.sort()
    seconds = (end - start) * tick
    fps = round(len(shown) / seconds, 3) if seconds > 0 else 0.0
    over = sum(shown[-1]) * tick if shown else 0.0
    return FrameList(width, height, fps, tuple(seen * tick for seen, _ in shown), over)
