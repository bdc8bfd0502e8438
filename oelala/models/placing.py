"""Bringing loaded parts to where the plan of a run wants them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from loguru import logger

from oelala.errors import OutOfMemory
from oelala.models.catalog import Row, weight_files
from oelala.models.machine import own_memory, ram_free, ram_total
from oelala.models.parts import Part
from oelala.models.plan import PlannedPart
from oelala.models.planning import Hardware, Memory, Placement, Plan, PlanRequest, ladder, next_step
from oelala.models.planning.hardware import CARD_OVERHEAD, CONTEXT, SYSTEM_OVERHEAD, card_flops
from oelala.models.planning.words import memory_size
from oelala.models.streaming import Ring, StreamRequest, stream_module

LARGE = ("transformer", "transformer_2", "unet")


def measure_hardware(device: torch.device, *, worked: bool = False) -> Hardware | None:
    """The device as a plan sees it now: without what other programs hold of it. None: a processor. `worked`:
    this process has done work there, so that what the driver keeps for it has grown."""
    if device.type != "cuda":
        return None
    free, total = torch.cuda.mem_get_info(device)
    context = CARD_OVERHEAD if worked else CONTEXT
    ours = free + torch.cuda.memory_reserved(device) + context
    name = torch.cuda.get_device_name(device)
    flops = card_flops(name)
    ram = ram_to_plan_with(ram_total(), ram_free(), own_memory())
    return Hardware("cuda", name, min(total, ours), ram, disk_free=2**62, flops=flops)


def ram_to_plan_with(total: int, free: int, own: int) -> int:
    """Main memory as a plan counts it, with what the system keeps, and without what other programs hold now:
    weights locked in place leave no way out, and the system would kill the worker. `own`: what this process
    has of it, most of it parts of models that can go.
    """
    return min(total, free + own + SYSTEM_OVERHEAD)


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


def summary(plan: Plan) -> str:
    """Such as "transformer streamed"; for the log."""
    told = [f"{name} {place}" for name, place in plan.placements.items() if place != "resident"]
    bits = ", in 8 bits" if plan.quantisation == "int8" else ""
    return (" and ".join(told) or "resident") + bits


def spare_bytes(plan: Plan) -> int:
    """What each streamed transformer may keep on the card."""
    streamed = [name for name in LARGE if plan.placements.get(name) in ("streamed", "from-disk")]
    return plan.kept_bytes // len(streamed) if streamed else 0


def place_part(part: Part, planned: PlannedPart, placement: Placement, ring: Ring, spare: int = 0) -> None:
    """Move the part to where it is wanted, unless it is there; `spare`: bytes of blocks that may stay."""
    if not isinstance(part.module, torch.nn.Module):
        return
    wants_files = placement == "from-disk" and planned.folder.is_dir()
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
    if wants_files:
        part.module.to("cpu")
        request = replace(request, files=weight_files(planned.folder))
    try:
        part.streamed, part.from_disk = stream_module(request), wants_files
    except ValueError as fault:
        if wants_files:
            logger.warning("{} waits in main memory after all: {}", planned.key.name, fault)
            part.streamed, part.from_disk = stream_module(replace(request, files=())), False
        else:
            logger.info("{} stays on the card: {}", planned.key.name, fault)
            part.module.to(ring.device)
