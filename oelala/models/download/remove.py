"""Letting a model go: its files in the hub's cache, except what another model here still needs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from oelala.errors import OelalaError
from oelala.media.faults import disk_fault
from oelala.models.catalog.installed import INDEX, PARTIAL, Installation, installation, locate
from oelala.models.catalog.lookup import COMPANIONS, rows
from oelala.models.catalog.resolve import missing_model
from oelala.models.catalog.row import Row
from oelala.models.download.cache import RepoCache
from oelala.models.download.hub import is_digest
from oelala.models.download.rehearse import would_free
from oelala.settings import Settings


@dataclass(frozen=True, slots=True)
class Removed:
    """`freed` in bytes. `kept`: the parts that stay, because the models `needed_by` (titles) use them."""

    freed: int
    kept: tuple[str, ...]
    needed_by: tuple[str, ...]


def remove_model(row: Row, settings: Settings, *, rehearse: bool = False) -> Removed:
    """Also drops what an unfinished download left. `rehearse`: tells what would be freed, touching nothing.

    A folder or file of the user's own stays. Raises ModelMissing, OelalaError ("own-folder",
    "embedded-stays", "download-running", "not-writable").
    """
    if row.added and (row.folder is not None or _is_single(row)):
        return _remove_single_files(row, settings, rehearse)
    if row.folder is not None:
        raise OelalaError("embedded-stays", model=row.title)
    cache = RepoCache(settings.models, row.repo)
    found = installation(row, settings.models)
    if found is not None and cache.root not in found.folder.parents:
        raise OelalaError("own-folder", model=row.title, path=str(found.folder))
    unfinished = [host for host in _hosts(row, settings.models) if _begun_for(row, host)]
    if not _begun(row, cache, found) and not unfinished:
        if row.added:
            return Removed(0, (), ())
        raise missing_model(row, settings.models)
    if any(repository.busy() for repository in (cache, *unfinished)):
        raise OelalaError("download-running", model=row.title)
    needed = dict(_needed_by_others(row, cache, settings))
    guests = list(_guests(row, found, settings)) if found is not None else []
    try:
        freed = 0 if _of_base(row, cache) else _remove(cache, row, set(needed), rehearse)
        freed += sum(_remove_guest(host, folder, rehearse) for host, folder in guests)
        freed += sum(_remove(host, row, set(), rehearse) for host in unfinished)
    except OSError as fault:
        raise disk_fault(fault, cache.root) from fault
    kept = tuple(sorted({place.name for place in needed} - {INDEX}))
    return Removed(freed, kept, tuple(dict.fromkeys(needed.values())))


def _begun(row: Row, cache: RepoCache, found: Installation | None) -> bool:
    """Whether anything is here of the model itself, and not merely of the one that a variant is one of."""
    if not _is_variant(row):
        return cache.root.is_dir()
    return found is not None and any(name in found.components for name in _own_files(row))


def _of_base(row: Row, cache: RepoCache) -> bool:
    """Whether a variant's repository holds more than its parts: weights of the model that it is one of, or an
    unfinished download, which may be of those."""
    places = (snapshot / name for snapshot in cache.root.glob("snapshots/*") for name in _own_files(row))
    return _is_variant(row) and (any(cache.blobs.glob(f"*{PARTIAL}")) or any(map(Path.exists, places)))


def _is_variant(row: Row) -> bool:
    return row.base is not None and not row.added and bool(_own_files(row))


def _own_files(row: Row) -> list[str]:
    """The parts that are files of another repository."""
    return [name for name, part in row.components.items() if part.source and part.files]


def _is_single(row: Row) -> bool:
    """Whether the user added no more than a file in the place of a catalog model's transformer."""
    return any(row.repo == other.repo for other in rows())


def _remove_single_files(row: Row, settings: Settings, rehearse: bool) -> Removed:
    """What was fetched for this model alone: the rest of it is the catalog model's."""
    freed = 0
    for part in row.components.values():
        host = RepoCache(settings.models, part.source) if part.source and part.files else None
        commit = host.commit_of(row.revision) if host is not None else None
        if host is None or commit is None:
            continue
        if host.busy():
            raise OelalaError("download-running", model=row.title)
        file = host.snapshot(commit) / part.subfolder / part.files[0]
        needed = {place for place, _ in _needed_by_others(row, host, settings)}
        if file.exists() and file not in needed:
            try:
                freed += _remove_guest(host, file, rehearse)
            except OSError as fault:
                raise disk_fault(fault, host.root) from fault
    return Removed(freed, (), ())


def _needed_by_others(row: Row, cache: RepoCache, settings: Settings) -> Iterator[tuple[Path, str]]:
    """(component folder or index below this repository, title of the model that uses it)"""
    for other in (*rows(settings=settings), *COMPANIONS):
        found = installation(other, settings.models) if other.id != row.id else None
        if found is not None and not found.missing:
            yield from ((folder, other.title) for folder in _inside(found, cache.root))


def _guests(row: Row, found: Installation, settings: Settings) -> Iterator[tuple[RepoCache, Path]]:
    """Parts that stayed in another repository only for this model: the other model itself is gone."""
    models = settings.models
    for host in _hosts(row, models):
        others = (other for other in rows(settings=settings) if other.id != row.id)
        whole = any(locate(other, models) for other in others if other.repo == host.repo)
        if whole or any(host.blobs.glob(f"*{PARTIAL}")):
            continue
        needed = {folder for folder, _ in _needed_by_others(row, host, settings)}
        yield from ((host, folder) for folder in _inside(found, host.root) if folder not in needed)


def _hosts(row: Row, models: Path) -> list[RepoCache]:
    """The repositories of other models that may hold parts of this one."""
    repos = dict.fromkeys(repo for part in row.components.values() for repo in part.also)
    return [RepoCache(models, repo) for repo in repos]


def _begun_for(row: Row, host: RepoCache) -> bool:
    """Whether all that is there is an unfinished download of just what this model fetches there."""
    guests = [part for part in row.components.values() if part.source == host.repo]
    paths = {PurePosixPath(part.subfolder, name) for part in guests for name in part.files or ("",)}
    parts = {path.parts[0] for path in paths}
    if not parts or not host.root.is_dir() or host.commit_of(row.revision) is not None:
        return False
    return {entry.name for folder in _snapshots_of(host, row) for entry in folder.iterdir()} <= parts


def _inside(found: Installation, root: Path) -> Iterator[Path]:
    places = (*found.components.values(), found.folder / INDEX)
    return (place for place in places if root in place.parents)


def _snapshots_of(cache: RepoCache, row: Row) -> Iterator[Path]:
    """That of the row's revision, and what unfinished downloads left: no name leads there yet."""
    named = {reference.name: _read(reference) for reference in (cache.root / "refs").glob("*")}
    own = named.get(row.revision, row.revision)
    for snapshot in (cache.root / "snapshots").glob("*"):
        unfinished = snapshot.name not in named.values() and not (snapshot / INDEX).exists()
        if snapshot.is_dir() and (snapshot.name == own or unfinished):
            yield snapshot


def _remove(cache: RepoCache, row: Row, keep: set[Path], rehearse: bool) -> int:
    """Bytes that came free on the disk."""
    snapshots = list(_snapshots_of(cache, row))
    if rehearse:
        entries = (entry for snapshot in snapshots for entry in snapshot.iterdir())
        return would_free(cache, [entry for entry in entries if entry not in keep])
    before = _disk_usage(cache.root)
    for snapshot in snapshots:
        for entry in list(snapshot.iterdir()):
            if entry not in keep:
                _delete(entry)
        if not any(snapshot.iterdir()):
            snapshot.rmdir()
            _forget_names(cache, snapshot.name)
    _drop_loose_blobs(cache)
    _drop_empty(cache)
    return before - _disk_usage(cache.root)


def _remove_guest(host: RepoCache, folder: Path, rehearse: bool) -> int:
    if rehearse:
        return would_free(host, [folder])
    before = _disk_usage(host.root)
    _delete(folder)
    for emptied in (folder, *folder.parents):
        if emptied.name == "snapshots" or (emptied.exists() and any(emptied.iterdir())):
            break
        if emptied.exists():
            emptied.rmdir()
        if emptied.parent.name == "snapshots":
            _forget_names(host, emptied.name)
    _drop_loose_blobs(host)
    _drop_empty(host)
    return before - _disk_usage(host.root)


def _drop_empty(cache: RepoCache) -> None:
    left = [*cache.blobs.glob("*"), *(cache.root / "snapshots").glob("*/*")]
    if cache.root.is_dir() and not left:
        shutil.rmtree(cache.root)


def _forget_names(cache: RepoCache, commit: str) -> None:
    for name in (cache.root / "refs").rglob("*"):
        if _read(name) == commit:
            name.unlink()


def _read(reference: Path) -> str:
    """The commit that a name stands for; "" for what is no name."""
    try:
        return reference.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _drop_loose_blobs(cache: RepoCache) -> None:
    """Blobs that no snapshot leads to any more (another revision may), and unfinished ones."""
    used = {place.resolve() for place in (cache.root / "snapshots").rglob("*") if place.is_symlink()}
    for blob in cache.blobs.glob("*"):
        loose = is_digest(blob.name) and blob.resolve() not in used and blob.stat().st_nlink == 1
        if loose or blob.name.endswith(PARTIAL):
            blob.unlink()


def _delete(entry: Path) -> None:
    if entry.is_dir() and not entry.is_symlink():
        shutil.rmtree(entry)
    else:
        entry.unlink()


def _disk_usage(root: Path) -> int:
    """Every file once, however many links lead to it."""
    files = (place.lstat() for place in root.rglob("*") if place.is_file() and not place.is_symlink())
    return sum({about.st_ino: about.st_size for about in files}.values())
