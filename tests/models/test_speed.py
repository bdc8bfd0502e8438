"""LoRAs of few steps: made for models that are there, with a scheduler that meets their noise levels."""

from __future__ import annotations

from dataclasses import replace

import diffusers
import pytest
import torch
from diffusers import UniPCMultistepScheduler

from oelala.kinds import BY_NAME
from oelala.models.catalog import find, foreign_fields, rows
from oelala.models.catalog.speed import SPEED_LORAS, UNIPC, SpeedLora, speed_loras
from oelala.tasks.text_to_video import TextToVideo

LIGHTX2V = [one for one in SPEED_LORAS if one.id.startswith("lightx2v-")]


@pytest.mark.parametrize("lora", SPEED_LORAS, ids=lambda one: one.id)
def test_it_belongs_to_models_of_the_catalog(lora: SpeedLora) -> None:
    for name in lora.rows:
        row = find(name)
        assert lora.files.keys() <= row.components.keys()
        assert ("transformer_2" in lora.files) == ("transformer_2" in row.components)
        assert (lora in speed_loras(row)) == bool(lora.repo and row.family == "wan")
    assert hasattr(diffusers, lora.scheduler)
    if (lora.flow_shift is None) != (lora.scheduler != UNIPC):
        pytest.fail("a shift belongs to flow matching")
    if "text-to-video" in find(lora.rows[0]).kinds:
        task = TextToVideo(prompt="a person waves", model=lora.rows[0], **lora.values)
        assert task.num_inference_steps == lora.num_inference_steps


@pytest.mark.parametrize("lora", LIGHTX2V, ids=lambda one: one.id)
def test_the_scheduler_meets_the_distilled_noise_levels(lora: SpeedLora) -> None:
    scheduler = UniPCMultistepScheduler(
        prediction_type="flow_prediction", use_flow_sigmas=True, num_train_timesteps=1000, flow_shift=1.0
    )
    scheduler = UniPCMultistepScheduler.from_config(scheduler.config, flow_shift=lora.flow_shift)
    scheduler.set_timesteps(lora.num_inference_steps)
    levels = torch.tensor([1.0, 0.75, 0.5, 0.25])
    warped = 1000 * 5 * levels / (1 + 4 * levels)
    assert torch.allclose(scheduler.timesteps.float(), warped, atol=1.5)
    assert scheduler.timesteps.tolist() == [999, 937, 833, 625]


def test_two_experts_share_the_four_steps_evenly() -> None:
    for boundary in (875, 900):
        assert sum(step >= boundary for step in (999, 937, 833, 625)) == 2


def test_most_large_models_have_one() -> None:
    assert [one.id for one in speed_loras(find("wan2.2-i2v-a14b"))] == ["lightx2v-wan2.2-i2v-a14b"]
    assert speed_loras(find("oelala-mini")) == ()
    mine = replace(find("wan2.1-t2v-14b"), id="my-own", base="wan2.1-t2v-14b", added=True)
    assert [one.id for one in speed_loras(mine)] == ["lightx2v-wan2.1-t2v-14b"], "as its base"


def test_the_field_is_off_where_there_is_one_and_foreign_elsewhere() -> None:
    for row in rows():
        for kind, values in row.defaults.items():
            assert values["speed"] == ("" if speed_loras(row) else None)
            if kind in BY_NAME:
                assert ("speed" in foreign_fields(row, BY_NAME[kind].task)) == (not speed_loras(row))


def test_what_is_offered_can_be_fetched() -> None:
    offered = {one.id: one for row in rows() for one in speed_loras(row)}
    assert len(offered) == 4
    for lora in offered.values():
        row = find(lora.id)
        assert (row.repo, row.bytes_exact, row.indexed) == (lora.repo, True, False)
        assert all(part.files[0].endswith(".safetensors") for part in row.components.values())
    assert offered.keys().isdisjoint(row.id for row in rows())
