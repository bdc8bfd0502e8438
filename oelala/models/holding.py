"""The GPU worker's note of what it holds, so that nobody counts it as lost. No torch."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from oelala.models.json_store import read_json, write_json_quietly

_SAME_START = 1.0  # seconds: systems tell when a process began to a hundredth


@dataclass(frozen=True, slots=True)
class Holding:
    """Of the process `pid`, begun at `started` (epoch seconds). `card`: bytes of it that it would give back,
    the driver's own for it among them. `busy`: it is at work, and what it holds changes: `usable` is what it
    found of the card to plan with when it began, other programs' left out.
    """

    pid: int
    started: float
    card: int = 0
    usable: int = 0
    busy: bool = False


def holding_file(private: Path) -> Path:
    """`private`: the workspace's own folder."""
    return private / "worker.json"


def tell_holding(store: Path, *, card: int = 0, usable: int = 0, busy: bool = False) -> None:
    """Note it for this process."""
    started = psutil.Process().create_time()
    write_json_quietly(store, asdict(Holding(os.getpid(), started, card, usable, busy)))


def read_holding(store: Path) -> Holding | None:
    """What the worker of this workspace has noted last; None where it has not, or is gone."""
    known = read_json(store)
    try:
        found = Holding(
            int(known["pid"]),
            float(known["started"]),
            max(0, int(known["card"])),
            max(0, int(known["usable"])),
            bool(known["busy"]),
        )
        alive = abs(psutil.Process(found.pid).create_time() - found.started) < _SAME_START
    except (KeyError, TypeError, ValueError, OverflowError, psutil.Error):
        return None
    return found if alive else None
