"""What every clip has in common: a borrowed Wan pipeline sampled under watch, and the result saved."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from loguru import logger
from numpy.typing import NDArray

from oelala.engines.fall_back import Borrowing, with_model
from oelala.engines.frames_out import Frames, frames_out
from oelala.engines.previews import Previews, predicted_original
from oelala.engines.provenance import provenance_of, told_of
from oelala.engines.watch import Phases, watched
from oelala.library.clip_writer import ClipWriter
from oelala.library.outputs import NewClip, SaveClip, require_room, save_clip
from oelala.library.titles import title_of
from oelala.library.workspace import Workspace
from oelala.media.video import VideoSpec
from oelala.models.catalog import Row, own_prompts
from oelala.models.decode import decode_wan
from oelala.models.lora import scheduler_for
from oelala.models.manager import Loan, ModelManager, ModelSpec
from oelala.models.speeds import keep_speed, speeds_file
from oelala.progress import RunContext
from oelala.tasks.job import JobResult
from oelala.tasks.video import VideoTask


@dataclass(frozen=True, slots=True)
class Sampling:
    """A task to be sampled, and `inputs`: further arguments of its pipeline, such as `image`.

    `first`: the first frame (H, W, 3) where it is known beforehand, for the previews.
    """

    task: VideoTask
    inputs: Mapping[str, Any] = field(default_factory=dict)
    first: NDArray[np.uint8] | None = None

    def fps(self, row: Row) -> float:
        """Of the clip: the task's own where it has one, else the model's."""
        return float(getattr(self.task, "fps", None) or row.fps)


# The frames of the clip in order, RGB (t, H, W, 3), a few at a time; the work is done as they are asked for.
Sample = Callable[[Sampling, Loan, Phases], Generator[Frames]]


@dataclass(frozen=True, slots=True, eq=False)
class Finished:
    """The frames to save, what to say of them in metadata and job, and the clip that comes before them, with
    its number of frames."""

    frames: NDArray[np.uint8]
    told: Mapping[str, Any] = field(default_factory=dict)
    before: tuple[Path, int] | None = None


@dataclass(frozen=True, slots=True)
class ClipRequest:
    """How to make a clip: what to borrow, what to sample with which function, and what comes after.

    `finish` needs all frames together; it answers what to save. Without it, `look` is shown the frames as
    they were encoded, in a file that is gone later; it answers what to say of them in metadata and job.
    """

    sampling: Sampling
    spec: ModelSpec
    sample: Sample
    finish: Callable[[Frames], Finished] | None = None
    look: Callable[[Path], Mapping[str, Any]] | None = None


def make_clip(
    request: ClipRequest, models: ModelManager, context: RunContext, workspace: Workspace
) -> JobResult:
    """Make the clip and save it; the same resolved task gives the same frames on the same machine.

    Every field of the task that its model has is filled (the catalog's `resolve`), its seed included. Raises
    Cancelled, and OelalaError where the model, the memory or the disk does not play along.
    """
    task = request.sampling.task
    fps = request.sampling.fps(models.row(request.spec.model))
    called = title_of(task.model_dump(), workspace, own_prompts()) or task.kind
    clip = NewClip(workspace, context, task, _video_of(task, fps), called)
    require_room(workspace, clip.video)
    phases = Phases(context)
    phases.enter("loading")

    def on_part(step: int, total: int) -> None:
        context.cancel.check()
        phases.step("loading", step, total)

    spec = replace(request.spec, values=task.model_dump())

    def on_retry() -> None:
        phases.forget()  # or the clip would seem to have taken both tries, and the next forecast with it
        phases.enter("loading")

    wish = Borrowing(spec, on_part, on_retry)
    if request.finish is None:
        return with_model(models, wish, lambda loan: _save_on_the_way(request, loan, phases, clip))
    frames, provenance, told = with_model(models, wish, lambda loan: _sampled_whole(request, loan, phases))
    made = request.finish(frames)
    about = {**provenance, **made.told}
    whole = SaveClip(workspace, context, task, made.frames, fps, about, made.before, called)
    saved = _timed(clip, lambda: save_clip(whole))
    return replace(saved, details={**saved.details, **told, **made.told})


def _save_on_the_way(request: ClipRequest, loan: Loan, phases: Phases, clip: NewClip) -> JobResult:
    with ClipWriter(clip) as writer, closing(request.sample(request.sampling, loan, phases)) as chunks:
        for frames in chunks:
            writer.write(frames)
        told = provenance_of(loan, phases.seconds)
        seen = {} if request.look is None else request.look(writer.encoded())
        saved = _timed(clip, lambda: writer.finish({**told, **seen}))
    return replace(saved, details={**saved.details, **told_of(loan), **seen})


def _timed(clip: NewClip, save: Callable[[], JobResult]) -> JobResult:
    """Saved; how long that takes is told before the next clip."""
    started = time.monotonic()
    saved = save()
    keep_speed(speeds_file(clip.workspace.private), "saving", time.monotonic() - started)
    return saved


def _sampled_whole(
    request: ClipRequest, loan: Loan, phases: Phases
) -> tuple[Frames, Mapping[str, Any], Mapping[str, Any]]:
    """The frames, their provenance, and what the job tells."""
    with closing(request.sample(request.sampling, loan, phases)) as chunks:
        frames = gathered(chunks, known(request.sampling.task.num_frames))
    return frames, provenance_of(loan, phases.seconds), told_of(loan)


def gathered(chunks: Iterable[Frames], count: int) -> Frames:
    """(T, H, W, 3) with T ≤ `count`; each frame is in memory once."""
    whole, done = np.empty(0, np.uint8), 0
    for frames in chunks:
        if not done:
            whole = np.empty((count, *frames.shape[1:]), np.uint8)
        whole[done : done + len(frames)] = frames
        done += len(frames)
    return whole[:done]


def sample_wan(sampling: Sampling, loan: Loan, phases: Phases) -> Generator[Frames]:
    """The frames of the clip, RGB (t, H, W, 3), with a Wan pipeline of any kind."""
    task, pipeline, row = sampling.task, loan.pipeline, loan.row
    _warn_of_long_prompt(task, loan)
    pipeline.scheduler = scheduler_for(pipeline.scheduler, task.model_dump())
    total = known(task.num_inference_steps)
    latent_frames = (known(task.num_frames) - 1) // pipeline.vae_scale_factor_temporal + 1
    previews = Previews(loan.preview, row.fps / pipeline.vae_scale_factor_temporal, sampling.first)

    def on_step(pipe: Any, step: int, timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        del timestep, tensors
        phases.context.cancel.check()
        guess = predicted_original(pipe.scheduler)
        if guess is not None:
            guess = guess[:, :, -latent_frames:]  # without reference pictures
        phases.step("denoising", step + 1, total, previews.after_step(guess, step + 1, total))
        return {}

    phases.enter("encoding")
    with watched(loan, phases, total, latent_frames):
        prompts = loan.prompts.arguments(pipeline, task.model_dump())
        latents = _call_wan(pipeline, sampling, prompts, on_step)
        # a VACE pipeline puts its reference pictures before the clip's own latents
        with closing(decode_wan(pipeline, latents[:, :, -latent_frames:])) as chunks:
            yield from frames_out(chunks)
    phases.leave()


def _call_wan(
    pipeline: Any, sampling: Sampling, prompts: Mapping[str, torch.Tensor], on_step: Any
) -> torch.Tensor:
    """Latents (1, C, T, h, w)."""
    task = sampling.task
    latents: torch.Tensor = pipeline(
        height=task.height,
        width=task.width,
        num_frames=task.num_frames,
        num_inference_steps=task.num_inference_steps,
        guidance_scale=task.guidance_scale,
        guidance_scale_2=task.guidance_scale_2,
        generator=generator_of(task),
        output_type="latent",
        return_dict=False,
        callback_on_step_end=on_step,
        callback_on_step_end_tensor_inputs=[],
        **prompts,
        **sampling.inputs,
    )[0]
    return latents


def generator_of(task: VideoTask) -> torch.Generator:
    """On the processor, so that a seed means the same noise on every device."""
    return torch.Generator("cpu").manual_seed(known(task.seed))


def _warn_of_long_prompt(task: VideoTask, loan: Loan) -> None:
    """The pipeline cuts a prompt off without a word."""
    for text in (task.prompt, task.negative_prompt or ""):
        tokens = len(loan.pipeline.tokenizer(text, verbose=False)["input_ids"])  # its own warning says less
        if tokens > loan.row.max_sequence_length:
            logger.warning(
                "{} reads {} tokens of a prompt; this one has {}, and its end is left out",
                loan.row.title,
                loan.row.max_sequence_length,
                tokens,
            )


def _video_of(task: VideoTask, fps: float) -> VideoSpec:
    return VideoSpec(known(task.width), known(task.height), known(task.num_frames), fps)


def known(value: int | None) -> int:
    """A field that `resolve` has filled."""
    if value is None:
        raise ValueError("the task has not been resolved")
    return value
