"""The families of models, by the name that a catalog row gives."""

from __future__ import annotations

from oelala.errors import OelalaError
from oelala.models.catalog import Row
from oelala.models.families.family import Family


def family_of(row: Row) -> Family:
    """Arrives late: a family that nobody uses is not imported. Raises OelalaError ("no-family")."""
    if row.family == "wan":
        from oelala.models.families.wan import WAN

        return WAN
    if row.family == "svd":
        from oelala.models.families.svd import SVD

        return SVD
    raise OelalaError("no-family", model=row.title, family=row.family)
