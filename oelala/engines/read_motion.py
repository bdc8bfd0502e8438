"""Finding the bodies in a film, in the light lane."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from loguru import logger

from oelala.errors import InvalidTask, OelalaError
from oelala.library.film_parts import FilmPart, note_film
from oelala.library.inputs import is_kept
from oelala.library.motions import film_of, keep_motion, motion_file, stills_path
from oelala.library.searches import note_search
from oelala.library.workspace import Workspace
from oelala.media.poses.detect import Detection, OnFrame
from oelala.media.poses.document import Person, Pose
from oelala.media.poses.film import Cut, open_film
from oelala.media.poses.openpose_read import Reading, is_openpose
from oelala.media.poses.report import numbers_of
from oelala.media.poses.source import MotionSource, read_motion
from oelala.media.poses.stills import MOST, write_stills
from oelala.progress import Progress, RunContext
from oelala.settings import Settings
from oelala.tasks.job import JobResult
from oelala.tasks.read_motion import ReadMotion


def run(task: ReadMotion, settings: Settings, context: RunContext, workspace: Workspace) -> JobResult:
    """The details: `motion`, the name under which it is kept and by which a pose-transfer task takes it;
    `numbers_of`; and `persons`, one for each of the people, so that one can be pointed at.

    Raises InvalidTask ("bad-part"), Cancelled, and OelalaError as `read_motion` does.
    """
    context.report(Progress("working"))

    def on_frame(done: int, total: int) -> None:
        context.cancel.check()
        context.report(Progress("working", done, total))

    pose = _read(task, _source(task, settings, workspace), on_frame)
    persons = [_as_json(pose, person) for person in pose.people]
    motion = keep_motion(workspace, pose)
    if is_kept(workspace, task.file) and not is_openpose(Path(task.file)):
        note_film(workspace, motion, task.file, FilmPart(task.start, task.end, task.fps))
        note_search(workspace, task, motion)
        if task.stills:
            _keep_stills(workspace, motion, pose, task.start)
    return JobResult(details={"motion": motion, **numbers_of(pose), "persons": persons})


def _keep_stills(workspace: Workspace, motion: str, pose: Pose, start: float) -> None:
    """Of the film that the motion was found in, from that second on. Without them the motion is as good."""
    film = film_of(workspace, motion)
    if film is None:
        return
    count = min(MOST, pose.num_frames)
    cut = Cut(start, start + pose.num_frames / pose.fps)
    try:
        write_stills(stills_path(workspace, motion, count), open_film(film), count, cut)
    except OelalaError as fault:
        logger.warning("no stills of the film: {}", fault)


def _read(task: ReadMotion, source: MotionSource, on_frame: OnFrame) -> Pose:
    try:
        return read_motion(source, on_frame)
    except OelalaError as fault:
        if task.name and fault.values.get("name") == Path(source.file).name:
            raise OelalaError(fault.code, **{**fault.values, "name": task.name}) from fault
        raise


def _source(task: ReadMotion, settings: Settings, workspace: Workspace) -> MotionSource:
    try:
        cut = Cut(task.start, task.end, task.fps)
    except ValueError as fault:
        values = {"start": task.start, "end": task.end or "…", "fps": task.fps or "…"}
        raise InvalidTask("bad-part", field="end", **values) from fault
    detection = Detection(
        task.model, cut, task.max_people, hands=task.hands, face=task.face, models=settings.models
    )
    reading = Reading() if task.fps is None else Reading(fps=task.fps)
    return MotionSource(motion_file(workspace, task.file), detection, reading)


def _as_json(pose: Pose, person: Person) -> dict[str, Any]:
    """`found`: the share of the frames; `frame` and `box` (left, top, right, bottom; shares of the frame):
    where most of the body is seen."""
    seen = pose.seen(person.body)
    frame = int(seen.sum(axis=1).argmax())
    points = person.body[frame][seen[frame], :2] / (pose.width, pose.height)
    box = [*points.min(axis=0), *points.max(axis=0)] if len(points) else [0.0] * 4
    return {
        "found": round(float(pose.found(person).mean()), 4),
        "frame": frame,
        "box": [round(float(side), 4) for side in box],
    }
