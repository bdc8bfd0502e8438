"""The ways of doing a run that the studio is able to, from the fastest to the leanest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from oelala.models.planning.memory import PartSize, has_each_tensor, is_gguf, part_sizes
from oelala.models.planning.size import Slicing, clip_size

if TYPE_CHECKING:
    from oelala.models.catalog.row import Row
    from oelala.models.planning.plan import PlanRequest

Placement = Literal["resident", "streamed", "from-disk", "processor"]
Quantisation = Literal["none", "int8", "gguf"]

_CHUNKS = (4, 2, 1)  # frames of a video that has no causal VAE, decoded at once


@dataclass(frozen=True, slots=True)
class Rung:
    """One way of doing it. `text`, `large`: where the text encoders and the transformers wait. `fused`: with
    compiled blocks, which keep fewer tensors at once, whether that pays or not. `decode_chunk`: frames that
    are decoded at once, 0: as many as the task says. `slicing`: what a pass takes one after
    the other, which changes nothing but rounding."""

    text: Placement
    large: Placement
    tiling: bool = False
    int8: bool = False
    fused: bool = False
    decode_chunk: int = 0
    slicing: Slicing = "none"

    def placed(self, size: PartSize) -> Placement:
        """Where that part waits between uses."""
        wanted: Placement = "resident"
        if size.large:
            wanted = self.large
        elif size.name.startswith("text_encoder"):
            wanted = self.text
        if wanted == "from-disk" and not size.in_files:
            wanted = "streamed"
        if wanted != "resident":
            return wanted
        return "processor" if self.large == "processor" else "resident"


def rungs_of(request: PlanRequest) -> list[Rung]:
    """Fastest first. The same ones, in the same order, whatever else the request wants left away: a step on
    the ladder means the same before memory ran out as after it."""
    if request.hardware.device == "cpu":
        return [Rung("processor", "processor")]
    return [_within_lockable(request, rung) for rung in _rungs_on_card(request)]


def _within_lockable(request: PlanRequest, rung: Rung) -> Rung:
    """The text encoder read from the disk where the system would not lock all that waits: it passes once or
    twice in a run, the transformers at every step."""
    limit, able = request.hardware.pinnable, request.abilities
    if limit is None or not able.from_disk or rung.text != "streamed":
        return rung
    waiting = (
        size.whole
        for size in part_sizes(request.row, gpu=True, int8=rung.int8)
        if rung.placed(size) == "streamed"
    )
    return replace(rung, text="from-disk") if able.pinned * sum(waiting) > limit else rung


def _rungs_on_card(request: PlanRequest) -> list[Rung]:
    able = request.abilities
    rungs = [Rung("resident", "resident")]
    if able.streaming:
        rungs += [Rung("streamed", "resident"), Rung("streamed", "streamed")]
    tiling = able.vae_tiling and request.row.family == "wan"
    if tiling:
        # last: decoding in tiles takes three times as long, and streaming is nearly free for most clips
        rungs += [replace(rung, tiling=True) for rung in rungs if rung.text == "streamed"]
    lean = replace(rungs[-1], tiling=tiling)
    sizes = part_sizes(request.row, gpu=True)
    if able.from_disk and any(size.in_files and size.slice < size.whole for size in sizes):
        rungs.append(replace(lean, text="from-disk", large="from-disk"))
    whole = [*rungs, *_fused(request, rungs), *_in_slices(request, lean), *_in_chunks(request, lean)]
    rounded = _in_8_bits(request, rungs)
    if rounded and request.values.get("quantisation") == "int8":  # wished for: nothing else will do
        able_in_8_bits = [replace(rung, int8=True) for rung in whole if rung.large != "from-disk"]
        return list(dict.fromkeys([*able_in_8_bits, *rounded]))
    return [*whole, *rounded]


def _fused(request: PlanRequest, rungs: list[Rung]) -> list[Rung]:
    """Compiling takes a while, and nothing else changes: all of it before anything is rounded."""
    if not _can_be_fused(request):
        return []
    lean, large = rungs[-1], [size for size in part_sizes(request.row, gpu=True) if size.large]
    waiting = replace(lean, large="streamed", fused=True)
    # blocks that could be read from the disk are read from there once main memory has no place for them
    on_disk = any(lean.placed(one) == "from-disk" for one in large)
    return [waiting, replace(lean, fused=True)] if on_disk else [waiting]


def _in_slices(request: PlanRequest, lean: Rung) -> list[Rung]:
    """Of a UNet that takes all frames, and both branches of guidance, at once."""
    if request.row.family != "svd":
        return []
    ways: list[Slicing] = ["feed-forward"]
    if clip_size(request.row, request.values).batch > 1:
        ways.append("branches")
    return [replace(lean, slicing=way) for way in ways]


def _in_chunks(request: PlanRequest, lean: Rung) -> list[Rung]:
    wished = int(request.values.get("decode_chunk_size") or 0)
    ways = [lean, *_in_slices(request, lean)]
    return [replace(way, decode_chunk=chunk) for chunk in _CHUNKS if chunk < wished for way in ways]


def _in_8_bits(request: PlanRequest, rungs: list[Rung]) -> list[Rung]:
    """Below everything else: it changes the picture. Files hold no such blocks, so they wait in memory;
    beside them there may be room to decode in one piece again."""
    able = request.abilities
    if not (able.int8 and able.streaming and can_be_int8(request.row)):
        return []
    lean = replace(rungs[-1], large="streamed", int8=True)
    ways = [replace(lean, tiling=False), lean] if lean.tiling else [lean]
    fused = (False, True) if _can_be_fused(request) else (False,)
    return [replace(way, fused=one) for way in ways for one in fused]


def _can_be_fused(request: PlanRequest) -> bool:
    """Transformers that are counted, and none that unpacks its weights as it goes. The lossy cache looks into
    blocks, which have to be as they are."""
    row, able = request.row, request.abilities
    counted = row.compute is not None and row.family == "wan"
    if not (able.compiling and able.streaming and counted) or request.values.get("first_block_cache"):
        return False
    return not any(is_gguf(part) for part in row.components.values())


def can_be_int8(row: Row) -> bool:
    """Counted transformers that are loaded tensor by tensor; GGUF and fp8 are small already."""
    large = [part for name, part in row.components.items() if name.startswith("transformer")]
    return row.compute is not None and all(
        has_each_tensor(part) and not (part.dtype or "").startswith("F8") for part in large
    )
