"""The page plans with the memory that the worker will find: neither other programs' nor lost to its own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from oelala.errors import OutOfMemory
from oelala.models.catalog import find
from oelala.models.hardware_here import hardware_beside, look_here
from oelala.models.holding import Holding, holding_file, read_holding, tell_holding
from oelala.models.json_store import write_json_quietly
from oelala.models.machine import Machine
from oelala.models.nvidia import Gpu
from oelala.models.placing import choose_plan
from oelala.models.planning import Hardware, PlanRequest, hardware_now, plan_run
from oelala.models.planning.free import CARD_GRAIN, RAM_GRAIN, Room
from oelala.models.planning.hardware import CARD_OVERHEAD, SYSTEM_OVERHEAD
from oelala.settings import Settings

GIB = 1024**3
CARD = 12 * GIB
RTX = Gpu("NVIDIA GeForce RTX 3060", CARD, "600")


def machine(ram_free: float, ram: float = 32) -> Machine:
    return Machine((RTX,), int(ram * GIB), int(ram_free * GIB), 1000 * GIB, cpu_count=8)


def worker_at(card: float = 0, usable: float = 0, busy: bool = False) -> Holding:
    return Holding(1, 0.0, int(card * GIB), int(usable * GIB), busy)


def seen_by_worker(on: Machine, free: int, held: int, own: int) -> Hardware:
    """As `Surroundings.measure` puts it together from what torch tells of the card."""
    gpu = Gpu(RTX.name, CARD, "")
    there = Machine((gpu,), on.ram_total, on.ram_free, 2**62, 8)
    return hardware_now(there, Room(on.ram_total, on.ram_free, own), Room(CARD, free, held))


@pytest.mark.parametrize("free", [27.4, 28.7, 29.3, 30.0, 31.5])
@pytest.mark.parametrize("own", [0, 14])
@pytest.mark.parametrize("model", ["wan2.1-t2v-14b", "wan2.2-t2v-a14b", "wan2.1-t2v-1.3b"])
def test_page_and_worker_choose_alike(model: str, free: float, own: float) -> None:
    """32 GB, of which other programs hold some; the worker has nothing, or a model of its own."""
    row, on = find(model), machine(free - own)
    held = int(own * GIB) and 5 * GIB
    card_free = 11 * GIB - held
    page = hardware_beside(on, card_free, worker_at(card=held / GIB), int(own * GIB))
    worker = seen_by_worker(on, card_free, held, int(own * GIB))
    assert replace(page, disk_free=0) == replace(worker, disk_free=0)
    values = next(iter(row.defaults.values()))
    told = plan_run(PlanRequest(row, values, page))
    try:
        made = choose_plan(PlanRequest(row, values, worker), 0)
    except OutOfMemory:
        assert not told.fits
    else:
        assert (told.fits, told) == (True, made)


def test_what_others_hold_is_not_promised() -> None:
    """The audit's case: 14B is lossless in 30.7 of 32 GiB, and not with 27 GiB left."""
    row = find("wan2.1-t2v-14b")
    values = next(iter(row.defaults.values()))
    empty = plan_run(PlanRequest(row, values, hardware_beside(machine(32), CARD, None)))
    full = plan_run(PlanRequest(row, values, hardware_beside(machine(27), CARD, None)))
    assert (empty.quantisation, full.quantisation) == ("none", "int8")
    assert full.ram <= 27 * GIB + SYSTEM_OVERHEAD


def test_the_workers_own_memory_is_not_lost() -> None:
    """Idle, with 14 GiB of a model in main memory and 5 on the card."""
    bare = hardware_beside(machine(30), 11 * GIB, None)
    held = hardware_beside(machine(16), 6 * GIB, worker_at(card=5), own=14 * GIB)
    assert (held.vram, held.ram) == (bare.vram, bare.ram)


def test_amid_a_job_what_it_found_before_counts() -> None:
    """Nobody can tell whose the card's memory is then; main memory is told by the system."""
    busy = hardware_beside(machine(4), GIB // 2, worker_at(card=2, usable=10.75, busy=True), own=26 * GIB)
    assert busy.vram == int(10.75 * GIB)
    assert busy.ram == hardware_beside(machine(30), CARD, None).ram
    assert busy.taken == CARD - busy.vram


@pytest.mark.parametrize("change", [-60 * 2**20, -(2**20), 2**20, 60 * 2**20], ids=str)
def test_small_changes_change_nothing(change: int) -> None:
    """Between two grains; a plan could otherwise flicker with every tab that a browser opens."""
    before = Room(CARD, 40 * CARD_GRAIN + CARD_GRAIN // 2).usable(grain=CARD_GRAIN)
    assert Room(CARD, 40 * CARD_GRAIN + CARD_GRAIN // 2 + change).usable(grain=CARD_GRAIN) == before
    assert before == 40 * CARD_GRAIN


def test_everything_is_everything() -> None:
    """An odd size is not rounded where nobody holds anything of it."""
    assert Room(CARD + 7, CARD, CARD_OVERHEAD).usable(grain=CARD_GRAIN) == CARD + 7
    assert Room(33_000_000_001, 31_500_000_000).usable(SYSTEM_OVERHEAD, RAM_GRAIN) == 33_000_000_001
    assert Room(CARD, 0).usable(grain=CARD_GRAIN) == 0


def test_a_card_whose_driver_tells_nothing_is_planned_whole() -> None:
    assert hardware_beside(machine(30), None, None).vram == CARD


def test_the_note_is_of_a_worker_that_lives(tmp_path: Path) -> None:
    store = holding_file(tmp_path)
    assert read_holding(store) is None
    tell_holding(store, card=3, usable=5, busy=True)
    mine = read_holding(store)
    assert mine is not None
    assert (mine.pid, mine.card, mine.usable, mine.busy) == (os.getpid(), 3, 5, True)


def test_the_note_of_a_dead_worker_is_nobodys(tmp_path: Path) -> None:
    store = holding_file(tmp_path)
    code = (
        "import sys; from pathlib import Path; from oelala.models.holding import tell_holding; "
        "tell_holding(Path(sys.argv[1]), card=9)"
    )
    subprocess.run([sys.executable, "-c", code, str(store)], check=True)
    assert store.exists()
    assert read_holding(store) is None


@pytest.mark.parametrize(
    "known",
    [
        {},
        {"pid": "x", "started": 0, "card": 0, "usable": 0, "busy": False},
        {"pid": os.getpid(), "started": 1.0, "card": 0, "usable": 0, "busy": False},
        {"pid": os.getpid(), "started": psutil.Process().create_time(), "card": None},
    ],
    ids=["nothing", "no number", "another process of that number", "half"],
)
def test_a_broken_note_is_none(tmp_path: Path, known: dict[str, object]) -> None:
    write_json_quietly(tmp_path / "worker.json", known)
    assert read_holding(tmp_path / "worker.json") is None


def test_this_machine_is_told_with_what_is_free(tmp_path: Path) -> None:
    """The worker is this very process: what it takes is given back to the plan."""
    settings = Settings(workspace=tmp_path, models=tmp_path / "hub")
    tell_holding(holding_file(settings.private))
    here = look_here(settings)
    assert here.started
    assert here.hardware.ram >= RAM_GRAIN
    assert here.hardware.disk_free > 0
