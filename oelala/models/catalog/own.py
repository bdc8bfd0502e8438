"""Models whose weights lie in a place of the user's own: no download can mend them, only the user."""

from __future__ import annotations

from pathlib import Path

from oelala.errors import OelalaError
from oelala.models.catalog.installed import INDEX, installation
from oelala.models.catalog.row import Row

_NAMED = 3  # missing files that are named


def own_place(row: Row) -> Path | None:
    """The folder of the user's own that has the model; None: downloads bring it, or most of it."""
    return row.folder if row.added else None


def own_gap(row: Row, models: Path) -> OelalaError | None:
    """What to say ("own-incomplete") where the user's own files are not all there; None: nothing lacks of
    those. For the caller to raise."""
    if not row.added:
        return None
    gone = [part.path for part in row.components.values() if part.path and not part.path.exists()]
    place, gaps = (gone[0].parent if gone else None), [file.name for file in gone]
    if row.folder is not None:
        found = installation(row, models)
        place, gaps = row.folder, [INDEX] if found is None else list(found.missing)
    if not gaps:
        return None
    reason = ", ".join(gaps[:_NAMED])
    return OelalaError("own-incomplete", model=row.title, id=row.id, path=str(place), reason=reason)
