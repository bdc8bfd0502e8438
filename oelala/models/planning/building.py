"""One rung of the ladder, worked out: what it has on the card and in main memory, and how long it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from oelala.models.planning.card import CardPhases, Extra, extra_of, phases_of
from oelala.models.planning.compiling import SAVED, SECONDS, compiling_pays
from oelala.models.planning.hardware import CARD_OVERHEAD, SYSTEM_OVERHEAD
from oelala.models.planning.memory import PartSize, is_gguf, part_sizes
from oelala.models.planning.plan import Plan, PlanRequest
from oelala.models.planning.rungs import Placement, Quantisation, Rung
from oelala.models.planning.time import Times, moving_of, seconds_of
from oelala.models.planning.work import Work, work_of

_TILING_COSTS = 3.0  # measured: 6.15 s instead of 2.07


@dataclass(frozen=True, slots=True)
class _Sketch:
    """What is to be done on a rung, and where its weights are."""

    request: PlanRequest
    rung: Rung
    work: Work
    sizes: list[PartSize]
    placements: Mapping[str, Placement]

    @property
    def gpu(self) -> bool:
        return self.request.hardware.device != "cpu"

    @property
    def cache(self) -> float:
        """Threshold of the lossy cache, 0: off."""
        return float(self.request.values.get("first_block_cache") or 0.0)


def build_plan(request: PlanRequest, rung: Rung) -> Plan:
    """With `step` 0: which one it is, the ladder knows."""
    sketch, hardware = _sketch(request, rung), request.hardware
    phases = _phases(sketch)
    extra = _extra(sketch, phases)
    vram, ram = phases.peak + CARD_OVERHEAD if sketch.gpu else 0, _peak_ram(sketch)
    times, compiled = _times(sketch)
    short = request.missing_bytes > hardware.disk_free
    return Plan(
        model=request.row.id,
        device=hardware.device,
        fits=vram <= hardware.vram and ram <= hardware.ram and not short,
        step=0,
        placements=sketch.placements,
        quantisation=_quantisation(sketch),
        vae_tiling=rung.tiling,
        decode_chunk=sketch.work.decode_chunk,
        wished_chunk=int(request.values.get("decode_chunk_size") or 0),
        slicing=rung.slicing,
        attention_backend="native",
        compiled=compiled,
        first_block_cache=sketch.cache,
        sage_attention=sketch.gpu and bool(request.values.get("sage_attention")),
        resident_bytes=sum(size.whole for size in sketch.sizes if sketch.placements[size.name] == "resident"),
        peak_vram=vram,
        taken_vram=max(vram, _while_denoising(phases, extra)) if sketch.gpu else 0,
        beside_bytes=extra.beside,
        kept_bytes=extra.kept,
        peak_ram=ram,
        vram=hardware.vram,
        ram=hardware.ram,
        seconds=times.total,
        load=times.load,
        encode=times.encode,
        denoise=times.denoise,
        decode=times.decode,
        learned=request.speed.clips > 0,
        missing_bytes=request.missing_bytes,
        download_seconds=request.missing_bytes / hardware.download if hardware.download else None,
        disk_short=short,
        unused_card=hardware.unused,
    )


def _sketch(request: PlanRequest, rung: Rung) -> _Sketch:
    gpu = request.hardware.device != "cpu"
    lora = request.lora_bytes > 0
    how: dict[str, Any] = {"decode_chunk": rung.decode_chunk, "slicing": rung.slicing, "lora": lora}
    work = work_of(request.row, request.values, gpu=gpu, **how)
    sizes = part_sizes(request.row, gpu=gpu, int8=rung.int8)
    return _Sketch(request, rung, work, sizes, {size.name: rung.placed(size) for size in sizes})


def _phases(sketch: _Sketch) -> CardPhases:
    phases = phases_of(
        sketch.sizes,
        sketch.placements,
        sketch.work,
        tiling=sketch.rung.tiling,
        fused=sketch.rung.fused,
        lost=sketch.request.abilities.lost,
    )
    return replace(phases, always=phases.always + sketch.request.lora_bytes)


def _extra(sketch: _Sketch, phases: CardPhases) -> Extra:
    """Nothing where memory has run out before, or there is no card."""
    request, work = sketch.request, sketch.work
    if not sketch.gpu or request.frugal:
        return Extra()
    # with the cache the branches of guidance go one after the other
    branch = 0 if sketch.cache else int((1 + request.abilities.lost) * work.branch_bytes)
    flops = request.speed.flops or request.hardware.flops
    return extra_of(request.hardware, flops, work, phases, sketch.sizes, sketch.placements, branch)


def _while_denoising(phases: CardPhases, extra: Extra) -> int:
    return phases.always + phases.denoising + extra.beside + extra.kept + CARD_OVERHEAD


def _times(sketch: _Sketch) -> tuple[Times, bool]:
    """Of the phases, and whether blocks are compiled: then compiling is part of denoising. What is learned is
    of plain runs (`learn.timing_of`), so that the way back is here. Copying is no sooner done for it."""
    request, rung = sketch.request, sketch.rung
    times = seconds_of(request.hardware, request.speed, sketch.work, sketch.sizes, sketch.placements)
    if request.warm:
        times = replace(times, load=0.0)
    if rung.tiling and times.decode is not None:
        times = replace(times, decode=_TILING_COSTS * times.decode)
    able = sketch.gpu and request.abilities.compiling and request.row.family == "wan" and not sketch.cache
    if not able or times.denoise is None:
        return times, able and rung.fused
    moving = moving_of(request.hardware, sketch.work, sketch.sizes, sketch.placements)
    faster = max((1 - SAVED) * times.denoise, min(moving, times.denoise))
    if not rung.fused and not compiling_pays(times.denoise - faster, request.speed.compile_seconds):
        return times, False
    compiling = request.speed.usual_compile_seconds or SECONDS
    return replace(times, denoise=faster + compiling), True


def _quantisation(sketch: _Sketch) -> Quantisation:
    if any(is_gguf(part) for part in sketch.request.row.components.values()):
        return "gguf"
    return "int8" if sketch.rung.int8 else "none"


def _peak_ram(sketch: _Sketch) -> int:
    """Streamed weights wait there, pinned; on a processor everything happens there, in 32 bits. Films are
    there whole, whatever happens on the card."""
    sizes, placements, work = sketch.sizes, sketch.placements, sketch.work
    pinned = sum(size.whole for size in sizes if placements[size.name] == "streamed")
    here = sum(size.whole for size in sizes if placements[size.name] == "processor")
    read = sum(2 * size.slice for size in sizes if placements[size.name] == "from-disk")
    at_work = (
        max(2 * work.activation_bytes, work.encode_bytes, work.decode_bytes) + work.held_bytes if here else 0
    )
    locked = int(pinned * sketch.request.abilities.pinned)
    # read whole before they go beside the weights; on a processor they are brought to 32 bits
    loras = sketch.request.lora_bytes * (1 if sketch.gpu else 3)
    return locked + here + read + loras + at_work + work.ram_bytes + SYSTEM_OVERHEAD
