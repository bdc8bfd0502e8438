"""What a task will need here, with what the workspace's clips have taught."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest

from oelala.errors import InvalidTask, OelalaError
from oelala.executor import StudioExecutor
from oelala.forecast import fitting_variant, with_backend
from oelala.library.naming import document_of
from oelala.models.catalog import find, resolve
from oelala.models.hardware_here import look_here
from oelala.models.holding import holding_file, tell_holding
from oelala.models.json_store import write_json_quietly
from oelala.models.machine import process_age, torch_version
from oelala.models.peaks import keep_step, peaks_file
from oelala.models.planning import PlanRequest, hardware_of, plan_run, work_of
from oelala.models.planning.attention import attention_file, attention_key, sampled_tokens
from oelala.models.speeds import keep_speed, speeds_file
from oelala.settings import Settings
from oelala.studio import Studio
from oelala.tasks.job import JobResult
from oelala.tasks.text_to_video import TextToVideo
from oelala.texts import LANGUAGES, Language, say, written
from tests.models.folders import write_cached
from tests.models.planning.machines import machine, users_own

PARTS = ("text_encoder", "vae", "transformer")


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(Settings(workspace=tmp_path / "workspace", models=tmp_path / "hub"))


def clip_made(studio: Studio, name: str, seconds: float, device: str, **task: object) -> Path:
    """What a finished clip leaves behind; its path."""
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
    return path


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


def test_a_worker_that_has_to_start_and_the_saving_count(studio: Studio) -> None:
    task = TextToVideo(prompt="a person waves")
    clip_made(studio, "171500", 10.0, studio.plan(task).device)
    bare = studio.plan(task)
    assert bare.seconds is not None
    store = speeds_file(studio.workspace.private)
    keep_speed(store, "start", 15.0)
    keep_speed(store, "saving", 2.0)
    cold = studio.plan(task)
    assert (cold.seconds, cold.load) == (pytest.approx(bare.seconds + 17.0), pytest.approx(bare.load + 15.0))
    tell_holding(holding_file(studio.workspace.private))  # this very process is its worker
    warm = studio.plan(task)
    assert (warm.seconds, warm.load) == (pytest.approx(bare.seconds + 2.0), bare.load)


def test_a_worker_tells_how_long_it_took_to_start(studio: Studio) -> None:
    executor = StudioExecutor(studio.settings, "gpu")
    for _ in range(2):
        executor._tell_start()
    told = json.loads(speeds_file(studio.workspace.private).read_text())["start"]
    assert told == [pytest.approx(process_age(), abs=60)]


def test_the_plan_names_the_attention_that_was_measured(studio: Studio) -> None:
    """For a card and a torch of its own, as the worker has kept it; a processor has only torch's."""
    row = find("wan2.1-t2v-1.3b")
    values = next(iter(row.defaults.values()))
    request = PlanRequest(row, values, hardware_of(machine(12, 64)))
    plan, tokens = plan_run(request), work_of(row, values).tokens
    key = attention_key("NVIDIA GeForce RTX 3060", torch_version(), sampled_tokens(tokens))
    assert with_backend(plan, request, studio.settings).attention_backend == "native"
    write_json_quietly(
        attention_file(studio.workspace.private), {f"{key}128 torch.bfloat16": "_native_cudnn"}
    )
    told = with_backend(plan, request, studio.settings)
    assert told.attention_backend == "_native_cudnn"
    assert ("plan.attention", {"name": "cuDNN"}) in told.words  # on the page, too
    assert "plan.attention" not in dict(plan.words)
    other = replace(request, hardware=replace(request.hardware, name="another"))
    assert with_backend(plan, other, studio.settings).attention_backend == "native"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_clip_that_does_not_fit_names_the_weights_that_do(studio: Studio, language: Language) -> None:
    """32 GB and an RTX 3060, most of the memory taken: 14B in 16 bits has no room, in 4 bits it has."""
    row = find("wan2.2-t2v-a14b")
    values = {**row.defaults["text-to-video"], "num_frames": 33}
    request = PlanRequest(row, values, users_own(21), missing_bytes=1)
    plan = plan_run(request)
    assert not plan.fits
    other = fitting_variant(request, "text-to-video", studio.settings)
    assert other is not None
    assert (other.id, other.bytes) == ("wan2.2-t2v-a14b-gguf", find(other.id).bytes)
    said = [say(key, language, **about) for key, about in replace(plan, instead=other).words]
    assert "wan2.2-t2v-a14b-gguf" in said[1]
    assert written("31.2 GB", language) in said[1]
    assert fitting_variant(replace(request, row=find("svd-xt")), "image-to-video", studio.settings) is None


def test_a_disk_that_is_too_full_for_one_may_do_for_another(studio: Studio) -> None:
    row = find("wan2.2-t2v-a14b")
    roomy = replace(users_own(), ram=10**12, disk_free=40 * 10**9)
    request = PlanRequest(row, row.defaults["text-to-video"], roomy, missing_bytes=row.bytes)
    plan = plan_run(request)
    assert (plan.fits, plan.disk_short) == (False, True)
    other = fitting_variant(request, "text-to-video", studio.settings)
    assert other is not None
    assert other.id == "wan2.2-t2v-a14b-gguf"


def test_what_ran_out_of_memory_is_planned_leaner(studio: Studio) -> None:
    """As the worker has written it down, with the resolved task."""
    task = TextToVideo(prompt="a person waves", num_frames=17)
    assert not studio.plan(task).taught
    hardware = look_here(studio.settings).hardware
    resolved = resolve(task, studio.settings).model_dump()
    asked = PlanRequest(find(task.model), resolved, hardware)
    asked = replace(asked, abilities=look_here(studio.settings).abilities(task.model), frugal=True)
    store = peaks_file(studio.workspace.private)
    keep_step(store, asked, 0, "graphics card", hardware.vram)
    plan = studio.plan(task)
    assert plan.taught
    assert "plan.taught" in dict(plan.words)
    assert not studio.plan(TextToVideo(prompt="a", num_frames=33)).taught
