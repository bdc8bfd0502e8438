"""A clip that follows a motion, with diffusers' WanVACEPipeline or WanAnimatePipeline."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from loguru import logger
from PIL import Image

from oelala.engines.pose_motion import Driving, Searched, driving_of, measured, write_comparison
from oelala.engines.sampling import (
    ClipRequest,
    Frames,
    Sample,
    Sampling,
    known,
    make_clip,
    sample_wan,
)
from oelala.engines.sampling_animate import sample_animate
from oelala.engines.watch import Phases
from oelala.errors import InvalidTask, OelalaError
from oelala.library.film_parts import film_part_of
from oelala.library.fits import check_replacement
from oelala.library.inputs import kept_path
from oelala.library.motions import film_of, keep_motion, motion_file
from oelala.library.naming import comparison_of
from oelala.library.searches import found_by, is_film, search_in_film, search_in_picture, wanted_of
from oelala.library.unsaid import guessed
from oelala.library.workspace import Workspace
from oelala.media.picture import Framing, frame_picture, read_picture
from oelala.media.poses.detect import OnFrame
from oelala.media.poses.drawing import draw_frames
from oelala.media.poses.film import Cut
from oelala.media.poses.masks import replacement
from oelala.media.poses.parts import Wanted
from oelala.media.poses.styles import STYLES
from oelala.media.video import read_frames
from oelala.models.catalog import Row
from oelala.models.manager import Loan, ModelManager, ModelSpec
from oelala.progress import Progress, RunContext
from oelala.tasks.job import JobResult
from oelala.tasks.pose_transfer import PoseTransfer


@dataclass(frozen=True, slots=True)
class Way:
    """How a pipeline is handed a pose, and sampled. `steers`: its strength can be set."""

    inputs: Callable[[PoseTransfer, Driving, Path | None, OnFrame | None], Mapping[str, Any]]
    sample: Sample
    steers: bool


def run(task: PoseTransfer, models: ModelManager, context: RunContext, workspace: Workspace) -> JobResult:
    """Find the motion, make the clip, measure how well it follows, and save all of it.

    Raises as `make_clip` does, and what reading the motion and the picture raises; InvalidTask where the
    model needs a picture ("empty"), more frames ("too-small"), or has no such strength ("not-for-model"), and
    as `check_replacement`.
    """
    row = models.row(task.model)
    pipeline = row.pipelines[task.kind]
    way = WAYS[pipeline]
    _check(task, row, way)
    check_replacement(task, workspace)
    picture = None if task.image is None else kept_path(workspace, task.image)
    on_frame = _reporter(context)
    driving = _driving(task, models, workspace, on_frame)

    def sample(sampling: Sampling, loan: Loan, phases: Phases) -> Generator[Frames]:
        with control_between(loan.pipeline.transformer, task):
            yield from way.sample(sampling, loan, phases)

    def look(clip: Path) -> Mapping[str, Any]:
        context.report(Progress("working"))
        score = measured(driving.pose, read_frames(clip), on_frame)
        motion = keep_motion(workspace, driving.original)
        pose = {
            "motion": motion,
            "findings": [*driving.findings, *guessed(workspace, task.motion)],
            "score": score,
        }
        return {"pose": pose, **_whose(task)}

    sampling = Sampling(task, way.inputs(task, driving, picture, on_frame))
    request = ClipRequest(sampling, ModelSpec(task.model, pipeline), sample, look=look)
    saved = make_clip(request, models, context, workspace)
    return _with_comparison(saved, workspace, driving)


def _whose(task: PoseTransfer) -> dict[str, Any]:
    """The avatar that this is a clip of, and which picture showed it: both may be gone one day."""
    return {"avatar": {"name": task.avatar, "picture": task.image}} if task.avatar else {}


def _driving(task: PoseTransfer, models: ModelManager, workspace: Workspace, on_frame: OnFrame) -> Driving:
    """The motion as the workspace and the light lane know it, fitted to the clip."""
    row = models.row(task.model)
    part, wanted = film_part_of(workspace, task.motion), wanted_of(task, row.pipelines[task.kind])
    return driving_of(
        task,
        motion_file(workspace, task.motion),
        row.fps,
        None if task.image is None else kept_path(workspace, task.image),
        on_frame,
        film=film_of(workspace, task.motion),
        film_cut=Cut(part.start, part.end),
        wanted=wanted,
        searched=_searched(task, workspace, wanted),
        models=models.folder,
    )


def _searched(task: PoseTransfer, workspace: Workspace, wanted: Wanted) -> Searched:
    """What the light lane has found for this task already."""
    of_film = search_in_film(task, wanted) if is_film(workspace, task.motion) else None
    files = [
        None if found is None else motion_file(workspace, found)
        for found in (found_by(workspace, of_film), found_by(workspace, search_in_picture(task)))
    ]
    return Searched(*files)


def _with_comparison(saved: JobResult, workspace: Workspace, driving: Driving) -> JobResult:
    """Beside the clip: driver, skeleton and result in one film. Without it the clip is as good."""
    assert saved.output is not None
    clip = workspace.root / saved.output
    target = comparison_of(clip)
    try:
        target.parent.mkdir(exist_ok=True)
        write_comparison(target, driving, clip)
    except (OelalaError, OSError) as fault:
        logger.warning("no comparison of driver and clip: {}", fault)
        return saved
    return replace(saved, details={**saved.details, "side_by_side": workspace.relative(target)})


def vace_inputs(
    task: PoseTransfer, driving: Driving, picture: Path | None, on_frame: OnFrame | None = None
) -> Mapping[str, Any]:
    """The drawn pose, all of it to be made anew, its strength, and who it is."""
    del on_frame
    drawn = _drawn(task, driving)
    white = Image.new("L", drawn[0].size, 255)
    inputs: dict[str, Any] = {
        "video": drawn,
        "mask": [white] * len(drawn),
        "conditioning_scale": 1.0 if task.conditioning_scale is None else task.conditioning_scale,
    }
    if picture is not None:
        inputs["reference_images"] = [_character(task, picture, whole=True)]
    return inputs


def animate_inputs(
    task: PoseTransfer, driving: Driving, picture: Path | None, on_frame: OnFrame | None = None
) -> Mapping[str, Any]:
    """The character, whole, at the clip's size; the drawn pose; the driver's face. To replace the driver: the
    film without them, and where they were, in white."""
    assert picture is not None
    inputs: dict[str, Any] = {
        "image": _character(task, picture),
        "pose_video": _drawn(task, driving),
        "face_video": [Image.fromarray(face) for face in driving.faces()],
    }
    if task.mode != "replace":
        return inputs
    total = driving.pose.num_frames
    report = None if on_frame is None else lambda done: on_frame(done, total)
    both = list(replacement(driving.film_in_the_clip(), driving.pose, on_frame=report))
    background = [Image.fromarray(frame) for frame, _ in both]
    masks = [Image.fromarray(np.where(mask, np.uint8(255), np.uint8(0))) for _, mask in both]
    return {**inputs, "background_video": background, "mask_video": masks, "mode": "replace"}


WAYS: Mapping[str, Way] = {
    "WanVACEPipeline": Way(vace_inputs, sample_wan, steers=True),
    "WanAnimatePipeline": Way(animate_inputs, sample_animate, steers=False),
}


def _character(task: PoseTransfer, picture: Path, *, whole: bool = False) -> Image.Image:
    """Framed as asked; `whole`: the pipeline itself pads what has not been cropped."""
    image = read_picture(picture)
    if whole and task.framing == "pad":
        return image
    size = (known(task.width), known(task.height))
    return frame_picture(image, Framing(*size, task.framing, task.focus_x, task.focus_y))


def _drawn(task: PoseTransfer, driving: Driving) -> list[Image.Image]:
    style = STYLES[task.pose_style or "openpose"]
    return [Image.fromarray(np.ascontiguousarray(frame)) for frame in draw_frames(driving.pose, style)]


def _check(task: PoseTransfer, row: Row, way: Way) -> None:
    if way.steers:
        return
    if task.image is None:
        raise InvalidTask("empty", field="image")
    if known(task.num_frames) < 5:
        raise InvalidTask("too-small", field="num_frames", least=5)
    for field in ("conditioning_scale", "control_start", "control_end"):
        if getattr(task, field) is not None:
            raise InvalidTask("not-for-model", field=field, model=row.title)


@contextmanager
def control_between(transformer: Any, task: PoseTransfer) -> Iterator[None]:
    """While it lasts, the pose counts only from `control_start` to `control_end` of the steps."""
    start = 0.0 if task.control_start is None else task.control_start
    end = 1.0 if task.control_end is None else task.control_end
    if (start, end) == (0.0, 1.0):
        yield
        return
    total = known(task.num_inference_steps)
    seen: list[float] = []

    def turn_down(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        del module
        time = float(kwargs["timestep"].flatten()[0])
        if time not in seen:  # both branches of a step come at the same time
            seen.append(time)
        part = (len(seen) - 0.5) / total
        if not start <= part <= end:
            scale = kwargs["control_hidden_states_scale"]
            kwargs = {**kwargs, "control_hidden_states_scale": scale * 0}
        return args, kwargs

    handle = transformer.register_forward_pre_hook(turn_down, with_kwargs=True)
    try:
        yield
    finally:
        handle.remove()


def _reporter(context: RunContext) -> OnFrame:
    context.report(Progress("working"))

    def on_frame(done: int, total: int) -> None:
        context.cancel.check()
        context.report(Progress("working", done, total))

    return on_frame
