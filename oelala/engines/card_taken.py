"""Whether a clip ran out of the card's memory because another program has taken it."""

from __future__ import annotations

from oelala.errors import OutOfMemory
from oelala.models.planning import Hardware, Plan
from oelala.models.planning.words import memory_size

# Less is a desktop and what it shows.
_WORTH_NAMING = 10**9


def card_taken(title: str, failed: Plan, now: Hardware | None) -> OutOfMemory | None:
    """What to say where the plan that ran out of memory would do with the card to itself, and not with what
    is left of it; None where nobody else is to blame. `now`: measured at the fault."""
    if now is None or now.taken < _WORTH_NAMING or not now.vram < failed.peak_vram <= now.card:
        return None
    taken, need, have = (memory_size(size) for size in (now.taken, failed.peak_vram, now.vram))
    return OutOfMemory("card-taken", model=title, taken=taken, need=need, have=have)
