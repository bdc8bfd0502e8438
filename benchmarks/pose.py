"""How fast bodies are found in a film of 1280 × 720, and whether memory stays flat.

    python -m benchmarks.pose [--seconds 600] [--fps 25] [--closely]

`--closely` looks for hands and faces, too.
Prints frames a second, the first frame's wait (the detector loads) left out, and the memory of this process
and its children (detector, ffmpeg) after a tenth of the film, and at its end.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import time
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


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--fps", type=float, default=float(FPS))
    parser.add_argument("--closely", action="store_true")
    flags = parser.parse_args()
    seen: dict[str, float] = {}

    def on_frame(done: int, total: int) -> None:
        seen.setdefault("first", time.perf_counter())
        seen["last"] = time.perf_counter()
        if done == max(2, total // 10):
            seen["early"] = megabytes()
        if done == total - 1:
            seen["late"] = megabytes()

    with tempfile.TemporaryDirectory() as folder:
        film = film_of(flags.seconds, Path(folder))
        how = Detection(cut=Cut(fps=flags.fps), hands=flags.closely, face=flags.closely)
        pose = detect_pose(film, how, on_frame)
    rate = (pose.num_frames - 1) / (seen["last"] - seen["first"])
    found = pose.found(pose.people[0]).mean() if pose.people else 0.0
    print(f"{pose.num_frames} frames of {WIDTH} × {HEIGHT}: {rate:.1f} frames/s, a body in {found:.1%}")
    print(f"memory: {seen['early']:.0f} MB after a tenth, {seen['late']:.0f} MB at the end")


if __name__ == "__main__":
    main()
