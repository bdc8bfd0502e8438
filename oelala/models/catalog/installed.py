"""Where a model sits on this disk: shipped, in the Hugging Face cache, or in a plain folder beside it.

The cache's layout: `models--Org--Name/refs/<revision>` holds a commit hash, and `snapshots/<hash>` the files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from stat import S_ISREG

from oelala.models.catalog.row import Component, Row
from oelala.models.catalog.weights import is_whole, shards, weight_files

INDEX = "model_index.json"
# Ends the name of what a download has brought of a file so far. Not the hub's own
# `<digest>.<random>.incomplete`, which nobody takes up again.
PARTIAL = ".oelala.incomplete"
_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class Installation:
    """A model found on disk: `folder` holds its `model_index.json`, `components` the folder of each part (or
    the file, where it consists of one).

    `missing` names the files and folders that are not there; the model can be loaded when it is empty.
    `absent`: the components of which there is nothing at all.
    """

    row: Row
    folder: Path
    components: Mapping[str, Path] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


def installation(row: Row, models: Path) -> Installation | None:
    """The most complete copy of the model on this disk; None when there is nothing of it.

    `models` is the Hugging Face cache folder.
    """
    places = _Places(row, models)
    folders = [folder for folder in places.own if not row.indexed or (folder / INDEX).is_file()]
    found = [_inspect(row, folder, places) for folder in folders]
    return min(found, key=lambda one: len(one.missing), default=None)


def locate(row: Row, models: Path) -> Path | None:
    """The folder with the model's `model_index.json`, or None unless every part of the model is there."""
    found = installation(row, models)
    return found.folder if found is not None and not found.missing else None


def missing_bytes(row: Row, models: Path) -> tuple[int, bool]:
    """How much would have to be downloaded, and whether that is exact: else it is at most so much.

    What an interrupted download has brought does not count: it goes on from there.
    """
    return bytes_to_come(row, missing_parts(row, models), models)


def bytes_to_come(row: Row, parts: Iterable[Component], models: Path) -> tuple[int, bool]:
    """As `missing_bytes`, of the row's parts that are known to be missing."""
    listed = list(parts)
    size, exact = bytes_of(listed)
    return max(0, size - _begun(row, listed, models)), exact


def begun_bytes(row: Row, models: Path) -> int:
    """What is here of the parts that are not all here."""
    return _begun(row, missing_parts(row, models), models)


def _begun(row: Row, parts: Iterable[Component], models: Path) -> int:
    """Bytes of these parts that are here: whole files of no whole part yet, and the beginnings of others."""
    begun, repositories = 0, set()
    for part in parts:
        root = _cache_of(part.source or row.repo, models)
        repositories.add(root)
        kept = [_bytes_in(snapshot / part.subfolder, part) for snapshot in root.glob("snapshots/*")]
        begun += min(part.most_bytes, max(kept, default=0))
    partials = (file for root in repositories for file in root.glob(f"blobs/*{PARTIAL}"))
    return begun + sum(_length(file) for file in partials)


def _bytes_in(folder: Path, part: Component) -> int:
    files = [folder / name for name in part.files] if part.files else folder.glob("*")
    return sum(_length(file) for file in files)


def _length(file: Path) -> int:
    """0 for what is no file, or not any more: a download may be at work."""
    try:
        about = file.stat()
    except OSError:
        return 0
    return about.st_size if S_ISREG(about.st_mode) else 0


def bytes_of(parts: Iterable[Component]) -> tuple[int, bool]:
    """Of these together, and whether that is exact: else it is at most so much."""
    listed = list(parts)
    return sum(part.most_bytes for part in listed), all(part.bytes is not None for part in listed)


def missing_parts(row: Row, models: Path) -> list[Component]:
    """What would have to be downloaded. Parts that another model brought along do not count, and no download
    brings what lacks in a folder of the user's own."""
    if row.added and row.folder is not None:
        return []
    places = _Places(row, models)
    here = {
        name
        for name, part in row.components.items()
        if any(not _gaps(part, place) for place in places.of(part))
    }
    return [part for name, part in row.components.items() if name not in here and part.path is None]


def shared_components(row: Row, models: Path) -> set[str]:
    """The parts that another model's repository has brought to this disk."""
    places = _Places(row, models)
    return {
        name
        for name, part in row.components.items()
        if any(not _gaps(part, place) for place in places.shared(part))
    }


def _inspect(row: Row, folder: Path, known: _Places) -> Installation:
    components: dict[str, Path] = {}
    missing: list[str] = []
    absent: list[str] = []
    for name, part in row.components.items():
        places = [_place(folder, part), *known.shared(part)]
        if part.path is not None:
            places = [part.path]
        gaps = [_gaps(part, place) for place in places]
        if complete := [place for place, gap in zip(places, gaps, strict=True) if not gap]:
            components[name] = complete[0]
        else:
            missing.extend(f"{part.subfolder}/{gap}".removeprefix("./") for gap in gaps[0])
            # a link that leads nowhere is something: it is left of a file that was here
            if not any(place.exists() or place.is_symlink() for place in places):
                absent.append(name)
    return Installation(row, folder, components, tuple(missing), tuple(absent))


class _Places:
    """Existing folders that may hold a model's repositories, each looked for once: parts share them."""

    def __init__(self, row: Row, models: Path) -> None:
        self._row, self._models = row, models
        self._found: dict[str, tuple[Path, ...]] = {}

    @property
    def own(self) -> tuple[Path, ...]:
        """Of the model itself."""
        return self._folders(self._row.repo)

    def of(self, part: Component) -> Iterator[Path]:
        """Where the part may lie."""
        yield from (_place(folder, part) for folder in self.own)
        yield from self.shared(part)

    def shared(self, part: Component) -> Iterator[Path]:
        """Also in a repository whose own model is not all there: it may share what it has."""
        for repo in part.also:
            yield from (_place(folder, part) for folder in self._folders(repo))

    def _folders(self, repo: str) -> tuple[Path, ...]:
        if repo not in self._found:
            self._found[repo] = tuple(place for place in self._possible(repo) if place.is_dir())
        return self._found[repo]

    def _possible(self, repo: str) -> Iterator[Path]:
        own, models = repo == self._row.repo, self._models
        if own and self._row.folder is not None:
            yield self._row.folder
            return
        if snapshot := _snapshot(_cache_of(repo, models), self._row.revision):
            yield snapshot
        organisation, _, name = repo.partition("/")
        yield models / organisation / name
        if own:
            yield models / self._row.id


def _cache_of(repo: str, models: Path) -> Path:
    return models / f"models--{repo.replace('/', '--')}"


def _snapshot(repository: Path, revision: str) -> Path | None:
    commit = revision
    if not _COMMIT.fullmatch(revision):
        try:
            commit = (repository / "refs" / revision).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            return None
    return repository / "snapshots" / commit if _COMMIT.fullmatch(commit) else None


def _place(folder: Path, part: Component) -> Path:
    """The part's folder in a model's, or its only file."""
    where = folder / part.subfolder
    return where / part.files[0] if len(part.files) == 1 else where


def _gaps(part: Component, place: Path) -> list[str]:
    """What a component lacks; `exists` is false for a link into a download that never finished."""
    if len(part.files) > 1:
        return [name for file in part.files for name in _absent(place, file)]
    if part.files or (part.path is not None and not place.is_dir()):
        return _missing_shards(place) if place.is_file() else [place.name]
    return _missing_files(place)


def _missing_shards(file: Path) -> list[str]:
    try:
        return [shard.name for shard in shards(file) if shard != file and not is_whole(shard)]
    except ValueError as fault:
        return [str(fault)]


def _missing_files(folder: Path) -> list[str]:
    if not folder.is_dir():
        return ["…"]
    if folder.name == "scheduler":
        return _absent(folder, "scheduler_config.json")
    if folder.name in ("feature_extractor", "image_processor"):
        return _absent(folder, "preprocessor_config.json")
    if folder.name in ("tokenizer", "tokenizer_2"):
        words = [folder / "tokenizer.json", folder / "spiece.model", folder / "vocab.json"]
        own = [] if any(file.exists() for file in words) else ["tokenizer.json"]
        return own + _absent(folder, "tokenizer_config.json")
    try:
        files = weight_files(folder)
    except ValueError as fault:
        return [str(fault)]
    lacking = [file.name for file in files if not is_whole(file)] if files else ["*.safetensors"]
    return lacking + _absent(folder, "config.json")


def _absent(folder: Path, name: str) -> list[str]:
    return [] if (folder / name).exists() else [name]
