"""How fast bodies are found in a film of 1280 × 720 on two cores, and whether memory stays flat.

    python -m benchmarks.pose [--short] [--seconds 600]

Looks twice: for bodies alone in all of the film, then for hands and faces, too ("closely"), in a tenth of it.
Wanted: 20 frames a second of both, and memory that does not grow over a film of ten minutes. `--short` takes
three minutes at most: each look ends after 70 seconds, wherever it is by then.

Prints frames a second, the first frame's wait (the detector loads) left out, and the memory of this process
and its children (detector, ffmpeg): after the first tenth of what was looked at, at its end, and the most.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import psutil
from numpy.typing import NDArray

from oelala.media.ffmpeg import executable
from oelala.media.poses.detect import Detection, detect_pose
from oelala.media.poses.film import Cut
from oelala.media.video import VideoSpec, write_video
from oelala.mini.motions import clip_of
from oelala.mini.world.render import render_clips

WIDTH, HEIGHT, FPS = 1280, 720, 25
WANTED = 20.0  # frames a second
CORES = 2
LOOK_SECONDS = 70.0  # of a short run, each way
EVERY = 25  # frames between two looks at the memory


class Enough(Exception):
    """A short run has seen what it has time for."""


@dataclass
class Sight:
    """What one look saw: `times` of every frame's end in seconds, and megabytes every `EVERY` frames."""

    limit: float | None
    times: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)

    def on_frame(self, done: int, total: int) -> None:
        del total
        self.times.append(time.perf_counter())
        if done % EVERY == 1:
            self.memory.append(megabytes())
        if self.limit is not None and self.times[-1] - self.times[0] > self.limit:
            raise Enough

    def __str__(self) -> str:
        spent = self.times[-1] - self.times[0]
        rate = (len(self.times) - 1) / spent
        early, late = self.memory[len(self.memory) // 10], self.memory[-1]
        film = len(self.times) / FPS / 60
        return (
            f"{len(self.times)} frames ({film:.1f} minutes of film) in {spent:.0f} s: "
            f"{rate:.1f} frames/s (wanted: {WANTED:.0f})\n"
            f"  memory: {early:.0f} MB after a tenth, {late:.0f} MB at the end ({late - early:+.0f} MB), "
            f"{max(self.memory):.0f} MB at most"
        )


def film_of(seconds: float, folder: Path) -> Path:
    """Somebody who dances before a wall, over and over."""
    short, long = folder / "short.mp4", folder / "long.mp4"
    clip = (
        render_clips([clip_of("dance")], 17, samples=1).frames[0].mul(255).byte().permute(0, 2, 3, 1).numpy()
    )
    frames = [wide(frame) for frame in [*clip, *clip[::-1]]]
    write_video(short, frames, VideoSpec(WIDTH, HEIGHT, len(frames), FPS))
    arguments = ["-stream_loop", "-1", "-i", str(short), "-t", f"{seconds}", "-c", "copy", str(long)]
    subprocess.run([executable(), "-loglevel", "error", *arguments], check=True, timeout=600)
    return long


def wide(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    body = cv2.resize(frame, (HEIGHT, HEIGHT), interpolation=cv2.INTER_CUBIC)
    side = (WIDTH - HEIGHT) // 2
    return np.ascontiguousarray(np.pad(body, ((0, 0), (side, side), (0, 0)), mode="edge"))


def megabytes() -> float:
    own = psutil.Process()
    total = 0
    for process in (own, *own.children(recursive=True)):
        try:
            total += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total / 1e6


def on_two_cores() -> str:
    """Keeps this process and its children there, where the system can; says how many there are."""
    if not hasattr(os, "sched_setaffinity"):
        return f"all {os.cpu_count()} cores: this system cannot keep to {CORES}"
    mine = sorted(os.sched_getaffinity(0))[:CORES]
    os.sched_setaffinity(0, mine)
    return f"{len(mine)} cores"


def look(film: Path, cut: Cut, *, closely: bool, limit: float | None) -> Sight:
    sight = Sight(limit)
    with suppress(Enough):
        detect_pose(film, Detection(cut=cut, hands=closely, face=closely), sight.on_frame)
    return sight


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=600.0, help="of film; at least 20")
    parser.add_argument("--short", action="store_true", help="three minutes at most")
    flags = parser.parse_args()
    seconds = max(20.0, flags.seconds)
    limit = LOOK_SECONDS if flags.short else None
    print(f"a film of {WIDTH} × {HEIGHT}, {FPS} frames a second, on {on_two_cores()}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        film = film_of(seconds, Path(folder))
        print(f"bodies: {look(film, Cut(), closely=False, limit=limit)}", flush=True)
        part = Cut(end=max(20.0, seconds / 10))
        print(f"closely: {look(film, part, closely=True, limit=limit)}", flush=True)


if __name__ == "__main__":
    main()
