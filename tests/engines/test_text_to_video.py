"""The engine on tiny models: what it saves, that a seed means a clip, and that a cancel leaves no trace."""

from __future__ import annotations

import hashlib
import json
import random
import time
import weakref
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from loguru import logger
from numpy.typing import NDArray
from PIL import Image

from oelala.engines.sampling import ClipRequest, Sampling, make_clip, sample_wan
from oelala.engines.text_to_video import run
from oelala.engines.watch import Phases, watched
from oelala.errors import Cancelled, OelalaError
from oelala.library.outputs import read_settings_of
from oelala.library.workspace import Workspace
from oelala.media.frame_writer import DEPTH
from oelala.media.video import read_frames
from oelala.models.manager import Loan, ModelManager, ModelSpec
from oelala.progress import CancelToken, Progress, RunContext
from oelala.tasks.text_to_video import TextToVideo
from tests.models.tiny import MINI, WAN21, TinyModels


class Stop(CancelToken):
    """Cancels at its `after`-th check, and counts how often it was asked."""

    def __init__(self, after: int | None = None) -> None:
        super().__init__()
        self.after = after
        self.checks = 0

    def check(self) -> None:
        self.checks += 1
        if self.checks == self.after:
            self.cancel()
        super().check()


def task_of(model: str = MINI, **values: Any) -> TextToVideo:
    usual: dict[str, Any] = {
        "prompt": "a person in a red shirt waves",
        "negative_prompt": "",
        "width": 64,
        "height": 64,
        "num_frames": 5,
        "num_inference_steps": 4,
        "guidance_scale": 3.0,
        "flow_shift": 3.0,
        "seed": 7,
    }
    return TextToVideo(model=model, **{**usual, **values})


def context_of(
    report: Callable[[Progress], None] | None = None, cancel: CancelToken | None = None, job: str = "x7k2p9"
) -> RunContext:
    return RunContext(
        f"20261122-171500-{job}", 1_795_367_700.0, 1, report or (lambda _: None), cancel or CancelToken()
    )


def sampled(manager: ModelManager, task: TextToVideo, context: RunContext | None = None) -> NDArray[np.uint8]:
    with manager.use(ModelSpec(task.model)) as loan:
        return np.concatenate(list(sample_wan(Sampling(task), loan, Phases(context or context_of()))))


def blocks(frame: NDArray[np.uint8]) -> NDArray[np.float64]:
    return frame.reshape(8, 8, 8, 8, 3).mean((1, 3))


@pytest.fixture(scope="module")
def manager(tiny: TinyModels, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelManager]:
    manager = tiny.manager(tmp_path_factory.mktemp("workspace"))
    yield manager
    manager.empty()


@pytest.mark.parametrize("model", [MINI, WAN21])
@pytest.mark.parametrize("num_frames", [1, 9])
def test_a_clip_is_saved_with_all_that_made_it(
    tiny: TinyModels, manager: ModelManager, workspace: Workspace, model: str, num_frames: int
) -> None:
    reports: list[Progress] = []
    task = task_of(model, num_frames=num_frames)
    result = run(task, manager, context_of(reports.append), workspace)

    assert result.output is not None
    clip = workspace.root / result.output
    frames = list(read_frames(clip))
    assert len(frames) == num_frames
    assert frames[0].shape == (64, 64, 3)
    # random weights make confetti, whose colours the codec thins out: compare 8 × 8 blocks
    assert np.abs(blocks(frames[0]) - blocks(sampled(manager, task)[0])).mean() < 6
    assert TextToVideo(**{k: v for k, v in read_settings_of(clip).items() if k != "kind"}) == task

    made = json.loads((workspace.root / result.details["metadata"]).read_text())["oelala"]
    assert made["model"]["id"] == model
    folder = tiny.mini if model == MINI else tiny.models / manager.row(model).repo
    for name, digest in made["model"]["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert {name.split("/")[0] for name in made["model"]["files"]} == {"text_encoder", "transformer", "vae"}
    assert made["versions"]["torch"] == torch.__version__
    assert made["seconds"].keys() == {"loading", "encoding", "denoising", "decoding"}


def test_progress_tells_every_step(manager: ModelManager, workspace: Workspace) -> None:
    reports: list[Progress] = []
    run(task_of(num_frames=9), manager, context_of(reports.append), workspace)
    order = list(dict.fromkeys(report.phase for report in reports))
    assert order == ["loading", "encoding", "denoising", "decoding", "saving"]
    steps = {phase: [(r.step, r.total) for r in reports if r.phase == phase] for phase in order}
    assert steps["denoising"] == [(step, 4) for step in range(5)]
    assert steps["decoding"] == [(step, 3) for step in range(3)]
    pictures = [report.preview for report in reports if report.preview]
    assert {report.phase for report in reports if report.preview} == {"denoising"}
    for picture in pictures:
        image = Image.open(BytesIO(picture))
        assert (image.format, image.size, getattr(image, "n_frames", 1)) == ("WEBP", (16, 16), 3)


def test_there_is_a_preview_half_way(manager: ModelManager) -> None:
    reports: list[Progress] = []
    sampled(manager, task_of(num_inference_steps=6), context_of(reports.append))
    shown = [report.step for report in reports if report.preview]
    assert 3 in shown
    assert 6 not in shown


def test_a_seed_means_a_clip(manager: ModelManager) -> None:
    first = sampled(manager, task_of())
    assert first.dtype == np.uint8
    assert first.shape == (5, 64, 64, 3)
    assert first.std() > 1
    assert np.array_equal(sampled(manager, task_of()), first)
    for other in ({"seed": 8}, {"flow_shift": 9.0}, {"guidance_scale": 6.0}, {"negative_prompt": "blue"}):
        assert not np.array_equal(sampled(manager, task_of(**other)), first), other
    assert np.array_equal(sampled(manager, task_of()), first), "nothing of the other tasks may stay"


def test_models_take_turns_without_a_trace(manager: ModelManager) -> None:
    first = sampled(manager, task_of(MINI))
    other = sampled(manager, task_of(WAN21))
    assert np.array_equal(sampled(manager, task_of(MINI)), first)
    assert np.array_equal(sampled(manager, task_of(WAN21)), other)


def hooks_on(manager: ModelManager) -> list[str]:
    with manager.use(ModelSpec(MINI)) as loan:
        parts = [loan.pipeline.text_encoder, loan.pipeline.transformer, loan.pipeline.vae]
        return [
            type(module).__name__
            for part in parts
            for module in part.modules()
            if module._forward_pre_hooks or module._forward_hooks
        ]


def test_cancel_is_heard_everywhere_and_leaves_no_trace(manager: ModelManager) -> None:
    truth = sampled(manager, task_of())
    counting = Stop()
    sampled(manager, task_of(), context_of(cancel=counting))
    # 1 text block × 2 prompts, 2 blocks × 2 branches × 4 steps, 4 callbacks, and the decoder
    assert counting.checks > 2 + 16 + 4 + 2
    moments = random.Random(3).sample(range(1, counting.checks + 1), 12)
    for moment in [1, counting.checks, *moments]:
        stop = Stop(after=moment)
        with pytest.raises(Cancelled):
            sampled(manager, task_of(seed=99), context_of(cancel=stop))
        assert stop.checks == moment, "work went on after the cancel"
    assert hooks_on(manager) == []
    assert np.array_equal(sampled(manager, task_of()), truth)


@pytest.mark.parametrize("phase", ["encoding", "denoising", "decoding"])
def test_a_fault_anywhere_leaves_no_trace(manager: ModelManager, phase: str) -> None:
    truth = sampled(manager, task_of())

    def report(progress: Progress) -> None:
        if progress.phase == phase and progress.step >= (phase != "encoding"):
            raise OSError(phase)

    with pytest.raises(OSError, match=phase):
        sampled(manager, task_of(seed=99), context_of(report))
    assert hooks_on(manager) == []
    assert np.array_equal(sampled(manager, task_of()), truth)


def test_a_cancelled_clip_leaves_no_file(manager: ModelManager, workspace: Workspace) -> None:
    def report(progress: Progress) -> None:
        if progress.phase == "saving":
            cancel.cancel()

    cancel = CancelToken()
    with pytest.raises(Cancelled):
        run(task_of(), manager, context_of(report, cancel), workspace)
    assert [path for path in workspace.outputs.rglob("*") if path.is_file()] == []


def test_a_full_or_closed_folder_is_noticed_before_the_work(
    manager: ModelManager, workspace: Workspace
) -> None:
    workspace.outputs.rmdir()
    workspace.outputs.write_text("a file where a folder should be")
    reports: list[Progress] = []
    with pytest.raises(OelalaError):
        run(task_of(), manager, context_of(reports.append), workspace)
    assert reports == []


def test_cancel_while_loading(tiny: TinyModels, tmp_path: Path, workspace: Workspace) -> None:
    fresh = tiny.manager(tmp_path)
    stop = Stop(after=2)
    with pytest.raises(Cancelled):
        run(task_of(), fresh, context_of(cancel=stop), workspace)
    assert run(task_of(), fresh, context_of(), workspace).output is not None


@contextmanager
def warnings_logged() -> Iterator[list[str]]:
    lines: list[str] = []
    sink = logger.add(lambda message: lines.append(str(message)), level="WARNING", format="{message}")
    try:
        yield lines
    finally:
        logger.remove(sink)


def test_a_prompt_that_is_cut_off_is_mentioned(manager: ModelManager) -> None:
    with warnings_logged() as lines:
        sampled(manager, task_of(num_inference_steps=1))
        assert lines == []
        sampled(manager, task_of(num_inference_steps=1, prompt="waving and jumping " * 40))
    assert len(lines) == 1
    assert "64" in lines[0]


def test_an_unresolved_task_is_refused(manager: ModelManager, workspace: Workspace) -> None:
    with pytest.raises(ValueError, match="resolved"):
        run(task_of(width=None), manager, context_of(), workspace)


def test_watching_costs_next_to_nothing(manager: ModelManager) -> None:
    """Mini passes 320 blocks and 20 steps in a clip of two seconds: 1,000 checks must be lost in that."""
    phases = Phases(context_of())
    with manager.use(ModelSpec(MINI)) as loan, watched(loan, phases, 20, 5):
        block = loan.pipeline.transformer.blocks[0]
        (hook,) = block._forward_pre_hooks.values()
        started = time.perf_counter()
        for _ in range(1000):
            hook(block, ())
        assert time.perf_counter() - started < 0.02


def test_frames_are_encoded_while_the_next_are_decoded(manager: ModelManager, workspace: Workspace) -> None:
    """And the encoder's work is done, up to the last frames, when decoding is."""
    seen: list[tuple[int, int]] = []

    def sample(sampling: Sampling, loan: Loan, phases: Phases) -> Generator[NDArray[np.uint8]]:
        for number, frames in enumerate(sample_wan(sampling, loan, phases)):
            drafts = [path for path in workspace.outputs.rglob("*") if path.name.endswith("frames.part")]
            seen.append((number, len(drafts)))
            yield frames

    task = task_of(num_frames=21)
    request = ClipRequest(Sampling(task), ModelSpec(MINI), sample)
    result = make_clip(request, manager, context_of(), workspace)
    assert result.output is not None
    assert [number for number, _ in seen] == list(range(6))
    assert seen[-1][1] == 1  # the file is being written meanwhile


def test_a_long_clip_is_never_in_memory_as_a_whole(manager: ModelManager, workspace: Workspace) -> None:
    """Of 200 made frames few are alive at any time: the encoder is waited for."""
    alive: list[int] = []
    frames_made: list[weakref.ref[NDArray[np.uint8]]] = []

    def sample(sampling: Sampling, loan: Loan, phases: Phases) -> Generator[NDArray[np.uint8]]:
        del sampling, loan, phases
        for _ in range(50):
            chunk = np.random.default_rng(1).integers(0, 255, (4, 64, 64, 3), np.uint8)
            frames_made.append(weakref.ref(chunk))
            alive.append(sum(one() is not None for one in frames_made))
            yield chunk

    task = task_of().model_copy(update={"num_frames": 200})
    make_clip(ClipRequest(Sampling(task), ModelSpec(MINI), sample), manager, context_of(), workspace)
    assert max(alive) * 4 <= DEPTH + 4 * 4
