"""Weights in 8 bits because somebody wants them so, and not for lack of memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from oelala.engines.provenance import provenance_of
from oelala.errors import InvalidTask
from oelala.models.catalog import ROWS, add_row, find, resolve, rows
from oelala.models.catalog.eight_bits import int8_obstacle
from oelala.models.manager import ModelSpec
from oelala.models.planning import ladder, plan_run
from oelala.settings import Settings
from oelala.tasks.text_to_video import TextToVideo
from oelala.ui.i18n import sayer
from tests.models.planning.machines import machine, request
from tests.models.test_added import own
from tests.models.test_placing import TASK, clip, hardware, manager_on
from tests.models.tiny import WAN21_LARGE, TinyModels

ASKED: dict[str, Any] = {"quantisation": "int8"}


def test_only_models_whose_weights_can_be_rounded_have_the_field(tmp_path: Path) -> None:
    offered = {
        row.id: values["quantisation"]
        for row in ROWS
        for values in row.defaults.values()
        if values.get("quantisation") is not None
    }
    assert {"wan2.1-t2v-14b", "wan2.2-i2v-a14b", "wan2.1-vace-14b", "wan2.2-animate-14b"} <= offered.keys()
    assert set(offered.values()) == {"auto"}
    assert not {name for name in offered if "gguf" in name or "mini" in name or "svd" in name}
    settings = Settings(workspace=tmp_path, models=tmp_path)
    (tmp_path / "mine.safetensors").touch()
    added = add_row(own(tmp_path / "mine.safetensors"), settings, ROWS)  # one file, in another layout
    assert added.defaults["text-to-video"]["quantisation"] is None
    assert rows(settings=settings)[-1] == added


def test_whoever_wants_it_gets_it_though_the_unrounded_fits() -> None:
    card = machine(24, 128)
    plain = plan_run(request("wan2.1-t2v-14b", card))
    plan = plan_run(request("wan2.1-t2v-14b", card, quantisation="int8"))
    assert plain.fits
    assert (plain.quantisation, plain.placements["transformer"]) == ("none", "streamed")
    assert plan.fits
    # half as large, it stays on the card
    assert (plan.quantisation, plan.placements["transformer"], plan.step) == ("int8", "resident", 1)
    assert "plan.int8" in dict(plan.words)
    assert "plan.int8" not in dict(plain.words)


@pytest.mark.parametrize("ram", [24, 32, 64])
def test_all_of_its_ladder_is_rounded_and_nothing_of_it_is_read_from_files(ram: int) -> None:
    plans = ladder(request("wan2.1-t2v-14b", machine(12, ram), quantisation="int8"))
    assert {plan.quantisation for plan in plans} == {"int8"}
    assert {plan.placements["transformer"] for plan in plans} == {"resident", "streamed"}
    assert [plan.step for plan in plans] == list(range(len(plans)))
    assert any(plan.fits for plan in plans)


def test_as_the_plan_decides_changes_nothing() -> None:
    for card in (machine(12, 24), machine(12, 64)):
        assert ladder(request("wan2.1-t2v-14b", card, quantisation="auto")) == ladder(
            request("wan2.1-t2v-14b", card, quantisation=None)
        )


@pytest.mark.parametrize("model", ["wan2.1-t2v-14b-gguf", "oelala-mini"])
def test_a_model_that_cannot_refuses_it_at_its_field(model: str, tmp_path: Path) -> None:
    task = TextToVideo(prompt="x", model=model, **ASKED)
    with pytest.raises(InvalidTask) as caught:
        resolve(task, Settings(workspace=tmp_path, models=tmp_path))
    assert (caught.value.field, caught.value.code) == ("quantisation", "not-for-model")


@pytest.mark.skipif(int8_obstacle() is None, reason="there is a card")
def test_without_a_card_it_is_refused_in_words(tmp_path: Path) -> None:
    task = TextToVideo(prompt="x", model="wan2.1-t2v-14b", **ASKED)
    with pytest.raises(InvalidTask, match="NVIDIA") as caught:
        resolve(task, Settings(workspace=tmp_path, models=tmp_path))
    assert (caught.value.field, caught.value.code) == ("quantisation", "int8-needs-card")
    assert "lossy" in sayer("en")("field.quantisation")


def test_the_clip_says_so_and_the_next_is_plain_again(tiny: TinyModels, tmp_path: Path) -> None:
    manager = manager_on(tiny, tmp_path, hardware(128, 128))
    truth = clip(manager)
    rounded = TASK.model_copy(update=ASKED)
    with manager.use(ModelSpec(WAN21_LARGE, values=rounded.model_dump())) as loan:
        assert provenance_of(loan, {})["quantisation"] == "int8"
        assert loan.plan is not None
        assert loan.plan.placements["transformer"] == "resident"
    made = clip(manager, rounded)
    off = np.abs(made.astype(int) - truth).mean()
    assert 0 < off < 2
    assert np.array_equal(clip(manager), truth)


def test_the_catalogs_models_with_folders_have_it_on_their_own_account() -> None:
    assert find("wan2.2-ti2v-5b").defaults["image-to-video"]["quantisation"] == "auto"
    assert find("wan2.2-ti2v-5b-gguf").defaults["image-to-video"]["quantisation"] is None
