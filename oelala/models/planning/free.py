"""How much memory a plan may count on now. The page and the worker both ask here, so that both plan alike."""

from __future__ import annotations

from dataclasses import dataclass

# Free memory changes all the time. In steps as coarse as these a plan stays what it was until something large
# comes or goes; what is below one is little beside any model.
CARD_GRAIN, RAM_GRAIN = 2**28, 2**29


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes of a card or of main memory: all of it, what nobody has, and what the studio's own worker has and
    gives back where a plan wants it otherwise."""

    total: int
    free: int
    own: int = 0

    def usable(self, kept: int = 0, grain: int = 1) -> int:
        """What a plan may count on, rounded down to whole grains unless it is everything. `kept`: what the
        system keeps, which every plan counts for itself."""
        there = self.free + self.own + kept
        return self.total if there >= self.total else max(0, there) // grain * grain
