"""A kept motion as a film of its skeleton, in the light lane."""

from __future__ import annotations

import secrets

from oelala.library.motions import drawing_of, motion_file
from oelala.library.workspace import Workspace
from oelala.media.faults import disk_fault
from oelala.media.poses.export import write_pose_video
from oelala.media.poses.source import MotionSource, read_motion
from oelala.media.poses.styles import STYLES
from oelala.media.video import remove_quietly
from oelala.progress import Progress, RunContext
from oelala.settings import Settings
from oelala.tasks.draw_motion import DrawMotion
from oelala.tasks.job import JobResult


def run(task: DrawMotion, settings: Settings, context: RunContext, workspace: Workspace) -> JobResult:
    """The film lies where `drawing_of` says; one that is there already is left: a kept motion never changes.

    Raises Cancelled, and OelalaError as `read_motion` and `write_pose_video` do.
    """
    del settings
    context.report(Progress("working"))
    target = drawing_of(workspace, task.motion)
    if target.is_file():
        return JobResult(details={"motion": task.motion})
    pose = read_motion(MotionSource(motion_file(workspace, task.motion)))

    def on_frame(done: int) -> None:
        context.cancel.check()
        context.report(Progress("working", done, pose.num_frames))

    whole = workspace.tmp / f"drawing-{secrets.token_hex(8)}.mp4"
    try:
        write_pose_video(whole, pose, STYLES[task.model], on_frame=on_frame)
        whole.replace(target)
    except OSError as fault:
        raise disk_fault(fault, target.parent) from fault
    finally:
        remove_quietly(whole)
    return JobResult(details={"motion": task.motion})
