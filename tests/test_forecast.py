"""What a task will need here, with what the workspace's clips have taught."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from oelala.errors import InvalidTask, OelalaError
from oelala.library.naming import document_of
from oelala.models.catalog import find
from oelala.settings import Settings
from oelala.studio import Studio
from oelala.tasks.job import JobResult
from oelala.tasks.text_to_video import TextToVideo
from tests.models.folders import write_cached

PARTS = ("text_encoder", "vae", "transformer")


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(Settings(workspace=tmp_path / "workspace", models=tmp_path / "hub"))


def clip_made(studio: Studio, name: str, seconds: float, device: str, **task: object) -> None:
    """What a finished clip leaves behind."""
    path = studio.workspace.outputs / "2026-11-22" / f"{name}-a-person-waves-x7k2p9.mp4"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"mp4")
    mini = {"width": 256, "height": 256, "num_frames": 33, "num_inference_steps": 20, "guidance_scale": 3.0}
    told = {
        "format": 1,
        "model": {"id": "oelala-mini"},
        "device": device,
        "seconds": {"encoding": 0.5, "denoising": seconds, "decoding": 2.0},
        "task": {"kind": "text-to-video", **mini, **task},
    }
    document_of(path).write_text(json.dumps({"oelala": told}))


def test_clips_teach_how_long_the_next_one_takes(studio: Studio) -> None:
    task = TextToVideo(prompt="a person waves")
    device = studio.plan(task).device
    assert (studio.plan(task).seconds, studio.plan(task).learned) == (None, False)
    clip_made(studio, "171500", 10.0, device)
    clip_made(studio, "171600", 12.0, device)
    clip_made(studio, "171700", 14.0, device)
    clip_made(studio, "171800", 900.0, "another")
    plan = studio.plan(task)
    assert plan.learned
    assert plan.seconds == pytest.approx(14.5 + plan.load)
    half = studio.plan(TextToVideo(prompt="a", num_inference_steps=10))
    assert half.seconds == pytest.approx(8.5 + plan.load)
    assert plan.words[0][1]["time"] == "15 s"


def test_what_has_been_loaded_is_not_loaded_again(studio: Studio) -> None:
    """The last clip's model is warm in a studio that runs, and the embedded one before there is a clip."""
    large = TextToVideo(prompt="a", model="wan2.1-t2v-14b")
    cold = studio.plan(large).load
    assert cold == pytest.approx(
        sum(find(large.model).components[n].bytes or 0 for n in PARTS) / 2e9, rel=0.01
    )
    studio._running_since = time.time()
    assert studio.plan(large).load == cold
    assert studio.plan(TextToVideo(prompt="a")).load == 0.0
    job = studio.store.enqueue(large)
    studio.store.claim("gpu", "somebody")
    assert studio.plan(large).load == cold
    studio.store.finish(job.id, 1, JobResult("outputs/a.mp4"))
    assert studio.plan(large).load == 0.0
    assert studio.plan(TextToVideo(prompt="a")).load > 0.0


def test_broken_metadata_teaches_nothing(studio: Studio) -> None:
    clip_made(studio, "171500", float("nan"), studio.plan(TextToVideo(prompt="a")).device)
    clip_made(studio, "171501", -1.0, "cpu", width="wide")
    assert studio.plan(TextToVideo(prompt="a")).seconds is None


def test_the_download_is_part_of_the_plan(studio: Studio) -> None:
    task = TextToVideo(prompt="a", model="wan2.1-t2v-1.3b")
    assert studio.plan(task).missing_bytes == find(task.model).bytes
    write_cached(studio.settings.models, find("wan2.1-t2v-1.3b"))
    assert studio.plan(task).missing_bytes == 0


def test_what_cannot_be_planned(studio: Studio) -> None:
    with pytest.raises(OelalaError, match="nobody"):
        studio.plan(TextToVideo(prompt="a", model="nobody"))
    with pytest.raises(InvalidTask):
        studio.plan(TextToVideo(prompt="a", model="svd"))
