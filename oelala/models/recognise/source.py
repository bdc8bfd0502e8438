"""From what the user names (a folder, a file or two, a repository) to a row of their own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from oelala.errors import ModelMissing, OelalaError
from oelala.models.catalog.installed import installation
from oelala.models.catalog.lookup import find
from oelala.models.catalog.row import Component, Row
from oelala.models.recognise.architecture import Architecture
from oelala.models.recognise.file import PICKLES, read_weight_file
from oelala.models.recognise.folder import recognise_folder
from oelala.models.recognise.hub import HubFileFound, is_address, part_on_hub, recognise_on_hub
from oelala.models.recognise.original import find_experts, read_original
from oelala.settings import Settings

_LEVEL = re.compile(r"(?:^|[^a-z])(high|low)(?:noise|[^a-z]|$)")
_OFF = 1e-3  # a file may hold buffers, or leave them out
_EXPERTS = ("transformer", "transformer_2")


@dataclass(frozen=True, slots=True)
class AddRequest:
    """`sources`: one of a folder, a file, a repository (`org/name`), a file in one (`org/name/path`); or the
    two files (or folders of files) of a model with two experts."""

    sources: tuple[str, ...]
    settings: Settings


@dataclass(frozen=True, slots=True)
class _Single:
    """A file of weights, wherever it lies; `part` makes the component of that name from it."""

    name: str
    architecture: Architecture
    found: HubFileFound | Component
    title: str = ""

    @property
    def level(self) -> str | None:
        match = _LEVEL.search(self.name.lower())
        return match[1] if match else None

    def part(self, name: str) -> Mapping[str, Component]:
        if isinstance(self.found, HubFileFound):
            return part_on_hub(self.found, name)
        return {name: replace(self.found, subfolder=name)}


def recognise(request: AddRequest) -> Row:
    """The row of the user's own model, with a title, and the catalog's id of what it is one of in `base`.

    `id` is still that of the catalog's. Raises OelalaError ("no-such-source", "unsafe-weights",
    "broken-weights", "scaled-fp8", "is-a-lora", "part-of-a-model", "other-family", "unknown-weights",
    "not-a-model", "folder-incomplete", "choose-a-file", "two-experts", and those of the hub).
    """
    sources = find_experts(request.sources)
    found = [_look(source, request.settings) for source in sources]
    singles = [one for one in found if isinstance(one, _Single)]
    wholes = [one for one in found if isinstance(one, Row)]
    if len(wholes) == 1 and not singles:
        return _checked(wholes[0], request.settings)
    if len(singles) == 1 and not wholes:
        return _of_one(singles[0])
    if len(singles) == 2 and not wholes:
        return _of_two(singles)
    raise OelalaError("two-experts", name=", ".join(request.sources))


def _look(source: str, settings: Settings) -> _Single | Row:
    path = Path(source).expanduser()
    if path.is_dir() and (original := read_original(path.resolve())) is not None:
        return _Single(path.resolve().name, original.architecture, original.part, original.title)
    if path.is_dir():
        row = recognise_folder(path.resolve())
        return replace(row, base=row.id, title=_folder_title(path.resolve()))
    if path.is_file():
        file = read_weight_file(path.resolve())
        part = Component("", file.bytes, file.architecture.parameters, path=path.resolve())
        return _Single(path.name, file.architecture, part, path.stem)
    if not is_address(source) or path.is_absolute():
        raise OelalaError("no-such-source", name=source)
    found = recognise_on_hub(source, settings)
    if isinstance(found, Row):
        return replace(found, base=found.id, title=found.repo)
    hosted = PurePosixPath(found.path)
    return _Single(hosted.name, found.file.architecture, found, hosted.stem)


def _folder_title(folder: Path) -> str:
    """A snapshot of the hub's cache is called by its commit; its repository's name says more."""
    if folder.parent.name == "snapshots":
        return folder.parent.parent.name.removeprefix("models--").replace("--", "/")
    return folder.name


def _of_one(single: _Single) -> Row:
    """The model of one transformer that has its shape; what else it needs comes from there."""
    rows = [find(name) for name in single.architecture.rows]
    alone = [row for row in rows if "transformer_2" not in row.components]
    if not alone or (single.level is not None and len(alone) < len(rows)):
        raise OelalaError("two-experts", name=single.name)
    row = next((one for one in alone if "720" in one.id and "720" in single.name), alone[0])
    _require_whole(single, row)
    return _own(row, single.title, single.part("transformer"))


def _of_two(singles: list[_Single]) -> Row:
    """The model of two experts: the one for strong noise says "high" in its name, the other "low"."""
    names = ", ".join(single.name for single in singles)
    rows = [
        row
        for row in map(find, singles[0].architecture.rows)
        if row.id in singles[1].architecture.rows and "transformer_2" in row.components
    ]
    by_level = {single.level: single for single in singles}
    if not rows or by_level.keys() != {"high", "low"}:
        raise OelalaError("two-experts", name=names)
    for single in singles:
        _require_whole(single, rows[0])
    experts = zip(_EXPERTS, (by_level["high"], by_level["low"]), strict=True)
    parts = {name: part for expert, single in experts for name, part in single.part(expert).items()}
    return _own(rows[0], by_level["high"].title, parts)


def _require_whole(single: _Single, row: Row) -> None:
    """Names and widths may be right where layers or tensors are missing."""
    there, wanted = single.architecture.parameters, row.components["transformer"].parameters
    if abs(there - wanted) > _OFF * wanted:
        reason = f"{there / 1e9:.3f}e9 / {wanted / 1e9:.3f}e9"
        raise OelalaError("unknown-weights", name=single.name, reason=reason)


def _own(row: Row, title: str, parts: Mapping[str, Component]) -> Row:
    """The catalog's model with the user's weights in the place of its transformer."""
    return replace(row, base=row.id, title=title, components={**row.components, **parts}, added=True)


def _checked(row: Row, settings: Settings) -> Row:
    """A folder of the user's own has to be whole; a repository is fetched later."""
    if row.folder is None:
        return row
    try:
        found = installation(row, settings.models)
    except ModelMissing:
        found = None
    missing = found.missing if found is not None else (row.title,)
    for name in {gap.split("/")[0] for gap in missing}:
        if any(file.suffix in PICKLES for file in (row.folder / name).glob("*")):
            raise OelalaError("unsafe-weights", name=f"{row.title}/{name}")
    if missing:
        reason = ", ".join(missing[:3])
        raise OelalaError("folder-incomplete", model=row.title, path=str(row.folder), reason=reason)
    return row
