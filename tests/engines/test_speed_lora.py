"""Four steps through the real engine: as a bare script with the same LoRA, and gone with the clip."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import pytest
import torch
from diffusers import UniPCMultistepScheduler

from oelala.engines.sampling_animate import sample_animate
from oelala.engines.text_to_video import run
from oelala.errors import OelalaError
from oelala.library.outputs import read_settings_of
from oelala.library.workspace import Workspace
from oelala.models.catalog import find, resolve
from oelala.models.catalog.speed import SpeedLora, speed_loras
from oelala.models.manager import ModelManager
from oelala.models.planning import Hardware
from oelala.settings import Settings
from oelala.tasks.text_to_video import TextToVideo
from oelala.ui.views import error_view
from tests.engines.test_every_family import (
    FRAMES,
    HEIGHT,
    WIDTH,
    Case,
    borrowed,
    clip,
    decoded,
    driver,
    made,
    nothing,
    start,
)
from tests.engines.test_text_to_video import context_of
from tests.models import tiny_image, tiny_pose
from tests.models.lora.files import lightx2v, put_in, write
from tests.models.tiny import EXPERTS, WAN21_LARGE, TinyModels, build_wan21
from tests.models.tiny_image import I2V, I2V_EXPERTS
from tests.models.tiny_pose import ANIMATE


@dataclass(frozen=True)
class SpeedCase(Case):
    @property
    def lora(self) -> SpeedLora:
        return speed_loras(find(self.model))[0]

    @property
    def task(self) -> TextToVideo:
        chosen = {"speed": self.lora.id, **self.lora.values}
        return super().task.model_copy(update=chosen)

    @property
    def same_without(self) -> Case:
        return _Without(self.model, self.pipeline, self.inputs, self.sample)


class _Without(SpeedCase):
    @property
    def task(self) -> TextToVideo:
        return super().task.model_copy(update={"speed": ""})


CASES = [
    SpeedCase(WAN21_LARGE, "WanPipeline", nothing),
    SpeedCase(EXPERTS, "WanPipeline", nothing),
    SpeedCase(I2V, "WanImageToVideoPipeline", start),
    SpeedCase(I2V_EXPERTS, "WanImageToVideoPipeline", start),
    SpeedCase(ANIMATE, "WanAnimatePipeline", driver, sample_animate),
]
# What the second file of Wan 2.2 I2V has for a part that its model has not.
OF_ANOTHER = {
    "diffusion_model.img_emb.proj.1.lora_down.weight": torch.zeros(4, 8),
    "diffusion_model.img_emb.proj.1.lora_up.weight": torch.zeros(8, 4),
    "diffusion_model.blocks.0.cross_attn.k_img.diff_b": torch.zeros(8),
    "diffusion_model.blocks.0.cross_attn.norm_k_img.diff": torch.zeros(8),
}


@dataclass(frozen=True)
class Shelf:
    """Models with their LoRAs as the hub's cache has them; `plain`: the files for a script of one's own."""

    models: Path
    plain: Path

    def pipeline(self, case: Case) -> Any:
        kind = getattr(diffusers, case.pipeline)
        return kind.from_pretrained(self.models / find(case.model).repo, dtype=torch.float32)


@pytest.fixture(scope="module")
def shelf(tiny: TinyModels, tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    del tiny
    models, plain = tmp_path_factory.mktemp("models"), tmp_path_factory.mktemp("plain")
    tiny_image.build_wan_i2v(models / find(I2V).repo, tiny_image.LAYOUTS[I2V])
    tiny_image.build_wan_i2v(models / find(I2V_EXPERTS).repo, tiny_image.LAYOUTS[I2V_EXPERTS], 2)
    tiny_pose.build_animate(models / find(ANIMATE).repo)
    build_wan21(models / find(WAN21_LARGE).repo, seed=1)
    build_wan21(models / find(EXPERTS).repo, seed=1, transformer_seed=3, second_seed=4)
    found = Shelf(models, plain)
    for case in CASES:
        pipeline = found.pipeline(case)
        own = {part: lightx2v(getattr(pipeline, part), seed) for seed, part in enumerate(case.lora.files)}
        for part, tensors in own.items():
            write(plain / case.model / f"{part}.safetensors", tensors)
        if case.model == I2V_EXPERTS:
            own["transformer_2"] |= OF_ANOTHER
        if case.model != ANIMATE:  # it takes that of I2V, whose layers are as large
            put_in(models, case.lora, own)
    return found


@pytest.fixture(scope="module")
def manager(tiny: TinyModels, shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> ModelManager:
    return manager_on(tiny, shelf, tmp_path_factory.mktemp("workspace"))


def manager_on(tiny: TinyModels, shelf: Shelf, folder: Path, card: Hardware | None = None) -> ModelManager:
    settings = Settings(workspace=folder, models=shelf.models)
    return ModelManager(settings, torch.device("cpu"), None, tiny.row, card)


def bare(shelf: Shelf, case: SpeedCase, length: int) -> list[torch.Tensor]:
    """What a user's own script gives to the decoder."""
    pipeline, task = shelf.pipeline(case), case.task
    for part in case.lora.files:
        file = shelf.plain / (I2V if case.model == ANIMATE else case.model) / f"{part}.safetensors"
        second = {"load_into_transformer_2": True} if part == "transformer_2" else {}
        pipeline.load_lora_weights(str(file), adapter_name=part, **second)
    pipeline.scheduler = UniPCMultistepScheduler.from_config(pipeline.scheduler.config, flow_shift=5.0)
    frames: dict[str, Any] = {"num_frames": FRAMES}
    if case.sample is sample_animate:
        frames = {"segment_frame_length": FRAMES, "prev_segment_conditioning_frames": 1}
    with decoded(pipeline.vae) as seen:
        pipeline(
            prompt=task.prompt,
            height=HEIGHT,
            width=WIDTH,
            num_inference_steps=4,
            guidance_scale=1.0,
            generator=torch.Generator("cpu").manual_seed(11),
            max_sequence_length=length,
            **frames,
            **case.inputs(),
        )
    return seen


@pytest.mark.parametrize("case", CASES[1:], ids=lambda case: case.model)
def test_the_latents_are_those_of_a_bare_script(manager: ModelManager, shelf: Shelf, case: SpeedCase) -> None:
    wanted = bare(shelf, case, manager.row(case.model).max_sequence_length)
    plain = clip(manager, case.same_without)
    with borrowed(manager, case) as loan, decoded(loan.pipeline.vae) as seen:
        quick = made(case, loan)
    assert len(seen) == len(wanted) >= 1
    assert all(torch.equal(one, other) for one, other in zip(seen, wanted, strict=True))
    assert not np.array_equal(quick, plain)
    assert np.array_equal(clip(manager, case.same_without), plain), "of the LoRA nothing is left"


def test_the_steps_are_at_the_distilled_noise_levels_and_one_pass_each(
    manager: ModelManager, shelf: Shelf
) -> None:
    case, seen = CASES[3], {"transformer": [], "transformer_2": []}  # type: ignore[var-annotated]
    with borrowed(manager, case) as loan, ExitStack() as hooks:
        for name, times in seen.items():

            def note(_: Any, args: Any, given: Any, times: list[int] = times) -> None:
                times.append(int(given["timestep"].flatten()[0]))

            part = getattr(loan.pipeline, name)
            hooks.enter_context(part.register_forward_pre_hook(note, with_kwargs=True))
        own = loan.pipeline.scheduler
        made(case, loan)
        assert loan.pipeline.scheduler.timesteps.tolist() == [999, 937, 833, 625]
        assert loan.pipeline.scheduler is not own
    assert seen == {"transformer": [999, 937], "transformer_2": [833, 625]}
    assert loan.pipeline.scheduler is own, "for this clip only"


def test_on_a_small_card_the_clip_is_the_same(
    tiny: TinyModels, shelf: Shelf, tmp_path: Path, manager: ModelManager
) -> None:
    case = CASES[3]
    truth = clip(manager, case)
    card = Hardware("cuda", "", 12 * 2**30, 256 * 2**30, disk_free=10**15)
    manager = manager_on(tiny, shelf, tmp_path, card)
    plain = clip(manager, case.same_without)
    with borrowed(manager, case) as loan:
        assert loan.plan.streamed
        assert np.array_equal(made(case, loan), truth)
    assert np.array_equal(clip(manager, case), truth)
    assert np.array_equal(clip(manager, case.same_without), plain)
    manager.empty()


def test_with_weights_in_8_bits(
    tiny: TinyModels, shelf: Shelf, tmp_path: Path, manager: ModelManager
) -> None:
    """Both experts do not fit otherwise."""
    case = CASES[3]
    truth = clip(manager, case).astype(int)
    card = Hardware("cuda", "", 12 * 2**30, 48 * 2**30, disk_free=10**15)
    manager = manager_on(tiny, shelf, tmp_path, card)
    plain = clip(manager, case.same_without)
    with borrowed(manager, case) as loan:
        assert loan.plan.quantisation == "int8"
        quick = made(case, loan)
    assert 0 < np.abs(quick - truth).mean() < 2
    assert np.abs(quick.astype(int) - plain).mean() > 2
    assert np.array_equal(clip(manager, case.same_without), plain)
    manager.empty()


def test_the_clip_says_so_and_brings_it_back(manager: ModelManager, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "workspace")
    workspace.prepare()
    case = CASES[1]
    result = run(case.task, manager, context_of(), workspace)
    assert result.output is not None
    clip_file = workspace.root / result.output
    document = json.loads(clip_file.with_suffix(".json").read_text())["oelala"]
    (told,) = document["loras"]
    assert (told["id"], told["strength"]) == (case.lora.id, 1.0)
    assert told["files"].keys() == set(case.lora.files.values())
    assert all(len(digest) == 64 for digest in told["files"].values())
    settings = read_settings_of(clip_file)
    assert (settings["speed"], settings["num_inference_steps"]) == (case.lora.id, 4)
    plain = run(case.same_without.task, manager, context_of(job="x7k2p8"), workspace)
    assert plain.output is not None
    beside = (workspace.root / plain.output).with_suffix(".json").read_text()
    assert "loras" not in json.loads(beside)["oelala"]


def test_a_file_for_another_model_is_refused_in_words(tiny: TinyModels, shelf: Shelf, tmp_path: Path) -> None:
    case = CASES[0]
    models = tmp_path / "hub"
    repo = find(case.model).repo
    (models / repo).parent.mkdir(parents=True)
    (models / repo).symlink_to(shelf.models / repo)
    wrong = {"transformer": lightx2v(shelf.pipeline(CASES[2]).transformer)}
    put_in(models, case.lora, wrong)
    manager = ModelManager(Settings(workspace=tmp_path, models=models), torch.device("cpu"), None, tiny.row)
    plain = clip(manager, case.same_without)
    with pytest.raises(OelalaError) as caught, borrowed(manager, case):
        pytest.fail("lent")
    assert caught.value.code == "lora-foreign"
    assert caught.value.values["model"] == find(case.model).title
    assert np.array_equal(clip(manager, case.same_without), plain)


def test_a_task_takes_its_values_and_misses_what_is_not_here(shelf: Shelf, tmp_path: Path) -> None:
    settings = Settings(workspace=tmp_path, models=shelf.models)
    lora = CASES[1].lora
    task = resolve(TextToVideo(prompt="a", model=EXPERTS, speed=lora.id), settings)
    assert (task.num_inference_steps, task.guidance_scale, task.guidance_scale_2) == (4, 1.0, 1.0)
    assert (task.flow_shift, task.width) == (5.0, 832)
    own = resolve(TextToVideo(prompt="a", model=EXPERTS, speed=lora.id, num_inference_steps=6), settings)
    assert own.num_inference_steps == 6
    plain = resolve(TextToVideo(prompt="a", model=EXPERTS), settings)
    assert (plain.speed, plain.num_inference_steps) == ("", 40)


@pytest.mark.parametrize("half", [False, True], ids=["nothing", "one of two files"])
def test_what_is_not_here_is_said_at_its_field(shelf: Shelf, tmp_path: Path, half: bool) -> None:
    lora, models = CASES[1].lora, tmp_path / "hub"
    repo = find(EXPERTS).repo
    (models / repo).parent.mkdir(parents=True)
    (models / repo).symlink_to(shelf.models / repo)
    if half:
        put_in(models, lora, {"transformer": {"x": torch.zeros(1)}})
    for speed, code in ((lora.id, "speed-missing"), ("lightx2v-wan2.1-t2v-14b", "unknown-speed")):
        with pytest.raises(OelalaError) as caught:
            resolve(
                TextToVideo(prompt="a", model=EXPERTS, speed=speed),
                Settings(workspace=tmp_path, models=models),
            )
        assert caught.value.code == code
        assert error_view(caught.value, "en")["field"] == "speed"
        assert lora.id in str(caught.value)
