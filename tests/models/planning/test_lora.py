"""What a LoRA of few steps adds to a plan, and what it takes away."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import WanTransformer3DModel

from oelala.forecast import forecast
from oelala.library.workspace import Workspace
from oelala.models.catalog import find, missing_bytes, speed_bytes
from oelala.models.catalog.speed import speed_loras
from oelala.models.lora.layers import LoraLinear, Pair
from oelala.models.planning import ladder, plan_run, work_of
from oelala.settings import Settings
from oelala.tasks.text_to_video import TextToVideo
from tests.models.planning import test_card
from tests.models.planning.machines import EVERYTHING, machine, request

MODEL = "wan2.2-t2v-a14b"
LORA = speed_loras(find(MODEL))[0]
CLIP: dict[str, Any] = {"width": 832, "height": 480, "num_frames": 81}


def test_few_steps_of_one_pass_take_a_twentieth_of_the_time() -> None:
    plainly = replace(EVERYTHING, compiling=False)
    asked = request(MODEL, machine(12, 128), plainly, **CLIP)
    chosen = {**asked.values, "speed": LORA.id, **LORA.values}
    plain = plan_run(asked)
    quick = plan_run(replace(asked, values=chosen, lora_bytes=speed_bytes(asked.row, chosen)))
    assert plain.denoise is not None
    assert quick.denoise is not None
    assert quick.denoise == pytest.approx(plain.denoise * 4 / (2 * 40), rel=0.01)


def test_its_bytes_are_on_the_card_and_in_memory_on_every_rung() -> None:
    assert speed_bytes(find(MODEL), {"speed": LORA.id}) == 2 * 586 * 2**20
    assert speed_bytes(find(MODEL), {"speed": ""}) == 0
    asked = request(MODEL, machine(12, 128), **CLIP, **LORA.values)
    for plain, quick in zip(ladder(asked), ladder(replace(asked, lora_bytes=10**9)), strict=True):
        assert quick.peak_vram - plain.peak_vram >= 10**9
        assert quick.peak_ram - plain.peak_ram == 10**9


@torch.no_grad()
@pytest.mark.parametrize("frames", [17, 81])
def test_a_forward_pass_with_it_holds_no_more_than_planned(frames: int) -> None:
    model, _, config, arguments = test_card.KINDS["14B"]
    work = work_of(find(model), {**CLIP, "num_frames": frames}, lora=True)
    with torch.device("meta"):
        module = WanTransformer3DModel(**config, cross_attn_norm=True).to(torch.bfloat16)
        for block in module.blocks:
            for holder in list(block.modules()):
                for name, linear in list(holder.named_children()):
                    if type(linear) is torch.nn.Linear:
                        pair = Pair(torch.empty(64, linear.in_features), torch.empty(linear.out_features, 64))
                        setattr(holder, name, LoraLinear(linear, pair, torch.bfloat16))
    held = test_card.held_by(module.eval().requires_grad_(False), arguments(frames))
    assert held <= work.activation_bytes <= test_card.NEAR * held


def test_the_forecast_counts_the_download_of_both(tmp_path: Path) -> None:
    settings, workspace = Settings(workspace=tmp_path, models=tmp_path / "hub"), Workspace(tmp_path)
    workspace.prepare()
    plain = forecast(TextToVideo(prompt="a", model=MODEL), settings, workspace)
    quick = forecast(TextToVideo(prompt="a", model=MODEL, speed=LORA.id), settings, workspace)
    assert plain.missing_bytes == missing_bytes(find(MODEL), settings.models)[0]
    assert quick.missing_bytes - plain.missing_bytes == LORA.row.bytes
    assert quick.peak_ram > 0
