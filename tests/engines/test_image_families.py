"""Every family of image-to-video in its exact layout, on random weights: equal to a bare diffusers script."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import StableVideoDiffusionPipeline, UniPCMultistepScheduler, WanImageToVideoPipeline
from numpy.typing import NDArray
from PIL import Image

from oelala.engines.image_to_video import run, sampling_of
from oelala.engines.provenance import provenance_of, told_of
from oelala.engines.sampling import sample_wan
from oelala.engines.sampling_svd import EulerGuess, sample_svd
from oelala.engines.watch import Phases
from oelala.errors import Cancelled, InvalidTask, OelalaError
from oelala.library.inputs import keep_picture
from oelala.library.workspace import Workspace
from oelala.media.picture import Framing, frame_picture, read_picture
from oelala.media.video import probe, read_frames
from oelala.models.catalog import find, resolve
from oelala.models.manager import ModelManager, ModelSpec
from oelala.models.planning import Hardware
from oelala.progress import Progress, RunContext
from oelala.settings import Settings
from oelala.tasks.image_to_video import ImageToVideo
from tests.engines.test_text_to_video import Stop, context_of
from tests.media import pictures
from tests.models.tiny_image import FLF2V, I2V, I2V_EXPERTS, LAYOUTS, SVD, build_all

SIDE, STEPS = 32, 4
WAN = {"negative_prompt": "", "num_frames": 5, "guidance_scale": 3.0, "flow_shift": 3.0}
MOVES = {
    "num_frames": 6,
    "fps": 7,
    "motion_bucket_id": 127,
    "noise_aug_strength": 0.02,
    "min_guidance_scale": 1.0,
    "max_guidance_scale": 3.0,
    "decode_chunk_size": 4,
}
VALUES: dict[str, dict[str, Any]] = {
    I2V: WAN,
    FLF2V: WAN,
    I2V_EXPERTS: {**WAN, "guidance_scale_2": 2.0},
    SVD: MOVES,
}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("hub")
    build_all(folder)
    yield folder
    torch.set_num_threads(threads)


@pytest.fixture
def photo(workspace: Workspace, tmp_path: Path) -> str:
    return keep_picture(workspace, pictures.save(pictures.two_halves(), tmp_path / "a.png")).reference


@pytest.fixture
def end(workspace: Workspace, tmp_path: Path) -> str:
    turned = pictures.two_halves().rotate(180)
    return keep_picture(workspace, pictures.save(turned, tmp_path / "b.png")).reference


def task_of(model: str, image: str, **values: Any) -> ImageToVideo:
    usual = {
        "width": SIDE,
        "height": SIDE,
        "num_inference_steps": STEPS,
        "seed": 7,
        "prompt": "" if model == SVD else "she waves",
    }
    return ImageToVideo(model=model, image=image, **{**usual, **VALUES[model], **values})


def sampled(
    manager: ModelManager, workspace: Workspace, task: ImageToVideo, context: RunContext | None = None
) -> NDArray[np.uint8]:
    sample = sample_svd if task.model == SVD else sample_wan
    spec = ModelSpec(task.model, find(task.model).pipelines["image-to-video"])
    with manager.use(spec) as loan:
        chunks = sample(sampling_of(task, workspace), loan, Phases(context or context_of()))
        return np.concatenate(list(chunks))


def as_frames(video: torch.Tensor) -> NDArray[np.uint8]:
    return (video * 255).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()


def framed(workspace: Workspace, reference: str) -> Image.Image:
    return frame_picture(read_picture(workspace.inputs / reference), Framing(SIDE, SIDE))


@pytest.mark.parametrize("model", LAYOUTS)
def test_wan_is_equal_to_a_bare_diffusers_script(
    models: Path, manager: ModelManager, workspace: Workspace, photo: str, end: str, model: str
) -> None:
    pipeline = WanImageToVideoPipeline.from_pretrained(
        models / find(model).repo, dtype=torch.float32, local_files_only=True
    )
    pipeline.scheduler = UniPCMultistepScheduler.from_config(pipeline.scheduler.config, flow_shift=3.0)
    last = {"last_image": framed(workspace, end)} if model != I2V else {}
    task = task_of(model, photo, last_image=end if last else None)
    video = pipeline(
        image=framed(workspace, photo),
        prompt="she waves",
        negative_prompt="",
        height=SIDE,
        width=SIDE,
        num_frames=5,
        num_inference_steps=task.num_inference_steps,
        guidance_scale=3.0,
        guidance_scale_2=task.guidance_scale_2,
        generator=torch.Generator("cpu").manual_seed(7),
        output_type="pt",
        **last,
    ).frames[0]
    assert (pipeline.image_encoder is None) == (model == I2V_EXPERTS)
    np.testing.assert_allclose(sampled(manager, workspace, task), as_frames(video), atol=1)


@pytest.mark.parametrize("model", [FLF2V, I2V_EXPERTS])
def test_the_last_picture_counts_where_there_is_one(
    manager: ModelManager, workspace: Workspace, photo: str, end: str, model: str
) -> None:
    plain, ended = (task_of(model, photo, last_image=last) for last in (photo, end))
    assert not np.array_equal(sampled(manager, workspace, plain), sampled(manager, workspace, ended))


def test_svd_is_equal_to_a_bare_diffusers_script(
    models: Path, manager: ModelManager, workspace: Workspace, photo: str
) -> None:
    pipeline = StableVideoDiffusionPipeline.from_pretrained(
        models / find(SVD).repo, dtype=torch.float32, local_files_only=True
    )
    video = pipeline(
        image=framed(workspace, photo),
        height=SIDE,
        width=SIDE,
        num_inference_steps=STEPS,
        generator=torch.Generator("cpu").manual_seed(7),
        output_type="pt",
        **MOVES,
    ).frames[0]
    np.testing.assert_allclose(sampled(manager, workspace, task_of(SVD, photo)), as_frames(video), atol=1)


def test_every_setting_of_svd_counts(manager: ModelManager, workspace: Workspace, photo: str) -> None:
    plain = sampled(manager, workspace, task_of(SVD, photo))
    others = {"motion_bucket_id": 5, "noise_aug_strength": 0.5, "fps": 20, "max_guidance_scale": 8.0}
    for name, value in others.items():
        other = sampled(manager, workspace, task_of(SVD, photo, **{name: value}))
        assert not np.array_equal(plain, other), name


def test_svd_decodes_as_many_frames_at_once_as_the_plan_has_room_for(
    manager: ModelManager, workspace: Workspace, photo: str
) -> None:
    """After memory ran out, on a lower step of the ladder: the picture is that of a smaller wish."""
    card = Hardware("cuda", "", 24 * 2**30, 64 * 2**30, disk_free=10**15)
    second = ModelManager(manager._settings, torch.device("cpu"), None, find, card)
    wide = task_of(SVD, photo, num_inference_steps=2)
    narrow = wide.model_copy(update={"decode_chunk_size": 2})
    clips = {}
    for task, step in ((wide, 0), (wide, 5), (narrow, 0)):
        row = find(task.model)
        spec = ModelSpec(task.model, row.pipelines[task.kind], task.model_dump(), least_step=step)
        with second.use(spec) as loan:
            clips[task, step] = np.concatenate(
                list(sample_svd(sampling_of(task, workspace), loan, Phases(context_of())))
            )
            told, noted = provenance_of(loan, {}), told_of(loan)
        assert told["decode_chunk_size"] == (4 if (task, step) == (wide, 0) else 2)
        assert noted.get("chunk", False) is (step == 5)
    assert np.array_equal(clips[wide, 5], clips[narrow, 0])
    assert not np.array_equal(clips[wide, 5], clips[wide, 0])
    second.empty()


@pytest.mark.parametrize("model", [*LAYOUTS, SVD])
def test_a_clip_is_saved_at_its_rate_with_previews(
    manager: ModelManager, workspace: Workspace, photo: str, model: str
) -> None:
    reports: list[Progress] = []
    task = task_of(model, photo, last_image=photo if find(model).last_image_needed else None)
    result = run(task, manager, context_of(reports.append), workspace)
    assert result.output is not None
    clip = workspace.root / result.output
    assert len(list(read_frames(clip))) == task.num_frames
    assert probe(clip).fps == (7 if model == SVD else 16)
    order = list(dict.fromkeys(report.phase for report in reports))
    assert order == ["loading", "encoding", "denoising", "decoding", "saving"]
    shown = next(report.preview for report in reports if report.preview)
    frames = getattr(Image.open(BytesIO(shown)), "n_frames", 1)
    assert frames == (6 if model == SVD else 2)


@pytest.mark.parametrize("model", [I2V, SVD])
def test_a_cancel_anywhere_leaves_no_trace(
    manager: ModelManager, workspace: Workspace, photo: str, model: str
) -> None:
    task = task_of(model, photo)
    truth = sampled(manager, workspace, task)
    counting = Stop()
    sampled(manager, workspace, task, context_of(cancel=counting))
    for moment in range(1, counting.checks + 1, 7):
        stop = Stop(after=moment)
        with pytest.raises(Cancelled):
            sampled(manager, workspace, task_of(model, photo, seed=9), context_of(cancel=stop))
        assert stop.checks == moment
    assert np.array_equal(sampled(manager, workspace, task), truth)


def test_a_model_that_goes_between_two_pictures_asks_for_both(models: Path, tmp_path: Path) -> None:
    settings = Settings(workspace=tmp_path, models=models)
    with pytest.raises(InvalidTask) as fault:
        resolve(ImageToVideo(model=FLF2V, image="a"), settings)
    assert (fault.value.code, fault.value.field) == ("last-picture-needed", "last_image")
    assert resolve(ImageToVideo(model=FLF2V, image="a", last_image="b"), settings).num_frames == 81
    assert resolve(ImageToVideo(model=I2V_EXPERTS, image="a"), settings).guidance_scale_2 == 3.5
    for values in (
        {"model": I2V, "last_image": "b"},
        {"model": I2V, "fps": 7},
        {"model": SVD, "flow_shift": 3},
    ):
        with pytest.raises(InvalidTask) as fault:
            resolve(ImageToVideo.model_validate({"image": "a", **values}), settings)
        assert (fault.value.code, fault.value.field) == ("not-for-model", list(values)[1])


@pytest.mark.parametrize("model", [I2V, FLF2V, I2V_EXPERTS, SVD])
def test_number_formats_of_a_card(
    manager: ModelManager, workspace: Workspace, photo: str, model: str
) -> None:
    """The VAE in 32 bits, all else in 16, as `models/device.py` has it there: run here on the processor."""
    task = task_of(model, photo, last_image=photo if model == FLF2V else None)
    exact = sampled(manager, workspace, task)
    card = ModelManager(manager._settings, torch.device("cpu"))
    spec = ModelSpec(model, find(model).pipelines["image-to-video"])
    with card.use(spec) as loan:
        for name, part in loan.pipeline.components.items():
            if isinstance(part, torch.nn.Module) and name != "vae":
                part.to(torch.bfloat16)
    rough = sampled(card, workspace, task)
    assert rough.shape == exact.shape
    assert np.abs(rough.astype(int) - exact).mean() < 40


def test_families_take_turns_and_share_what_is_the_same(
    manager: ModelManager, workspace: Workspace, photo: str
) -> None:
    with manager.use(ModelSpec(I2V, "WanImageToVideoPipeline")) as one:
        pass
    with manager.use(ModelSpec(I2V_EXPERTS, "WanImageToVideoPipeline")) as two:
        assert two.pipeline.vae is one.pipeline.vae
        assert two.pipeline.text_encoder is one.pipeline.text_encoder
    first = sampled(manager, workspace, task_of(I2V, photo))
    sampled(manager, workspace, task_of(SVD, photo))
    assert np.array_equal(sampled(manager, workspace, task_of(I2V, photo)), first)


def test_the_guess_of_an_euler_step_is_the_schedulers_own() -> None:
    from diffusers import EulerDiscreteScheduler

    scheduler = EulerDiscreteScheduler(prediction_type="v_prediction", use_karras_sigmas=True)
    scheduler.set_timesteps(6)
    random = torch.Generator().manual_seed(0)
    sample = torch.randn(1, 4, 4, 4, generator=random) * scheduler.init_noise_sigma
    guess, seen = EulerGuess(), 0
    for step, timestep in enumerate(scheduler.timesteps[:-1]):
        scheduler.scale_model_input(sample, timestep)
        done = scheduler.step(torch.randn(sample.shape, generator=random), timestep, sample)
        sigma, after = float(scheduler.sigmas[step]), float(scheduler.sigmas[step + 1])
        found = guess.after_step(done.prev_sample, sigma, after)
        assert (found is None) == (step == 0)
        if found is not None:
            torch.testing.assert_close(found, done.pred_original_sample, rtol=1e-3, atol=1e-3)
            seen += 1
        sample = done.prev_sample
    assert seen == 4


def test_a_family_that_is_not_built_yet_says_so(manager: ModelManager) -> None:
    from dataclasses import replace

    from oelala.models.families import family_of

    with pytest.raises(OelalaError, match="cannot run"):
        family_of(replace(find(I2V), family="steam"))
