"""Lending models: the right weights and flags, reuse, sharing, swapping, and nothing left behind."""

from __future__ import annotations

import gc
import shutil
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import UniPCMultistepScheduler, WanPipeline

from oelala.errors import ModelMissing, OelalaError, OutOfMemory
from oelala.models.catalog import find
from oelala.models.manager import Loan, ModelManager, ModelSpec
from tests.models.tiny import MINI, WAN21, WAN21_LARGE, TinyModels

LENGTH = 32


def call(pipeline: Any, seed: int = 1) -> np.ndarray:
    frames: np.ndarray = pipeline(
        prompt="a person waves",
        height=32,
        width=32,
        num_frames=5,
        num_inference_steps=2,
        generator=torch.Generator("cpu").manual_seed(seed),
        max_sequence_length=LENGTH,
    ).frames
    return frames


def modules(loan: Loan) -> list[torch.nn.Module]:
    return [part for part in loan.pipeline.components.values() if isinstance(part, torch.nn.Module)]


@pytest.mark.parametrize("model", [MINI, WAN21])
def test_the_loan_is_what_diffusers_itself_loads(tiny: TinyModels, tmp_path: Path, model: str) -> None:
    folder = tiny.mini if model == MINI else tiny.models / find(model).repo
    truth = WanPipeline.from_pretrained(folder, dtype=torch.float32)
    truth.set_progress_bar_config(disable=True)
    with tiny.manager(tmp_path).use(ModelSpec(model)) as loan:
        assert dict(loan.pipeline.config) | {"_name_or_path": ""} == dict(truth.config) | {
            "_name_or_path": ""
        }
        assert loan.pipeline.config.expand_timesteps is (model == MINI)
        assert {module.dtype for module in modules(loan)} == {torch.float32}
        assert not any(module.training for module in modules(loan))
        np.testing.assert_allclose(call(loan.pipeline), call(truth), atol=1e-4)


def test_the_second_loan_loads_nothing(tiny: TinyModels, tmp_path: Path) -> None:
    manager = tiny.manager(tmp_path)
    heard: list[tuple[int, int]] = []
    with manager.use(ModelSpec(MINI), lambda step, total: heard.append((step, total))) as loan:
        first = loan.pipeline
    assert heard == [(step, 5) for step in range(6)]
    heard.clear()
    with manager.use(ModelSpec(MINI), lambda step, total: heard.append((step, total))) as loan:
        assert loan.pipeline is first
    assert heard == []


def test_image_to_video_after_text_to_video_loads_nothing(tiny: TinyModels, tmp_path: Path) -> None:
    manager = tiny.manager(tmp_path)
    heard: list[tuple[int, int]] = []
    with manager.use(ModelSpec(MINI)) as text:
        pass
    spec = ModelSpec(MINI, "WanImageToVideoPipeline")
    with manager.use(spec, lambda step, total: heard.append((step, total))) as image:
        assert type(image.pipeline).__name__ == "WanImageToVideoPipeline"
        assert image.pipeline.config.expand_timesteps is True
        assert modules(image) == modules(text)
        assert image.pipeline.vae is text.pipeline.vae
    assert heard == []


def test_models_share_parts_with_the_same_files(tiny: TinyModels, tmp_path: Path) -> None:
    manager = tiny.manager(tmp_path)
    with manager.use(ModelSpec(WAN21)) as small, manager.use(ModelSpec(WAN21_LARGE)) as large:
        assert small.pipeline.vae is large.pipeline.vae
        assert small.pipeline.text_encoder is large.pipeline.text_encoder
        assert small.pipeline.transformer is not large.pipeline.transformer
        shared = small.pipeline.text_encoder.shared.weight
        apart = [one.pipeline.transformer.proj_out.weight for one in (small, large)]
        assert shared.abs().sum() > 0
        assert not torch.equal(*apart)
    with manager.use(ModelSpec(MINI)) as mini:
        assert mini.pipeline.vae is not small.pipeline.vae
        assert mini.pipeline.config.expand_timesteps is True


def test_changed_files_are_loaded_again(tiny: TinyModels, tmp_path: Path) -> None:
    models = tmp_path / "hub"
    shutil.copytree(tiny.models, models)
    manager = tiny.manager(tmp_path, models=models)
    with manager.use(ModelSpec(WAN21)) as loan:
        before, hashes = loan.pipeline.transformer, loan.hashes
    folder, other = (models / find(model).repo / "transformer" for model in (WAN21, WAN21_LARGE))
    shutil.rmtree(folder)
    shutil.copytree(other, folder)
    with manager.use(ModelSpec(WAN21)) as loan:
        assert loan.pipeline.transformer is not before
        assert loan.hashes.keys() == hashes.keys()
        assert {name.split("/")[0] for name in hashes if loan.hashes[name] != hashes[name]} == {"transformer"}


class Memory:
    """A device with room for so many bytes of models, told by what the manager holds."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.manager: ModelManager | None = None

    def __call__(self) -> int:
        assert self.manager is not None
        return self.size - sum(p.bytes for p in self.manager._parts._parts.values() if not p.streamed)


def test_the_longest_unused_model_makes_room(tiny: TinyModels, tmp_path: Path) -> None:
    memory = Memory(202_500_000)  # room to work, and for one model
    manager = memory.manager = tiny.manager(tmp_path, measure=memory)
    with manager.use(ModelSpec(MINI)) as loan:
        largest = weakref.ref(loan.pipeline.vae)
        needed = memory.size - memory()
    memory.size = 200_000_000 + int(1.3 * needed)
    del loan
    with manager.use(ModelSpec(WAN21)) as loan:
        gc.collect()
        assert largest() is None
        result = call(loan.pipeline)
    with manager.use(ModelSpec(MINI)) as loan:
        call(loan.pipeline)
    with manager.use(ModelSpec(WAN21)) as loan:
        assert np.array_equal(call(loan.pipeline), result)


def test_too_little_memory_says_so_and_breaks_nothing(tiny: TinyModels, tmp_path: Path) -> None:
    memory = Memory(50_000)
    manager = memory.manager = tiny.manager(tmp_path, measure=memory)
    with pytest.raises(OutOfMemory), manager.use(ModelSpec(MINI)):
        pass
    memory.size = 10**10
    with manager.use(ModelSpec(MINI)) as loan:
        assert call(loan.pipeline).shape == (1, 5, 32, 32, 3)


def test_a_loan_comes_back_as_it_was(tiny: TinyModels, tmp_path: Path) -> None:
    manager = tiny.manager(tmp_path)
    with manager.use(ModelSpec(MINI)) as loan:
        scheduler, truth = loan.pipeline.scheduler, call(loan.pipeline)

    def spoil(*_: Any) -> None:
        raise RuntimeError("in the middle of decoding")

    def fail(loan: Loan) -> None:
        loan.pipeline.scheduler = UniPCMultistepScheduler.from_config(scheduler.config, flow_shift=9.0)
        with loan.pipeline.vae.decoder.conv_out.register_forward_pre_hook(spoil):
            call(loan.pipeline)

    with pytest.raises(RuntimeError, match="middle"), manager.use(ModelSpec(MINI)) as loan:
        fail(loan)
    assert loan.pipeline.scheduler is scheduler
    assert set(loan.pipeline.vae._feat_map) == {None}
    with manager.use(ModelSpec(MINI)) as loan:
        assert np.array_equal(call(loan.pipeline), truth)


def test_emptied_leaves_nothing(tiny: TinyModels, tmp_path: Path) -> None:
    manager = tiny.manager(tmp_path)
    with manager.use(ModelSpec(MINI)) as loan:
        call(loan.pipeline)
        parts = [weakref.ref(module) for module in modules(loan)]
    assert len(parts) == 3
    del loan
    manager.empty()
    gc.collect()
    assert [part() for part in parts] == [None] * 3
    with manager.use(ModelSpec(MINI)) as loan:
        assert call(loan.pipeline).shape == (1, 5, 32, 32, 3)


def test_missing_and_unknown_models(tiny: TinyModels, tmp_path: Path) -> None:
    manager = tiny.manager(tmp_path, models=tmp_path / "empty")
    with pytest.raises(ModelMissing), manager.use(ModelSpec(WAN21)):
        pass
    with pytest.raises(OelalaError) as fault, manager.use(ModelSpec("wan9")):
        pass
    assert fault.value.code == "unknown-model"


@pytest.mark.parametrize("damage", ["cut", "other shapes", "no json"])
def test_damaged_files_are_named(tiny: TinyModels, tmp_path: Path, damage: str) -> None:
    models = tmp_path / "hub"
    shutil.copytree(tiny.models, models)
    folder = models / find(WAN21).repo / "transformer"
    if damage == "cut":
        file = sorted(folder.glob("*.safetensors"))[0]
        file.write_bytes(file.read_bytes()[:-8])
    elif damage == "other shapes":
        config = folder / "config.json"
        config.write_text(config.read_text().replace('"ffn_dim": 64', '"ffn_dim": 80'))
    else:
        (folder / "config.json").write_text("{")
    with pytest.raises(OelalaError) as fault, tiny.manager(tmp_path, models=models).use(ModelSpec(WAN21)):
        pass
    assert fault.value.code == "model-broken"
    assert "transformer" in fault.value.values["reason"]


def test_warming_up_loads_mini_and_survives_its_absence(tiny: TinyModels, tmp_path: Path) -> None:
    manager = tiny.manager(tmp_path)
    manager.warm_up()
    heard: list[int] = []
    with manager.use(ModelSpec(MINI), lambda step, total: heard.append(total)):
        assert heard == []
    TinyModels(tmp_path / "nothing", tmp_path).manager(tmp_path).warm_up()
