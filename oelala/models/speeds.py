"""The file in which a workspace keeps what its machine has shown of its speed. No torch."""

from __future__ import annotations

import math
from pathlib import Path
from statistics import median
from typing import Any, Literal

from oelala.models.json_store import read_json, write_json_quietly
from oelala.models.nvidia import Gpu
from oelala.models.planning.measured import Measured

Kind = Literal["disk_read", "download", "start", "saving", "rounding"]
_NEWEST = 9  # of each kind; their median is told: one load from memory, or beside a backup, changes nothing


def speeds_file(private: Path) -> Path:
    """`private`: the workspace's own folder."""
    return private / "speeds.json"


def read_speeds(store: Path, gpu: Gpu | None = None) -> Measured:
    """What is kept, of `gpu` with its driver and of the machine; a broken file or figure tells nothing."""
    known = read_json(store)
    card = _card(known, gpu)
    return Measured(
        flops=_figure(card.get("flops")),
        link=_figure(card.get("link")),
        disk_read=_usual(known.get("disk_read")),
        download=_usual(known.get("download")),
        start=_usual(known.get("start")),
        saving=_usual(known.get("saving")),
        rounding=_usual(known.get("rounding")),
        uncompiled=_words(card.get("uncompiled")),
    )


def keep_speed(store: Path, kind: Kind, figure: float) -> None:
    """One more of that kind. Two workers may write at once: then one of the two figures is lost."""
    if _figure(figure) is None:
        return
    known = read_json(store)
    before = known.get(kind)
    kept = [one for one in before if _figure(one)] if isinstance(before, list) else []
    write_json_quietly(store, {**known, kind: [*kept, figure][-_NEWEST:]})


def keep_card(store: Path, gpu: Gpu, flops: float | None, link: float | None) -> None:
    """As measured on this card; None: could not be."""
    _keep_of_card(store, gpu, {"flops": flops, "link": link})


def keep_uncompiled(store: Path, gpu: Gpu, model: str, torch: str) -> None:
    """That the blocks of this model could not be compiled for this card, by torch in that version."""
    known = _words(_card(read_json(store), gpu).get("uncompiled"))
    _keep_of_card(store, gpu, {"uncompiled": {**known, model: torch}})


def _keep_of_card(store: Path, gpu: Gpu, figures: dict[str, Any]) -> None:
    known = read_json(store)
    cards = known.get("cards")
    cards = cards if isinstance(cards, dict) else {}
    one = {**_card(known, gpu), **figures}
    write_json_quietly(store, {**known, "cards": {**cards, _key(gpu): one}})


def _card(known: dict[str, Any], gpu: Gpu | None) -> dict[str, Any]:
    cards = known.get("cards")
    found = cards.get(_key(gpu)) if isinstance(cards, dict) and gpu is not None else None
    return found if isinstance(found, dict) else {}


def _key(gpu: Gpu) -> str:
    """Another driver may be faster, and the same one is no slower tomorrow."""
    return f"{gpu.name} | driver {gpu.driver}"


def _words(kept: Any) -> dict[str, str]:
    return (
        {str(name): one for name, one in kept.items() if isinstance(one, str)}
        if isinstance(kept, dict)
        else {}
    )


def _usual(kept: Any) -> float | None:
    found = [figure for one in kept if (figure := _figure(one))] if isinstance(kept, list) else []
    return median(found) if found else None


def _figure(value: Any) -> float | None:
    good = isinstance(value, int | float) and math.isfinite(value) and value > 0
    return float(value) if good else None
