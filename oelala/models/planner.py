"""Which plan a loan gets: by the device as it is at that moment, and by what has run out of memory before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from oelala.errors import OutOfMemory
from oelala.models.catalog import Row, as_installed, speed_bytes
from oelala.models.loan import ModelSpec
from oelala.models.peaks import keep_step, known_step, memory_of, peaks_file
from oelala.models.placing import choose_plan, leaner, taken_by_others
from oelala.models.planning import Abilities, Hardware, Memory, Plan, PlanRequest, Speed
from oelala.models.surroundings import Surroundings
from oelala.settings import Settings


@dataclass(slots=True)
class Facts:
    """What is known beside the device: the row of a model id, the speed that this machine has shown with it;
    `hardware`: what to plan for, instead of what the device has.
    """

    row: Callable[[str], Row]
    learned: Callable[[str], Speed]
    hardware: Hardware | None = None


class Planner:
    """For one worker. `plan`: the last one chosen; None: a processor, where nothing is planned."""

    def __init__(self, settings: Settings, here: Surroundings, facts: Facts, abilities: Abilities) -> None:
        self.facts = facts
        self.plan: Plan | None = None
        self._folder, self._here, self._abilities = settings.models, here, abilities
        self._peaks = peaks_file(settings.private)
        self._ran_out: tuple[Memory, int] | None = None  # the memory, and how much there was of it

    def choose(self, spec: ModelSpec) -> Plan | None:
        """With the text encoder, whether the prompt is known or not: tiles and 8 bits change the picture, and
        the same seed must give the same clip twice."""
        self.plan, asked = None, self._asked_now(spec)
        self._here.note(asked.hardware if asked else None)
        if asked is not None:
            self.plan = choose_plan(asked, spec.least_step)
        return self.plan

    def leaner(self, spec: ModelSpec, full: Memory = "graphics card") -> ModelSpec | None:
        """`spec` one step down the ladder, after its loan ran out of memory; None: there is none below."""
        asked = self._asked_now(spec)
        below = leaner(asked, self.plan, full) if asked and self.plan else None
        if asked is None or below is None:
            return None
        self._ran_out = (full, memory_of(asked, full))
        return replace(spec, least_step=below.step, frugal=True, taught=False)

    def taught(self, spec: ModelSpec) -> ModelSpec:
        """`spec` from the step on that such work had to go down to before, where there is no more memory now
        than there was then."""
        asked = self._asked_now(spec)
        step = None if asked is None else known_step(self._peaks, asked)
        return spec if step is None else replace(spec, least_step=step, frugal=True, taught=True)

    def remember(self, spec: ModelSpec) -> None:
        """That `spec`, which `leaner` gave, has come to its end: the next such job begins there."""
        asked = self._asked_now(spec)
        if asked is not None and self._ran_out is not None:
            keep_step(self._peaks, asked, spec.least_step, *self._ran_out)

    def card_taken(self, spec: ModelSpec) -> OutOfMemory | None:
        """As `taken_by_others`, after the loan of `spec` ran out of memory."""
        asked = self._asked_now(spec)
        return taken_by_others(asked, self.plan) if asked and self.plan else None

    def _asked_now(self, spec: ModelSpec) -> PlanRequest | None:
        """With the device as it is at this moment; None: a processor, where nothing is planned."""
        hardware = self.facts.hardware or self._here.measure()
        if hardware is None:
            return None
        row, speed = as_installed(self.facts.row(spec.model), self._folder), self.facts.learned(spec.model)
        able = replace(self._abilities, compiling=self._here.compiles(spec.model))
        asked = PlanRequest(row, spec.values, hardware, speed, able)
        return replace(asked, frugal=spec.frugal, lora_bytes=speed_bytes(row, spec.values))
