"""From a task to the poses its clip is to follow: read, one person chosen, timed, fitted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from loguru import logger
from PIL import Image

from oelala.engines.sampling import known
from oelala.errors import InvalidTask, OelalaError
from oelala.library.fits import fit_of
from oelala.library.searches import search_in_film, wanted_of
from oelala.media.picture import Framing, frame_picture
from oelala.media.pose import BodyFinder, PoseSettings
from oelala.media.poses.detect import LEAST_VISIBILITY, Detection, OnFrame, body25_of, detect_pose
from oelala.media.poses.document import Person, Pose
from oelala.media.poses.drawing import draw_frames
from oelala.media.poses.face_crops import Frame, face_frames
from oelala.media.poses.film import LARGEST_SIDE, WHOLE, Cut, open_film, read_film
from oelala.media.poses.fitting import Target, fit_motion
from oelala.media.poses.measure import compare, who_follows
from oelala.media.poses.openpose_read import Reading, is_openpose, read_openpose
from oelala.media.poses.parts import Wanted, check_parts, with_parts
from oelala.media.poses.side_by_side import write_side_by_side
from oelala.media.poses.source import MotionSource, part_of, read_motion
from oelala.media.poses.styles import STYLES
from oelala.media.video import read_frames
from oelala.tasks.pose_transfer import PoseTransfer

# Who else may be seen in a clip: people who stay where the driver is replaced, or whom the prompt brings.
_BYSTANDERS = 3


@dataclass(frozen=True, slots=True)
class Searched:
    """Files of points that earlier searches found: in the part of the film that is the task's motion, and in
    its character's picture; None: not searched yet."""

    motion: str | None = None
    character: str | None = None


NOTHING = Searched()


@dataclass(frozen=True, slots=True)
class Driving:
    """`pose`: one person, at the clip's size, rate and length. `original`: the same before it was fitted, at
    the size of `film`, if a film is what it was taken from. `findings`: what does not fit, as codes."""

    pose: Pose
    original: Pose
    findings: tuple[str, ...]
    film: Path | None = None
    cut: Cut = WHOLE

    def film_frames(self, largest_side: int = LARGEST_SIDE) -> Iterator[Frame]:
        """Of the part that drives, at the clip's rate; none where there is no film."""
        cut = Cut(self.cut.start, self.cut.end, self.original.fps)
        return iter(()) if self.film is None else read_film(open_film(self.film), cut, largest_side)

    def film_in_the_clip(self) -> Iterator[Frame]:
        """The same, as large as the clip: whole, between black bars, just as `pose` lies in it."""
        size = Framing(self.pose.width, self.pose.height, "pad")
        for frame in self.film_frames(max(self.pose.width, self.pose.height)):
            yield np.asarray(frame_picture(Image.fromarray(frame), size))

    def faces(self) -> Iterator[Frame]:
        """512 × 512 crops of the driver's face for every frame; all black where there is no film."""
        return face_frames(self.film_frames(), self.original)


def driving_of(
    task: PoseTransfer,
    file: str,
    fps: float,
    picture: Path | None,
    on_frame: OnFrame | None = None,
    *,
    film: Path | None = None,
    film_cut: Cut = WHOLE,
    wanted: Wanted | None = None,
    searched: Searched = NOTHING,
    models: Path = Path(),
) -> Driving:
    """`file`: where the task's motion lies (or the name of a shipped one); `film`: what it was found in,
    where that is another file, and `film_cut` in which part of it. `wanted`: what the model is shown besides
    the body; None: what the task's style draws. `picture`: the character's, whose proportions the motion
    takes as far as `bones` says; at 0 it is only compared. `searched`: what has been found before. `models`:
    the Hugging Face cache.

    Raises InvalidTask ("no-such-person", "stays-in-place") and what `read_motion` raises.
    """
    wanted = wanted or wanted_of(task, "")
    cut, fit = Cut(task.motion_start, task.motion_end), fit_of(task)
    detection = _detection(task, cut, wanted, models)
    pose = read_motion(MotionSource(searched.motion or file, detection, Reading(fps=fps)), on_frame)
    if task.person >= len(pose.people):
        raise InvalidTask("no-such-person", field="person", count=len(pose.people), person=task.person)
    path = Path(file).expanduser()
    if path.is_file() and not is_openpose(path):
        film = path  # cut while it was read
    else:
        pose = part_of(pose, task.motion_start, task.motion_end, path.name)
        cut = _in_the_film(cut, film_cut)
        if film is not None and wanted.lacks(pose.people[task.person]):
            pose = _with_parts(pose, task.person, film, replace(detection, cut=cut), on_frame)
    target = Target(known(task.width), known(task.height), fps, known(task.num_frames))
    character = _character(task, picture, searched.character)
    fitted = fit_motion(pose, character, target, fit, person=task.person, start=task.motion_start)
    lacking = check_parts(pose.people[task.person], wanted, film=film is not None)
    codes = tuple(finding.code for finding in (*fitted.findings, *lacking))
    return Driving(fitted.pose, fitted.original, codes, film, cut)


def _with_parts(pose: Pose, person: int, film: Path, how: Detection, on_frame: OnFrame | None) -> Pose:
    """The page looks for bodies alone unless it is told otherwise; the model is shown more than that."""
    how = replace(how, detector="mediapipe", cut=replace(how.cut, fps=pose.fps))
    try:
        return with_parts(pose, detect_pose(film, how, on_frame), person)
    except OelalaError as fault:
        logger.warning("hands and face are not looked for: {}", fault)
        return pose


def _in_the_film(cut: Cut, part: Cut) -> Cut:
    """A cut of what was found in a part of a film, in seconds of that film."""
    end = part.end if cut.end is None else part.start + cut.end
    return Cut(part.start + cut.start, end)


def measured(driving: Pose, frames: Iterable[Frame], report: OnFrame) -> dict[str, Any] | None:
    """How well the clip follows, as the detector sees it: PCK@0.05, mean error, the curve and the worst
    frame, as JSON values; None, and a line in the log, where the detector fails or frames cannot be read.

    `frames`: as large as `driving`, which is of the clip's size. `report` hears of every frame and may raise.
    """
    width, height = driving.width, driving.height

    def on_frame(count: int) -> None:
        report(count, driving.num_frames)

    try:
        with BodyFinder(PoseSettings(num_poses=1 + _BYSTANDERS)) as finder:
            bodies = who_follows(
                driving,
                (
                    [body25_of(body, width, height) for body in found]
                    for found in finder.look(frames, driving.fps, on_frame)
                ),
                (width, height),
            )
    except OelalaError as fault:
        logger.warning("the clip is not measured: {}", fault)
        return None
    made = Pose(width, height, driving.fps, len(bodies), (Person.of(bodies),), LEAST_VISIBILITY)
    return compare(driving, made).as_json()


def write_comparison(path: Path, driving: Driving, clip: Path) -> None:
    """Driver (if it is a film), skeleton and clip next to each other, as mp4. Raises as `write_video` and
    `read_frames`."""
    style, pose = STYLES["openpose"], driving.pose
    films: list[Iterable[Frame]] = [draw_frames(pose, style), read_frames(clip)]
    if driving.film is not None:
        films.insert(0, driving.film_frames())
    write_side_by_side(path, films, pose.height, pose.num_frames, pose.fps)


def _detection(task: PoseTransfer, cut: Cut, wanted: Wanted, models: Path) -> Detection:
    """As the search of the light lane would look."""
    search = search_in_film(task, wanted)
    return Detection(
        search.model, cut, search.max_people, hands=search.hands, face=search.face, models=models
    )


def _character(task: PoseTransfer, picture: Path | None, searched: str | None) -> Pose | None:
    """The body in the character's picture; a picture without one leaves the driver's bones as they are, and
    who is replaced is not compared."""
    if picture is None or task.mode == "replace":
        return None
    try:
        pose = detect_pose(picture) if searched is None else read_openpose(Path(searched))
    except OelalaError as fault:
        if task.bones:
            raise
        logger.warning("the motion is not compared with its character: {}", fault)
        return None
    if not pose.people:
        logger.info("no body in the character's picture: the motion keeps its own proportions")
        return None
    return pose
