"""A picture comes alive on tiny models: it is the first frame, framed and never stretched."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import UniPCMultistepScheduler, WanImageToVideoPipeline
from numpy.typing import NDArray
from PIL import Image

from oelala.engines.image_to_video import run, sampling_of
from oelala.engines.sampling import sample_wan
from oelala.engines.watch import Phases
from oelala.errors import Cancelled, OelalaError
from oelala.library.inputs import keep_picture
from oelala.library.outputs import read_settings_of
from oelala.library.workspace import Workspace
from oelala.media.picture import Framing, frame_picture, read_picture
from oelala.media.video import read_frames
from oelala.models.manager import ModelManager, ModelSpec
from oelala.progress import CancelToken, Progress, RunContext
from oelala.tasks.image_to_video import ImageToVideo
from tests.engines.test_text_to_video import Stop, context_of
from tests.media import pictures
from tests.models.tiny import MINI, TinyModels

SPEC = ModelSpec(MINI, "WanImageToVideoPipeline")


@pytest.fixture(scope="module")
def manager(tiny: TinyModels, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelManager]:
    manager = tiny.manager(tmp_path_factory.mktemp("workspace"))
    yield manager
    manager.empty()


@pytest.fixture
def photo(workspace: Workspace, tmp_path: Path) -> str:
    return keep_picture(workspace, pictures.save(pictures.two_halves(), tmp_path / "a.png")).reference


def task_of(image: str, **values: Any) -> ImageToVideo:
    usual: dict[str, Any] = {
        "prompt": "a person waves",
        "negative_prompt": "",
        "width": 64,
        "height": 64,
        "num_frames": 9,
        "num_inference_steps": 4,
        "guidance_scale": 3.0,
        "flow_shift": 3.0,
        "seed": 7,
    }
    return ImageToVideo(image=image, **{**usual, **values})


def sampled(
    manager: ModelManager, workspace: Workspace, task: ImageToVideo, context: RunContext | None = None
) -> NDArray[np.uint8]:
    with manager.use(SPEC) as loan:
        chunks = sample_wan(sampling_of(task, workspace), loan, Phases(context or context_of()))
        return np.concatenate(list(chunks))


def test_equal_to_a_bare_diffusers_script(
    tiny: TinyModels, manager: ModelManager, workspace: Workspace, photo: str
) -> None:
    pipeline = WanImageToVideoPipeline.from_pretrained(tiny.mini, dtype=torch.float32, local_files_only=True)
    pipeline.scheduler = UniPCMultistepScheduler.from_config(pipeline.scheduler.config, flow_shift=3.0)
    picture = frame_picture(read_picture(workspace.inputs / photo), Framing(64, 64))
    with manager.use(SPEC) as loan:
        assert loan.pipeline.config.expand_timesteps is True
        length = loan.row.max_sequence_length
    video = pipeline(
        image=picture,
        prompt="a person waves",
        negative_prompt="",
        height=64,
        width=64,
        num_frames=9,
        num_inference_steps=4,
        guidance_scale=3.0,
        generator=torch.Generator("cpu").manual_seed(7),
        max_sequence_length=length,
        output_type="pt",
    ).frames[0]
    expected = (video * 255).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
    np.testing.assert_allclose(sampled(manager, workspace, task_of(photo)), expected, atol=1)


def test_the_first_frame_is_the_picture_whatever_the_noise(
    manager: ModelManager, workspace: Workspace, photo: str
) -> None:
    """Random weights decode to confetti, but of the picture alone: no seed changes the first latent frame."""
    clips = [sampled(manager, workspace, task_of(photo, seed=seed)) for seed in (1, 2)]
    assert np.array_equal(clips[0][0], clips[1][0])
    assert not np.array_equal(clips[0][5:], clips[1][5:])
    other = sampled(manager, workspace, task_of(photo, focus_x=0.0, seed=1))
    assert not np.array_equal(other[0], clips[0][0])


def test_every_setting_of_the_framing_counts(manager: ModelManager, workspace: Workspace, photo: str) -> None:
    crop = sampling_of(task_of(photo), workspace).inputs["image"]
    left = sampling_of(task_of(photo, focus_x=0.0), workspace).inputs["image"]
    pad = sampling_of(task_of(photo, framing="pad"), workspace).inputs["image"]
    assert crop.size == left.size == pad.size == (64, 64)
    assert crop.getpixel((2, 32)) == pictures.RED
    assert left.getpixel((40, 32)) == pictures.RED
    assert crop.getpixel((40, 32)) == pictures.GREEN
    assert pad.getpixel((32, 2)) == (0, 0, 0)


def test_a_clip_is_saved_with_the_picture_it_began_with(
    manager: ModelManager, workspace: Workspace, photo: str
) -> None:
    reports: list[Progress] = []
    task = task_of(photo)
    result = run(task, manager, context_of(reports.append), workspace)
    assert result.output is not None
    clip = workspace.root / result.output
    assert len(list(read_frames(clip))) == 9
    found = read_settings_of(clip)
    assert found.pop("kind") == "image-to-video"
    assert ImageToVideo(**found) == task
    made = json.loads((workspace.root / result.details["metadata"]).read_text())["oelala"]
    assert made["task"]["image"] == photo
    order = list(dict.fromkeys(report.phase for report in reports))
    assert order == ["loading", "encoding", "denoising", "decoding", "saving"]


def test_the_preview_begins_with_the_picture(manager: ModelManager, workspace: Workspace, photo: str) -> None:
    reports: list[Progress] = []
    sampled(manager, workspace, task_of(photo), context_of(reports.append))
    shown = next(report.preview for report in reports if report.preview)
    picture = Image.open(BytesIO(shown)).convert("RGB")
    small = np.asarray(picture, np.float64)
    assert np.abs(small[:, : small.shape[1] // 2 - 1] - pictures.RED).mean() < 25
    assert np.abs(small[:, small.shape[1] // 2 + 1 :] - pictures.GREEN).mean() < 25


def test_a_cancel_anywhere_leaves_no_trace(manager: ModelManager, workspace: Workspace, photo: str) -> None:
    task = task_of(photo)
    truth = sampled(manager, workspace, task)
    counting = Stop()
    sampled(manager, workspace, task, context_of(cancel=counting))
    for moment in range(1, counting.checks + 1, 5):
        stop = Stop(after=moment)
        with pytest.raises(Cancelled):
            sampled(manager, workspace, task_of(photo, seed=9), context_of(cancel=stop))
        assert stop.checks == moment
    assert np.array_equal(sampled(manager, workspace, task), truth)


def test_a_picture_that_is_gone_says_so_before_the_work(
    manager: ModelManager, workspace: Workspace, photo: str
) -> None:
    (workspace.inputs / photo).unlink()
    reports: list[Progress] = []
    with pytest.raises(OelalaError, match="no longer in the workspace"):
        run(task_of(photo), manager, context_of(reports.append, CancelToken()), workspace)
    assert reports == []
