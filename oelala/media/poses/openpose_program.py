"""The OpenPose program of CMU, where the user has it: run on a film, its JSON read back."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from oelala.errors import OelalaError, reason_of
from oelala.media.poses.document import Pose
from oelala.media.poses.film import Cut, Film, open_film, read_film, write_cut
from oelala.media.poses.openpose_read import Reading, read_openpose
from oelala.media.poses.retarget import resize
from oelala.media.poses.scenes import scene_starts, thumbnail
from oelala.media.process import end_process, own_group, pipe

NAMES = ("openpose", "openpose.bin", "OpenPoseDemo", "OpenPoseDemo.exe")
LARGEST_SIDE = 1280
_SMALL_SIDE = 160  # enough for thumbnails
_POLL = 0.1


def find_openpose() -> Path:
    """The program on the PATH. Raises OelalaError ("no-openpose")."""
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found).resolve()
    raise OelalaError("no-openpose", names=", ".join(NAMES[:3]))


def run_openpose(
    film: Film, cut: Cut, patience: float = 120.0, on_frame: Callable[[int, int], None] | None = None
) -> Pose:
    """Everybody in that part of a film: BODY_25, hands and faces. `patience`: seconds that the program may go
    without a frame (loading its models is long). Raises OelalaError ("no-openpose", "detector-failed").
    """
    program = find_openpose()
    with tempfile.TemporaryDirectory(prefix="oelala-pose-") as folder:
        clip, frames = Path(folder) / "clip.mp4", Path(folder) / "frames"
        frames.mkdir()
        spec = write_cut(clip, film, cut, LARGEST_SIDE)
        _run(_arguments(program, clip, frames), frames, spec.num_frames, patience, on_frame)
        size = (spec.width, spec.height)
        starts = _starts_in(clip, spec.fps)
        pose = read_openpose(frames, Reading(spec.fps, size, "pixels", scene_starts=starts))
    return replace(resize(pose, film.width, film.height), least_confidence=0.05)


def _starts_in(clip: Path, fps: float) -> tuple[int, ...]:
    small = read_film(open_film(clip), largest_side=_SMALL_SIDE)
    return scene_starts([thumbnail(frame) for frame in small], fps)


def _arguments(program: Path, clip: Path, frames: Path) -> list[str]:
    models = next((parent / "models" for parent in program.parents if (parent / "models").is_dir()), None)
    return [
        str(program), "--video", str(clip), "--write_json", str(frames), "--display", "0",
        "--render_pose", "0", "--model_pose", "BODY_25", "--hand", "--face", "--keypoint_scale", "0",
        *([] if models is None else ["--model_folder", f"{models}/"]),
    ]  # fmt: skip


def _run(
    arguments: list[str],
    frames: Path,
    total: int,
    patience: float,
    on_frame: Callable[[int, int], None] | None,
) -> None:
    complaints: deque[str] = deque(maxlen=20)
    try:
        process = subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            **own_group(),
        )
    except OSError as fault:
        raise OelalaError("detector-failed", reason=fault.strerror or type(fault).__name__) from fault
    reader = threading.Thread(target=lambda: complaints.extend(_lines(process)), daemon=True)
    reader.start()
    try:
        _wait(process, frames, total, patience, on_frame)
        status = process.wait()
        reader.join()
        if status:
            reason = complaints[-1] if complaints else reason_of("exit-status", status=status)
            raise OelalaError("detector-failed", reason=reason)
    finally:
        end_process(process, [reader])


def _wait(
    process: subprocess.Popen[bytes],
    frames: Path,
    total: int,
    patience: float,
    on_frame: Callable[[int, int], None] | None,
) -> None:
    done, alive = 0, time.monotonic()
    while process.poll() is None:
        time.sleep(_POLL)
        count = sum(1 for _ in frames.glob("*.json"))
        if count > done:
            done, alive = count, time.monotonic()
            if on_frame is not None:
                on_frame(done, max(total, done))
        elif time.monotonic() - alive > patience:
            raise OelalaError("detector-failed", reason=reason_of("no-answer"))


def _lines(process: subprocess.Popen[bytes]) -> Iterator[str]:
    for line in pipe(process.stdout):
        if text := line[:300].decode("utf-8", "replace").strip():
            yield text
