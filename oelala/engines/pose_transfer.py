"""A clip that follows a motion, with diffusers' WanVACEPipeline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

from PIL import Image

from oelala.engines.pose_motion import Driving, driving_of, measured
from oelala.engines.provenance import provenance_of
from oelala.engines.sampling import Sampling, known, sample_wan
from oelala.engines.watch import Phases
from oelala.library.inputs import kept_path
from oelala.library.outputs import SaveClip, require_room, save_clip
from oelala.library.workspace import Workspace
from oelala.media.picture import read_picture
from oelala.media.poses.drawing import draw_frames
from oelala.media.poses.styles import STYLES
from oelala.media.video import VideoSpec
from oelala.models.catalog import Row
from oelala.models.manager import Loan, ModelSpec, OnPart
from oelala.progress import Progress, RunContext
from oelala.tasks.job import JobResult
from oelala.tasks.pose_transfer import PoseTransfer


class Lender(Protocol):
    """What of the model manager is needed here."""

    def row(self, model: str) -> Row: ...

    def use(self, spec: ModelSpec, on_part: OnPart) -> AbstractContextManager[Loan]: ...


def run(task: PoseTransfer, models: Lender, context: RunContext, workspace: Workspace) -> JobResult:
    """Find the motion, make the clip, measure how well it follows, and save all of it.

    Raises as `make_clip` does, and what reading the motion and the picture raises.
    """
    row = models.row(task.model)
    spec = VideoSpec(known(task.width), known(task.height), known(task.num_frames), row.fps)
    require_room(workspace, spec)
    picture = None if task.image is None else kept_path(workspace, task.image)
    driving = _driving(task, row, picture, context)
    phases = Phases(context)
    phases.enter("loading")

    def on_part(step: int, total: int) -> None:
        context.cancel.check()
        phases.step("loading", step, total)

    with models.use(ModelSpec(task.model, row.pipelines[task.kind]), on_part) as loan:
        sampling = Sampling(task, inputs_of(task, driving, picture))
        with control_between(loan.pipeline.transformer, task):
            frames = sample_wan(sampling, loan, phases)
        provenance = provenance_of(loan, phases.seconds)
    context.report(Progress("working"))
    score = measured(driving.pose, frames, context.cancel)
    followed = {"findings": list(driving.findings), "score": score}
    return save_clip(SaveClip(workspace, context, task, frames, row.fps, {**provenance, "pose": followed}))


def inputs_of(task: PoseTransfer, driving: Driving, picture: Path | None) -> Mapping[str, Any]:
    """The pipeline's further arguments: the drawn pose, all of it to be made, and who it is."""
    style = STYLES[task.pose_style or "openpose"]
    drawn = [Image.fromarray(frame.copy()) for frame in draw_frames(driving.pose, style)]
    white = Image.new("L", drawn[0].size, 255)
    inputs: dict[str, Any] = {
        "video": drawn,
        "mask": [white] * len(drawn),
        "conditioning_scale": task.conditioning_scale,
    }
    if picture is not None:
        inputs["reference_images"] = [read_picture(picture)]
    return inputs


@contextmanager
def control_between(transformer: Any, task: PoseTransfer) -> Iterator[None]:
    """While it lasts, the pose counts only from `control_start` to `control_end` of the steps."""
    if (task.control_start, task.control_end) == (0.0, 1.0):
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
        if not task.control_start <= part <= task.control_end:
            scale = kwargs["control_hidden_states_scale"]
            kwargs = {**kwargs, "control_hidden_states_scale": scale * 0}
        return args, kwargs

    handle = transformer.register_forward_pre_hook(turn_down, with_kwargs=True)
    try:
        yield
    finally:
        handle.remove()


def _driving(task: PoseTransfer, row: Row, picture: Path | None, context: RunContext) -> Driving:
    context.report(Progress("working"))

    def on_frame(done: int, total: int) -> None:
        context.cancel.check()
        context.report(Progress("working", done, total))

    return driving_of(task, row.fps, picture, on_frame)
