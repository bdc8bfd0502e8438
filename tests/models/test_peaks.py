"""A step that ran out of memory is not tried again by the next job of the same kind."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from oelala.models.json_store import read_json, write_json_quietly
from oelala.models.peaks import keep_step, known_step, memory_of, peaks_file
from oelala.models.planning import PlanRequest, plan_run
from oelala.texts import LANGUAGES, say
from tests.models.planning.machines import EVERYTHING, machine, request

MODEL = "wan2.1-t2v-14b"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return peaks_file(tmp_path / ".oelala")


@pytest.fixture
def asked() -> PlanRequest:
    return request(MODEL, machine(24, 64))


def test_the_same_work_begins_where_it_came_to_its_end(store: Path, asked: PlanRequest) -> None:
    assert known_step(store, asked) is None
    first = plan_run(asked)
    keep_step(store, asked, first.step + 1, "graphics card", asked.hardware.vram)
    step = known_step(store, replace(asked, frugal=True))
    assert step == first.step + 1
    assert plan_run(replace(asked, frugal=True), step).step >= step
    assert known_step(store, replace(asked, values={**asked.values, "prompt": "another", "seed": 7})) == step
    for other in (
        request(MODEL, machine(24, 64), num_frames=17),
        request(MODEL, machine(24, 64), width=512, height=320),
        request("wan2.1-vace-14b", machine(24, 64)),
        request(MODEL, machine(24, 64, "NVIDIA GeForce RTX 4090")),
        request(MODEL, machine(24, 64), quantisation="int8"),
        replace(asked, lora_bytes=10**9),
    ):
        assert known_step(store, other) is None


def test_more_memory_than_then_is_tried_anew(store: Path, asked: PlanRequest) -> None:
    """Another program may have had the card."""
    keep_step(store, asked, 2, "graphics card", 10 * 2**30)
    assert memory_of(asked, "graphics card") == 24 * 2**30
    assert known_step(store, asked) is None
    assert known_step(store, replace(asked, hardware=replace(asked.hardware, vram=10 * 2**30))) == 2
    keep_step(store, asked, 3, "main memory", 64 * 2**30)
    assert known_step(store, asked) == 3
    assert known_step(store, replace(asked, hardware=replace(asked.hardware, ram=65 * 2**30))) is None


def test_a_ladder_with_other_steps_knows_nothing_of_it(store: Path, asked: PlanRequest) -> None:
    keep_step(store, asked, 2, "graphics card", asked.hardware.vram)
    assert known_step(store, replace(asked, abilities=replace(EVERYTHING, compiling=False))) is None


@pytest.mark.parametrize("broken", [7, {}, {"step": "2", "rungs": 0}, {"step": None}])
def test_a_broken_note_teaches_nothing(store: Path, asked: PlanRequest, broken: object) -> None:
    keep_step(store, asked, 2, "graphics card", asked.hardware.vram)
    (key,) = read_json(store)
    lesson = {**read_json(store)[key], **broken} if isinstance(broken, dict) and broken else broken
    write_json_quietly(store, {key: lesson})
    assert known_step(store, asked) is None


def test_only_the_newest_are_kept(store: Path) -> None:
    for frames in range(5, 4 * 205, 4):
        keep_step(store, request(MODEL, machine(24, 64), num_frames=frames), 1, "graphics card", 10**12)
    assert len(read_json(store)) == 200
    assert known_step(store, request(MODEL, machine(24, 64), num_frames=5)) is None
    assert known_step(store, request(MODEL, machine(24, 64), num_frames=817)) == 1


def test_it_is_said(asked: PlanRequest) -> None:
    plan = replace(plan_run(asked), taught=True)
    assert "plan.taught" in dict(plan.words)
    assert "plan.taught" not in dict(plan_run(asked).words)
    assert [say("plan.taught", language)[:6] for language in LANGUAGES] == ["Memory", "Bij zo"]
