"""Bringing loaded parts to where the plan of a run wants them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from loguru import logger

from oelala.errors import OutOfMemory
from oelala.models.catalog import Row, shards, weight_files
from oelala.models.parts import Part
from oelala.models.plan import PlannedPart
from oelala.models.planning import Memory, Placement, Plan, PlanRequest, ladder, next_step
from oelala.models.planning.words import memory_size
from oelala.models.single_file import stored_names
from oelala.models.streaming import Ring, StreamRequest, stream_module

LARGE = ("transformer", "transformer_2", "unet")
_SLICED = {"feed-forward": "in slices", "branches": "in slices, branch after branch"}
# Of other programs on the card, in bytes; less is a desktop and what it shows.
_WORTH_NAMING = 10**9


def choose_plan(request: PlanRequest, least_step: int) -> Plan:
    """The fastest that fits, from `least_step` of the ladder on; where none does, the one that asks least.

    Raises OutOfMemory ("too-little-ram", "too-little-vram") where weights alone are more than main memory,
    or the card, has for them.
    """
    plans = [plan for plan in ladder(request) if plan.step >= least_step]
    chosen = next((plan for plan in plans if plan.fits), None)
    if chosen is None:
        possible = [one for one in plans if one.peak_ram <= one.ram and one.resident_bytes < one.vram]
        if not possible:
            raise _too_little(request.row, plans)
        chosen = min(possible, key=lambda plan: plan.peak_vram)
        logger.warning("{} may not fit: {} bytes of {}", request.row.title, chosen.peak_vram, chosen.vram)
    return chosen


def _too_little(row: Row, plans: Sequence[Plan]) -> OutOfMemory:
    """What lacks for the plan that lacks least, with figures: here no smaller clip helps."""
    least = min(plans, key=lambda plan: max(plan.peak_ram - plan.ram, plan.resident_bytes - plan.vram))
    if least.peak_ram > least.ram:
        return too_little_ram(row, least.peak_ram, least.ram)
    need, have = memory_size(least.resident_bytes), memory_size(least.vram)
    return OutOfMemory("too-little-vram", model=row.title, need=need, have=have)


def too_little_ram(row: Row, need: int, have: int) -> OutOfMemory:
    return OutOfMemory("too-little-ram", model=row.title, need=memory_size(need), have=memory_size(have))


def leaner(request: PlanRequest, failed: Plan, full: Memory = "graphics card") -> Plan | None:
    """What to try after `failed` ran out of memory, with nothing on the card that can be done without; None:
    nothing takes less."""
    plans = ladder(replace(request, frugal=True))
    return next_step([plan for plan in plans if plan.peak_ram <= plan.ram], failed, full)


def taken_by_others(request: PlanRequest, failed: Plan) -> OutOfMemory | None:
    """What to say where `failed` ran out of the card's memory, would do with the card to itself, and neither
    it nor anything leaner does with what other programs leave; None where nobody else is to blame.

    `request.hardware`: measured at the fault. For the caller to raise.
    """
    now = request.hardware
    if now.taken < _WORTH_NAMING or not now.vram < failed.peak_vram <= now.card:
        return None
    if any(plan.fits for plan in ladder(replace(request, frugal=True)) if plan.step >= failed.step):
        return None
    taken, need, have = (memory_size(size) for size in (now.taken, failed.peak_vram, now.vram))
    return OutOfMemory("card-taken", model=request.row.title, taken=taken, need=need, have=have)


def spare_bytes(plan: Plan) -> int:
    """What each streamed transformer may keep on the card."""
    streamed = [name for name in LARGE if plan.placements.get(name) in ("streamed", "from-disk")]
    return plan.kept_bytes // len(streamed) if streamed else 0


def place_part(part: Part, planned: PlannedPart, placement: Placement, ring: Ring, spare: int = 0) -> None:
    """Move the part to where it is wanted, unless it is there; `spare`: bytes of blocks that may stay."""
    if not isinstance(part.module, torch.nn.Module):
        return
    wants_files = placement == "from-disk" and planned.folder.suffix.lower() != ".gguf"
    wanted = placement in ("streamed", "from-disk")
    if part.streamed is not None and (not wanted or wants_files != part.from_disk):
        part.streamed.remove()
        part.streamed = None
    if not wanted:
        part.module.to(ring.device)
        return
    spare = spare if planned.key.name in LARGE else 0
    if part.streamed is not None:
        part.streamed.keep_resident(spare)
        return
    request = StreamRequest(part.module, ring, spare)
    try:
        if wants_files:
            part.module.to("cpu")
            request = _reading(request, planned.folder)
        part.streamed, part.from_disk = stream_module(request), wants_files
    except ValueError as fault:
        if wants_files:
            logger.warning("{} waits in main memory after all: {}", planned.key.name, fault)
            part.streamed, part.from_disk = stream_module(replace(request, files=())), False
        else:
            logger.info("{} stays on the card: {}", planned.key.name, fault)
            part.module.to(ring.device)


def _reading(request: StreamRequest, place: Path) -> StreamRequest:
    """With the files of a folder, or one file, which has its tensors under other names. Raises ValueError for
    files that hold them otherwise."""
    if place.is_dir():
        return replace(request, files=weight_files(place))
    return replace(request, files=shards(place), stored=stored_names(place))


def summary_of(plan: Plan) -> str:
    """Such as "transformer streamed"; for the log."""
    told = [f"{name} {place}" for name, place in plan.placements.items() if place != "resident"]
    bits = ", in 8 bits" if plan.quantisation == "int8" else ""
    pieces = "" if plan.slicing == "none" else f", {_SLICED[plan.slicing]}"
    return (" and ".join(told) or "resident") + bits + pieces
