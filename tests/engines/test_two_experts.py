"""Wan 2.2's two experts in the engine: the same clip as a bare diffusers script, and cancel in either."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import UniPCMultistepScheduler, WanPipeline

from oelala.engines.text_to_video import run
from oelala.errors import Cancelled
from oelala.library.workspace import Workspace
from oelala.models.manager import ModelManager, ModelSpec
from oelala.progress import Progress
from tests.engines.test_text_to_video import Stop, context_of, sampled, task_of
from tests.models.tiny import EXPERTS, TinyModels

VALUES: dict[str, Any] = {"guidance_scale": 4.0, "guidance_scale_2": 2.0, "flow_shift": 12.0}
TASK = task_of(EXPERTS, num_inference_steps=6, **VALUES)


@pytest.fixture(scope="module")
def manager(tiny: TinyModels, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelManager]:
    manager = tiny.manager(tmp_path_factory.mktemp("workspace"))
    yield manager
    manager.empty()


def test_equal_to_a_bare_diffusers_script(tiny: TinyModels, manager: ModelManager) -> None:
    folder = tiny.models / manager.row(EXPERTS).repo
    pipeline = WanPipeline.from_pretrained(folder, dtype=torch.float32, local_files_only=True)
    pipeline.scheduler = UniPCMultistepScheduler.from_config(pipeline.scheduler.config, flow_shift=12.0)
    calls = {"transformer": 0, "transformer_2": 0}
    for name in calls:

        def count(*_: Any, name: str = name) -> None:
            calls[name] += 1

        getattr(pipeline, name).register_forward_pre_hook(count)
    video = pipeline(
        prompt=TASK.prompt,
        negative_prompt="",
        height=64,
        width=64,
        num_frames=5,
        num_inference_steps=6,
        guidance_scale=4.0,
        guidance_scale_2=2.0,
        generator=torch.Generator("cpu").manual_seed(7),
        output_type="pt",
    ).frames[0]
    assert min(calls.values()) >= 4, "each expert has two steps at least, two branches a step"
    expected = (video * 255).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
    np.testing.assert_array_equal(sampled(manager, TASK), expected)


def test_each_guidance_acts_on_its_own_expert(manager: ModelManager) -> None:
    clip = sampled(manager, TASK)
    for name in ("guidance_scale", "guidance_scale_2"):
        assert not np.array_equal(sampled(manager, TASK.model_copy(update={name: 7.0})), clip)


def test_a_cancel_in_either_expert_leaves_no_trace(manager: ModelManager) -> None:
    clip = sampled(manager, TASK)
    counter = Stop()
    sampled(manager, TASK, context_of(cancel=counter))
    for after in range(3, counter.checks, 5):
        with pytest.raises(Cancelled):
            sampled(manager, TASK, context_of(cancel=Stop(after)))
    np.testing.assert_array_equal(sampled(manager, TASK), clip)


def test_every_block_of_both_experts_is_a_place_to_stop(manager: ModelManager) -> None:
    counter = Stop()
    sampled(manager, TASK, context_of(cancel=counter))
    blocks, branches, steps = 2, 2, 6
    assert counter.checks >= blocks * branches * steps


def test_saved_with_both_experts_hashes_and_every_step_told(manager: ModelManager, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.prepare()
    reports: list[Progress] = []
    result = run(TASK, manager, context_of(reports.append), workspace)
    assert result.output is not None
    assert (workspace.root / result.output).is_file()
    steps = [(report.step, report.total) for report in reports if report.phase == "denoising"]
    assert steps == [(step, 6) for step in range(7)]
    with manager.use(ModelSpec(EXPERTS)) as loan:
        assert {name.split("/")[0] for name in loan.hashes} >= {"transformer", "transformer_2"}
        assert loan.pipeline.transformer is not loan.pipeline.transformer_2
        assert loan.pipeline.config.boundary_ratio == 0.875
