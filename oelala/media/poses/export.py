"""A pose as a film: the drawing that a model follows, or with the original beneath it, for people."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from oelala.media.faults import disk_fault
from oelala.media.poses.document import Pose
from oelala.media.poses.drawing import draw_frames, overlay_frames
from oelala.media.poses.film import held
from oelala.media.poses.retarget import resize
from oelala.media.poses.styles import STYLES, Style
from oelala.media.video import Frame, VideoSpec, remove_quietly, verify_video, write_video

LARGEST_SIDE = 4096  # beyond it few players go on, and soon ffmpeg itself


def write_pose_video(
    path: Path,
    pose: Pose,
    style: Style = STYLES["openpose"],
    over: Iterable[Frame] | None = None,
    on_frame: Callable[[int], None] | None = None,
) -> None:
    """H.264 in mp4, on black or over the frames `over`; sides are made even, and no longer than
    `LARGEST_SIDE`. An existing file is replaced once the new one is whole. Raises as `write_video`."""
    scale = min(1.0, LARGEST_SIDE / max(pose.width, pose.height))
    width, height = (max(1, round(side * scale)) for side in (pose.width, pose.height))
    even = resize(pose, width + width % 2, height + height % 2)
    frames = draw_frames(even, style)
    if over is not None:
        frames = overlay_frames(held(over, even.num_frames), even, style)
    spec = VideoSpec(even.width, even.height, even.num_frames, even.fps)
    part = path.with_name(f"{path.name}.part")
    try:
        write_video(part, frames, spec, on_frame=on_frame)
        verify_video(part, spec)
        os.replace(part, path)
    except OSError as fault:
        raise disk_fault(fault, path.parent) from fault
    finally:
        remove_quietly(part)
