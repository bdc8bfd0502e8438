"""The plan of one run, and the ladder of leaner ones below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from oelala.models.planning.card import Extra, extra_of, phases_of
from oelala.models.planning.compiling import compiling_pays
from oelala.models.planning.hardware import CARD_OVERHEAD, SYSTEM_OVERHEAD, Abilities, Hardware
from oelala.models.planning.learn import Speed
from oelala.models.planning.memory import PartSize, is_folder, is_gguf, part_sizes
from oelala.models.planning.time import seconds_of
from oelala.models.planning.words import Words, words_of
from oelala.models.planning.work import Work, work_of

if TYPE_CHECKING:
    from oelala.models.catalog.row import Row

Placement = Literal["resident", "streamed", "from-disk", "processor"]
Quantisation = Literal["none", "int8", "gguf"]
Memory = Literal["graphics card", "main memory"]


_TILING_COSTS = 3.0  # measured: 6.15 s instead of 2.07


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """`values`: of the resolved task. `missing_bytes`: what would have to be downloaded first. `frugal`: as
    little on the card as it can be done with, after memory ran out. `warm`: the model has been loaded.
    `lora_bytes`: of LoRAs beside the weights, in 16 bits.
    """

    row: Row
    values: Mapping[str, Any]
    hardware: Hardware
    speed: Speed = field(default_factory=Speed)
    abilities: Abilities = field(default_factory=Abilities)
    missing_bytes: int = 0
    frugal: bool = False
    warm: bool = False
    lora_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """How one run would be done. Bytes and seconds are predictions; `seconds` None: not known yet.

    `placements`: where the weights of each part wait between uses. `peak_vram`, `peak_ram`: with what the
    system and the card's driver keep, to be held against `vram`, `ram`; `peak_vram` is what it cannot do with
    less of. `taken_vram`: what it will take, since there is room: a second branch of guidance, that waits in
    `beside_bytes`, and `kept_bytes` of streamed blocks that stay while it denoises. `resident_bytes`: of
    weights on the card all the time. `step`: its place on the ladder, 0 the fastest. `load`, `encode`,
    `denoise`, `decode`: seconds of the phases; `load` 0 where that has been done. `compiled`: whether the
    transformers' blocks are. `first_block_cache`: threshold of this lossy mode, 0: off; `sage_attention`:
    another. `download_seconds` None: the line's speed is not known. `unused_card`: the name of one that is
    there and cannot be used, "": none.
    """

    model: str
    device: str
    fits: bool
    step: int
    placements: Mapping[str, Placement]
    quantisation: Quantisation
    vae_tiling: bool
    attention_backend: str
    compiled: bool
    first_block_cache: float
    sage_attention: bool
    resident_bytes: int
    peak_vram: int
    taken_vram: int
    beside_bytes: int
    kept_bytes: int
    peak_ram: int
    vram: int
    ram: int
    seconds: float | None
    load: float
    encode: float | None
    denoise: float | None
    decode: float | None
    learned: bool
    missing_bytes: int
    download_seconds: float | None
    disk_short: bool
    unused_card: str

    @property
    def words(self) -> tuple[Words, ...]:
        """What to say of it: keys of the texts, and their values."""
        return words_of(self)

    @property
    def streamed(self) -> bool:
        return any(place in ("streamed", "from-disk") for place in self.placements.values())


@dataclass(frozen=True, slots=True)
class _Rung:
    """One way of doing it. `text`, `large`: where the text encoders and the transformers wait. `fused`: with
    compiled blocks, which keep fewer tensors at once, whether that pays or not."""

    text: Placement
    large: Placement
    tiling: bool = False
    int8: bool = False
    fused: bool = False


def ladder(request: PlanRequest) -> tuple[Plan, ...]:
    """Every way the studio is able to do it, fastest first; none is left out for not fitting."""
    plans = [_plan(request, rung) for rung in _rungs(request)]
    return tuple(replace(plan, step=step) for step, plan in enumerate(plans))


def plan_run(request: PlanRequest) -> Plan:
    """The fastest that fits; where none does, the one that lacks least."""
    plans = ladder(request)
    fitting = (plan for plan in plans if plan.fits)
    return next(fitting, min(plans, key=_lack))


def next_step(plans: Sequence[Plan], failed: Plan, full: Memory = "graphics card") -> Plan | None:
    """What to try after a real out-of-memory error: the next that takes less of what was full, and no more of
    the card; `plans` may be frugal where the one that failed was not, so that its own step comes again.

    Predictions may be wrong; that the one that failed is too large is certain.
    """
    below = [plan for plan in plans if plan.step >= failed.step and plan.taken_vram <= failed.taken_vram]
    if full == "graphics card":
        return next((plan for plan in below if plan.taken_vram < failed.taken_vram), None)
    return next((plan for plan in below if plan.peak_ram < failed.peak_ram), None)


def _lack(plan: Plan) -> int:
    return max(0, plan.peak_vram - plan.vram) + max(0, plan.peak_ram - plan.ram)


def _rungs(request: PlanRequest) -> list[_Rung]:
    if request.hardware.device == "cpu":
        return [_Rung("processor", "processor")]
    able = request.abilities
    tiling = able.vae_tiling and request.row.family == "wan"
    rungs = [_Rung("resident", "resident")]
    if able.streaming:
        rungs += [_Rung("streamed", "resident"), _Rung("streamed", "streamed")]
    if tiling:
        # last: decoding in tiles takes three times as long, and streaming is nearly free for most clips
        rungs += [replace(rung, tiling=True) for rung in rungs if rung.text == "streamed"]
    sizes = part_sizes(request.row, gpu=True)
    on_disk = able.from_disk and any(size.in_files and size.slice < size.whole for size in sizes)
    if on_disk:
        rungs.append(_Rung("from-disk", "from-disk", tiling))
    counted = able.streaming and _can_be_int8(request.row)
    fused = counted and request.frugal and able.compiling and not request.values.get("first_block_cache")
    text: Placement = "from-disk" if on_disk else "streamed"
    if fused:
        rungs.append(_Rung(text, "streamed", tiling, fused=True))
    if able.int8 and counted:
        # below everything else: it changes the picture
        rungs.append(_Rung(text, "streamed", tiling, int8=True))
        if fused:
            rungs.append(_Rung(text, "streamed", tiling, int8=True, fused=True))
    return rungs


def _can_be_int8(row: Row) -> bool:
    """Counted transformers in their own folders; GGUF is small already."""
    large = [part for name, part in row.components.items() if name.startswith("transformer")]
    return row.compute is not None and all(is_folder(part) and not is_gguf(part) for part in large)


def _plan(request: PlanRequest, rung: _Rung) -> Plan:
    row, hardware = request.row, request.hardware
    gpu = hardware.device != "cpu"
    work = work_of(row, request.values, gpu=gpu, lora=request.lora_bytes > 0)
    sizes = part_sizes(row, gpu=gpu, int8=rung.int8)
    placements = {size.name: _placed(size, rung) for size in sizes}
    resident = sum(size.whole for size in sizes if placements[size.name] == "resident")
    lost = request.abilities.lost
    phases = phases_of(sizes, placements, work, tiling=rung.tiling, fused=rung.fused, lost=lost)
    phases = replace(phases, always=phases.always + request.lora_bytes)
    vram = phases.peak + CARD_OVERHEAD if gpu else 0
    flops, extra = request.speed.flops or hardware.flops, Extra()
    # with it the branches of guidance go one after the other
    cache = float(request.values.get("first_block_cache") or 0.0)
    if gpu and not request.frugal:
        branch = 0 if cache else int((1 + lost) * work.branch_bytes)
        extra = extra_of(hardware, flops, work, phases, sizes, placements, branch)
    while_denoising = phases.always + phases.denoising + extra.beside + extra.kept + CARD_OVERHEAD
    # read whole before it goes beside the weights; on a processor it is brought to 32 bits
    ram = _peak_ram(sizes, placements, work, request.abilities) + SYSTEM_OVERHEAD
    ram += request.lora_bytes * (1 if gpu else 3)
    times = seconds_of(hardware, request.speed, work, sizes, placements)
    if request.warm:
        times = replace(times, load=0.0)
    if rung.tiling and times.decode is not None:
        times = replace(times, decode=_TILING_COSTS * times.decode)
    pays = rung.fused or compiling_pays(times.denoise, request.speed.compile_seconds)
    short = request.missing_bytes > hardware.disk_free
    return Plan(
        model=row.id,
        device=hardware.device,
        fits=vram <= hardware.vram and ram <= hardware.ram and not short,
        step=0,
        placements=placements,
        quantisation=_quantisation(row, rung),
        vae_tiling=rung.tiling,
        attention_backend="native",
        compiled=gpu and request.abilities.compiling and row.family == "wan" and pays and not cache,
        first_block_cache=cache,
        sage_attention=gpu and bool(request.values.get("sage_attention")),
        resident_bytes=resident,
        peak_vram=vram,
        taken_vram=max(vram, while_denoising) if gpu else 0,
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


def _placed(size: PartSize, rung: _Rung) -> Placement:
    wanted: Placement = "resident"
    if size.large:
        wanted = rung.large
    elif size.name.startswith("text_encoder"):
        wanted = rung.text
    if wanted == "from-disk" and not size.in_files:
        wanted = "streamed"
    if wanted != "resident":
        return wanted
    return "processor" if rung.large == "processor" else "resident"


def _quantisation(row: Row, rung: _Rung) -> Quantisation:
    if any(is_gguf(part) for part in row.components.values()):
        return "gguf"
    return "int8" if rung.int8 else "none"


def _peak_ram(
    sizes: Sequence[PartSize], placements: Mapping[str, Placement], work: Work, abilities: Abilities
) -> int:
    """Streamed weights wait there, pinned; on a processor everything happens there, in 32 bits."""
    pinned = sum(size.whole for size in sizes if placements[size.name] == "streamed")
    here = sum(size.whole for size in sizes if placements[size.name] == "processor")
    read = sum(2 * size.slice for size in sizes if placements[size.name] == "from-disk")
    at_work = max(2 * work.activation_bytes, work.decode_bytes) if here else 0
    return int(pinned * abilities.pinned) + here + read + at_work
