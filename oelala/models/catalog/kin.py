"""Models that are one: the same in other weights, for which the same values are right."""

from __future__ import annotations

from oelala.models.catalog.installed import locate
from oelala.models.catalog.lookup import find, rows
from oelala.models.catalog.row import Row
from oelala.settings import Settings


def kin_of(row: Row, kind: str, settings: Settings) -> tuple[Row, ...]:
    """What else does tasks of that kind and is of the same base: variants, and the user's own, last."""
    own = row.base or row.id
    return tuple(one for one in rows(kind, settings) if (one.base or one.id) == own and one.id != row.id)


def stand_in(model: str, kind: str, settings: Settings, chosen: str | None = None) -> Row:
    """Whom values that were written for `model` go to: the one of its kin that is here.

    The model that is `chosen` already comes first, then the one that is named; a variant that is named was
    meant. Where none is here it is the first of these. Raises OelalaError ("unknown-model").
    """
    named = find(model, settings)
    kin = kin_of(named, kind, settings)
    preferred = [row for row in kin if row.id == chosen]
    first = [named, *preferred] if named.base is not None else [*preferred, named]
    here = (row for row in (*first, *kin) if locate(row, settings.models) is not None)
    return next(here, first[0])
