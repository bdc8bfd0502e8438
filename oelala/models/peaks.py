"""What the same work had to go down to after memory really ran out: predictions may be wrong. No torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from oelala.models.json_store import read_json, write_json_quietly
from oelala.models.planning import Memory, PlanRequest, work_of
from oelala.models.planning.rungs import rungs_of
from oelala.models.planning.size import clip_size

_NEWEST = 200  # kinds of work that are remembered


def peaks_file(private: Path) -> Path:
    """`private`: the workspace's own folder."""
    return private / "peaks.json"


def keep_step(store: Path, request: PlanRequest, step: int, full: Memory, had: int) -> None:
    """The ladder's `step`, on which the work of `request` came to its end; those before ran out of the memory
    that was `full`, of which there were `had` bytes."""
    known, key = read_json(store), _key(request)
    known.pop(key, None)  # the newest go last
    known[key] = {"step": step, "rungs": len(rungs_of(request)), "full": full, "had": had}
    write_json_quietly(store, dict(list(known.items())[-_NEWEST:]))


def known_step(store: Path, request: PlanRequest) -> int | None:
    """The step to begin with; None: nothing is known of such work, or there is more memory now, or the ladder
    is another one."""
    lesson = read_json(store).get(_key(request))
    if not isinstance(lesson, dict) or lesson.get("rungs") != len(rungs_of(request)):
        return None
    step, had = lesson.get("step"), lesson.get("had")
    if not isinstance(step, int) or not isinstance(had, int):
        return None
    return step if memory_of(request, lesson.get("full")) <= had else None


def memory_of(request: PlanRequest, full: Any) -> int:
    """Bytes that there are of it."""
    return request.hardware.ram if full == "main memory" else request.hardware.vram


def _key(request: PlanRequest) -> str:
    """The same for all that takes as much of this card, whatever is made."""
    row, values = request.row, request.values
    size, work = clip_size(row, values), work_of(row, values)
    sizes = (
        *(size.pixels, size.frames, work.activation_bytes, work.branch_bytes, work.encode_bytes),
        *(work.decode_bytes, work.held_bytes, work.ram_bytes, request.lora_bytes, work.decode_chunk),
    )
    modes = (values.get("quantisation") or "auto", float(values.get("first_block_cache") or 0.0))
    return " | ".join(map(str, (request.hardware.name, row.id, *sizes, *modes)))
