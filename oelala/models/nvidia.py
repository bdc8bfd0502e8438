"""NVIDIA's cards, as the driver's own program tells of them, and which one models go to. No torch."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

_PLAIN = "--format=csv,noheader,nounits"
# Seconds that an answer about free memory holds: asking starts a program, and a page asks for all its tabs.
_FREE_FOR = 1.0
# What torch has kernels for; an older card serves only where there is no other.
_LEAST_CAPABILITY = (7, 5)
_GIB = 1024**3


@dataclass(frozen=True, slots=True)
class Gpu:
    """`vram` in bytes; `capability` None: not known."""

    name: str
    vram: int
    driver: str
    capability: tuple[int, int] | None = None


@cache
def nvidia_gpus() -> tuple[Gpu, ...]:
    """The cards that nvidia-smi lists and torch may see; none when there is no working driver."""
    lines = _ask("name,memory.total,driver_version")
    gpus = tuple(gpu for line in lines if (gpu := _parse(line)))
    able = nvidia_capabilities() if len(gpus) > 1 else ()
    if len(able) != len(gpus):
        return gpus
    return tuple(replace(gpu, capability=one) for gpu, one in zip(gpus, able, strict=True))


@cache
def nvidia_capabilities() -> tuple[tuple[int, int], ...]:
    """Each card's compute capability, such as (8, 6); none where the driver is too old to tell."""
    found = [line.strip().partition(".") for line in _ask("compute_cap")]
    return tuple((int(a), int(b)) for a, _, b in found if a.isdigit() and b.isdigit())


def best_card(cards: Sequence[Gpu]) -> int:
    """The index of the one that models go to: the largest that torch serves, the newest of equals.

    Sizes are compared in whole GiB: the driver and torch tell them a little differently.
    """

    def rank(index: int) -> tuple[bool, int, tuple[int, int], int]:
        able = cards[index].capability or _LEAST_CAPABILITY
        return able >= _LEAST_CAPABILITY, round(cards[index].vram / _GIB), able, -index

    return max(range(len(cards)), key=rank)


def free_vram() -> int | None:
    """Bytes that nobody has of the card that models go to; None where the driver does not tell."""
    gpus = nvidia_gpus()
    told = _free_by_card(int(time.monotonic() / _FREE_FOR)) if gpus else ()
    return told[best_card(gpus)] if gpus and len(told) == len(gpus) else None


# not `cache`: that would keep every second's answer
_newest: dict[int, tuple[int, ...]] = {}


def _free_by_card(moment: int) -> tuple[int, ...]:
    """Of each card, asked once for each `moment`."""
    told = _newest.get(moment)
    if told is None:
        told = tuple(int(line) * 1024**2 for line in _ask("memory.free") if line.strip().isdigit())
        _newest.clear()
        _newest[moment] = told
    return told


def visible_cards(wish: str, count: int, uuids: Sequence[str] = ()) -> list[int]:
    """The indexes, in the driver's order, that CUDA reads from CUDA_VISIBLE_DEVICES (numbers, or beginnings
    of `uuids`): as there, what cannot be found ends the list."""
    chosen: list[int] = []
    for name in (part.strip() for part in wish.split(",")):
        begun = [index for index, one in enumerate(uuids) if name and one.strip().startswith(name)]
        found = [int(name)] if name.isdigit() else begun
        if len(found) != 1 or found[0] >= count or found[0] in chosen:
            break
        chosen += found
    return chosen


def _ask(field: str) -> list[str]:
    """One line for each card that torch may see, in its order of them; none where nvidia-smi does not answer.

    A slice of a card (MIG) is none that nvidia-smi lists: then all are told.
    """
    lines, wish = _lines(field), os.environ.get("CUDA_VISIBLE_DEVICES")
    if wish is None or "MIG-" in wish:
        return lines
    uuids = _lines("uuid") if "-" in wish else ()
    return [lines[index] for index in visible_cards(wish, len(lines), uuids)]


def _lines(field: str) -> list[str]:
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    try:
        answer = subprocess.run(
            [program, f"--query-gpu={field}", _PLAIN],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError):
        return []
    return answer.stdout.splitlines()


def _parse(line: str) -> Gpu | None:
    fields = [field.strip() for field in line.split(",")]
    if len(fields) != 3 or not fields[1].isdigit():
        return None
    return Gpu(name=fields[0], vram=int(fields[1]) * 1024**2, driver=fields[2])
