"""SageAttention: offered where it can work, refused with a word elsewhere, never on by itself."""

from __future__ import annotations

import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import WanTransformer3DModel
from diffusers.models import attention_dispatch

from oelala.errors import InvalidTask, OelalaError
from oelala.models.catalog import ROWS, resolve
from oelala.models.nvidia import Gpu
from oelala.models.planning import plan_run
from oelala.models.sage import obstacle_of, refuse_sage, sage_obstacle
from oelala.models.speed import quickened
from oelala.models.speed.sage import check_sage, relative_error, sage, sage_attention, too_short
from oelala.settings import Settings
from oelala.tasks.text_to_video import TextToVideo
from oelala.texts import LANGUAGES, explain
from tests.models.planning.machines import machine, request
from tests.models.streaming import small

CARD = (Gpu("NVIDIA GeForce RTX 3060", 12 * 2**30, "600"),)
HERE = find_spec("sageattention") is not None
CUDA = torch.cuda.is_available()
LENT = pytest.mark.skipif(not (CUDA and HERE), reason="no CUDA device, or no SageAttention")


@pytest.mark.parametrize(
    ("installed", "gpus", "capabilities", "code"),
    [
        (True, CARD, ((8, 6),), None),
        (True, CARD, (), None),  # an old driver does not tell: the worker will find out
        (True, CARD, ((7, 5), (8, 9)), None),
        (True, CARD, ((7, 5),), "sage-old-card"),
        (False, CARD, ((8, 6),), "sage-missing"),
        (False, (), (), "sage-needs-card"),
        (True, (), (), "sage-needs-card"),
    ],
)
def test_what_keeps_a_machine_from_it(
    installed: bool, gpus: Any, capabilities: Any, code: str | None
) -> None:
    found = obstacle_of(installed, gpus, capabilities)
    assert (found and found.code) == code
    if found is not None:
        for language in LANGUAGES:
            message, hint = explain(found.code, found.values, language)
            assert "SageAttention" in message
            assert hint
            assert "{" not in message + hint


def test_how_to_get_it_names_this_python() -> None:
    found = obstacle_of(False, CARD, ((8, 6),))
    assert found is not None
    assert Path(sys.executable).name in str(found)
    assert "pip install sageattention" in str(found)


@pytest.mark.skipif(CUDA and HERE, reason="it is to be had here")
def test_where_it_is_not_to_be_had_the_task_is_refused_at_its_field(tmp_path: Path) -> None:
    obstacle = sage_obstacle()
    assert obstacle is not None
    task = TextToVideo(prompt="x", model="wan2.1-t2v-14b", sage_attention=True)
    with pytest.raises(InvalidTask) as caught:
        resolve(task, Settings(workspace=tmp_path, models=tmp_path))
    assert (caught.value.field, caught.value.code) == ("sage_attention", obstacle.code)
    refuse_sage(False)  # nobody else is bothered


def test_every_wan_has_it_and_nobody_has_it_on() -> None:
    offered = {
        row.id: values["sage_attention"]
        for row in ROWS
        for values in row.defaults.values()
        if values.get("sage_attention") is not None
    }
    assert {"wan2.1-t2v-1.3b", "wan2.1-t2v-14b", "wan2.1-vace-14b", "wan2.2-animate-14b"} <= offered.keys()
    assert set(offered.values()) == {False}
    assert not {name for name in offered if "mini" in name}


def test_a_plan_says_so() -> None:
    card = machine(12, 64)
    plain = plan_run(request("wan2.1-t2v-14b", card, num_inference_steps=50))
    assert not plain.sage_attention
    plan = plan_run(request("wan2.1-t2v-14b", card, num_inference_steps=50, sage_attention=True))
    assert plan.sage_attention
    assert plan.compiled  # it is one node of a compiled block
    assert "plan.lossy.sage-attention" in dict(plan.words)
    assert "plan.lossy.sage-attention" not in dict(plain.words)


@pytest.mark.parametrize("kind", ["wan", "vace", "animate"])
def test_only_self_attention_is_changed_and_all_of_it_comes_back(kind: str) -> None:
    module = getattr(small, kind)()
    lent_before = attention_dispatch.sageattn
    with quickened([module, small.wan()], sage=True) as how:
        assert how.told()["lossy"] == {"sage_attention": True}
        for block in (*module.blocks, *getattr(module, "vace_blocks", ())):
            assert block.attn1.processor._attention_backend == "sage"
            assert block.attn2.processor._attention_backend is None
    assert all(block.attn1.processor._attention_backend is None for block in module.blocks)
    assert attention_dispatch.sageattn is lent_before


def test_it_has_no_place_on_a_processor() -> None:
    with pytest.raises(OelalaError) as caught:
        check_sage(torch.device("cpu"))
    assert caught.value.code == "sage-needs-card"


@pytest.mark.parametrize(
    ("tokens", "short"),
    [(1, True), (77, True), (1020, False), (1000, True), (6273, True), (7800, False), (32_760, False)],
)
def test_what_keys_that_fill_up_would_spoil(tokens: int, short: bool) -> None:
    assert too_short(tokens) is short
    assert not any(too_short(runs * 64) for runs in range(1, 200))
    assert not any(too_short(longer) for longer in range(6300, 7000))


@pytest.mark.parametrize("scale", [None, 0.3])
def test_short_sequences_are_left_to_torch(scale: float | None) -> None:
    """So also where the package is not: here."""
    query, key, value = (torch.randn(2, 77, 3, 64) for _ in range(3))
    assert scale is not None or relative_error(query, key, value) < 1e-5
    found = sage(query, key, value, scale)
    assert found.is_contiguous()  # as a compiled block has been told
    places = [one.transpose(1, 2) for one in (query, key, value)]
    truth = torch.nn.functional.scaled_dot_product_attention(*places, scale=scale).transpose(1, 2)
    assert torch.equal(found, truth)


@LENT
@pytest.mark.parametrize("tokens", [77, 640, 1020, 7800])
def test_it_works_on_this_card_and_is_nearly_right(tokens: int) -> None:
    device = torch.device("cuda", 0)
    check_sage(device)
    query, key, value = (
        torch.randn(1, tokens, 4, 128, device=device, dtype=torch.bfloat16) for _ in range(3)
    )
    before = key.clone()
    error = relative_error(query, key, value)
    assert error < 0.05, f"{error:.3f} of {tokens} tokens, sageattention {version('sageattention')}"
    assert torch.equal(key, before), "the caller's own keys were changed"


@LENT
@pytest.mark.parametrize("compiled", [False, True])
@torch.no_grad()
def test_a_transformer_with_it_says_nearly_the_same(compiled: bool) -> None:
    torch.manual_seed(1)
    module: Any = WanTransformer3DModel(
        num_attention_heads=2, attention_head_dim=64, ffn_dim=256, num_layers=2, text_dim=32, freq_dim=32
    )
    module = module.to("cuda", torch.bfloat16).eval()
    inputs = {
        "hidden_states": torch.randn(1, 16, 5, 32, 32),
        "timestep": torch.tensor([500]),
        "encoder_hidden_states": torch.randn(1, 64, 32),
    }
    inputs = {
        name: one.to("cuda", one.dtype if name == "timestep" else torch.bfloat16)
        for name, one in inputs.items()
    }
    truth = module(**inputs).sample.float()
    with quickened([module], compiled=compiled, sage=True) as how:
        found = module(**inputs).sample.float()
        assert how.told()["compiled"] is compiled, [blocks.failed for blocks in how.blocks]
    assert not torch.equal(found, truth), "SageAttention was not used"
    error = float((found - truth).norm() / truth.norm())
    assert error < 0.05, f"error {error:.3f}"
    with sage_attention(module):
        pass
    assert torch.equal(module(**inputs).sample.float(), truth)
