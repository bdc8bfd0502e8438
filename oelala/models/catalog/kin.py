"""Models that are one: the same in other weights, for which the same values are right."""

from __future__ import annotations

import sys

from oelala.models.catalog.fitting import fits_machine
from oelala.models.catalog.installed import locate, missing_bytes
from oelala.models.catalog.lookup import find, rows
from oelala.models.catalog.on_disk import as_installed
from oelala.models.catalog.row import Row
from oelala.models.machine import Machine, read_machine
from oelala.models.planning.instead import Instead
from oelala.settings import Settings


def kin_of(row: Row, kind: str, settings: Settings) -> tuple[Row, ...]:
    """What else does tasks of that kind and is of the same base: variants, and the user's own, last."""
    own = row.base or row.id
    return tuple(one for one in rows(kind, settings) if (one.base or one.id) == own and one.id != row.id)


def instead_of(row: Row, settings: Settings) -> Instead:
    """`row` as it is named in the place of another."""
    missing, exact = missing_bytes(row, settings.models)
    return Instead(row.id, row.title, missing, exact)


def fitting_kin(
    row: Row, kind: str, settings: Settings, machine: Machine, system: str = sys.platform
) -> Row | None:
    """Which of the row's kin fits that machine: in its own size, unrounded, and then with the least left to
    download; None: none does."""
    ranked = []
    for one in kin_of(row, kind, settings):
        fits, why, _ = fits_machine(as_installed(one, settings.models), machine, system)
        if fits != "no":
            lost = ("smaller" in why, why.endswith("rounded"))
            ranked.append((lost, missing_bytes(one, settings.models)[0], one))
    return min(ranked, key=lambda entry: entry[:2])[2] if ranked else None


def stand_in(
    model: str, kind: str, settings: Settings, chosen: str | None = None, machine: Machine | None = None
) -> Row:
    """Whom values that were written for `model` go to: the one of its kin that is here.

    The model that is `chosen` already comes first, then the one that is named; a variant that is named was
    meant. Where none is here it is the first of these; but where that is the one named, and too large for the
    `machine` (None: this one) and its card, the one of its kin that fits. Raises OelalaError
    ("unknown-model").
    """
    named = find(model, settings)
    kin = kin_of(named, kind, settings)
    preferred = [row for row in kin if row.id == chosen]
    first = [named, *preferred] if named.base is not None else [*preferred, named]
    here = (row for row in (*first, *kin) if locate(row, settings.models) is not None)
    found = next(here, None)
    if found is not None or first[0] is not named or named.base is not None or not kin or chosen == model:
        return found or first[0]
    machine = machine or read_machine(settings.models)
    if not machine.gpus or fits_machine(named, machine)[0] != "no":
        return named
    return fitting_kin(named, kind, settings, machine) or named
