"""A model of the catalog, brought to this disk: all of it, or nothing that anyone would take for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from loguru import logger

from oelala.errors import OelalaError
from oelala.media.faults import free_bytes, human_bytes
from oelala.models.catalog.installed import installation, locate
from oelala.models.catalog.own import own_gap
from oelala.models.catalog.row import Component, Row
from oelala.models.download.cache import RepoCache
from oelala.models.download.choose import needed_files, sources
from oelala.models.download.hub import Hub, HubFile, Listing, connected
from oelala.models.download.retry import Patience
from oelala.models.download.transfer import Transfer, transfer
from oelala.progress import CancelToken
from oelala.settings import Settings

_SPARE = 100_000_000  # bytes that a download leaves free for everything else


def _ignore(done: int, total: int) -> None:
    del done, total


@dataclass(frozen=True, slots=True)
class DownloadRequest:
    """`report(done, total)` in bytes; what was here before counts as done."""

    row: Row
    settings: Settings
    cancel: CancelToken = field(default_factory=CancelToken)
    report: Callable[[int, int], None] = _ignore
    patience: Patience = field(default_factory=Patience)


@dataclass(frozen=True, slots=True)
class Downloaded:
    """`fetched`: how many bytes had to come; 0 for a model that was here."""

    folder: Path
    fetched: int


def download_model(request: DownloadRequest) -> Downloaded:
    """Fetch what is missing of the model. Interrupted in any way, the next call goes on from the last byte.

    Raises OelalaError ("no-room", "no-connection", "wrong-hash", "gated-model", "token-refused",
    "not-on-hub", "hub-fault", "repo-incomplete", "embedded-missing", "own-incomplete", "out-of-disk",
    "not-writable") and Cancelled.
    """
    row, models = request.row, request.settings.models
    if (here := locate(row, models)) is not None:
        return Downloaded(here, 0)
    if (gap := own_gap(row, models)) is not None:
        raise gap
    if row.folder is not None:
        raise OelalaError("embedded-missing")
    with connected(request.settings, request.patience, request.cancel) as hub:
        plans = [_plan(hub, row, models, repo, parts) for repo, parts in sources(row, models).items()]
        missing = sum(_missing(plan, file) for plan in plans for file in plan.files)
        _require_room(row, models, missing)
        logger.info("downloading {}: {} to come", row.title, human_bytes(missing))
        _fetch_all(request, hub, plans)
    folder = locate(row, models)
    if folder is None:
        raise OelalaError("repo-incomplete", model=row.title, repo=row.repo, reason=_lacking(row, models))
    return Downloaded(folder, missing)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What to fetch from one repository."""

    cache: RepoCache
    commit: str
    files: Sequence[HubFile]


def _plan(hub: Hub, row: Row, models: Path, repo: str, parts: Sequence[Component]) -> _Plan:
    """At the commit that is here, if one is: what was checked stays as it is, whatever changes upstream, and
    so does another model that lives there. Only a model's own repository moves on, where that commit cannot
    give it any more.
    """
    cache, own = RepoCache(models, repo), repo == row.repo
    kept, movable = cache.commit_of(row.revision), own and row.base is None
    listing = hub.listing(repo, kept or row.revision) if not movable else None
    if kept is not None and movable:
        listing = _kept(hub, repo, kept, parts)
    if listing is None:
        listing = hub.listing(repo, row.revision)
    return _Plan(cache, listing.commit, needed_files(listing, parts, index=own))


def _kept(hub: Hub, repo: str, commit: str, parts: Sequence[Component]) -> Listing | None:
    """None for a commit that the hub does not have any more, or that lacks one of the parts."""
    try:
        listing = hub.listing(repo, commit)
    except OelalaError as fault:
        if fault.code != "not-on-hub":
            raise
        return None
    return listing if all(needed_files(listing, [part], index=False) for part in parts) else None


def _fetch_all(request: DownloadRequest, hub: Hub, plans: Sequence[_Plan]) -> None:
    files = [(plan, file) for plan in plans for file in plan.files]
    total, done = sum(file.size for _, file in files), 0
    # what is here of later files counts as done as well, so that the figure never jumps
    here = [file.size - _missing(plan, file) for plan, file in files]
    for number, (plan, file) in enumerate(files):
        before = done + sum(here[number + 1 :])

        def hear(count: int, before: int = before) -> None:
            request.report(before + count, total)

        request.cancel.check()
        transfer(Transfer(hub, plan.cache, plan.commit, file, hear))
        done += file.size
    for plan in plans:
        plan.cache.point(request.row.revision, plan.commit)
    request.report(total, total)


def _missing(plan: _Plan, file: HubFile) -> int:
    if plan.cache.has(plan.commit, file):
        return 0
    fetched = plan.cache.fetched(file.digest)
    return file.size - fetched if fetched <= file.size else file.size


def _require_room(row: Row, models: Path, missing: int) -> None:
    """Before the first byte: a full disk after hours of waiting helps nobody."""
    free = free_bytes(models)
    if missing and free < missing + _SPARE:
        need = human_bytes(missing + _SPARE)
        raise OelalaError("no-room", model=row.title, need=need, free=human_bytes(free), path=str(models))


def _lacking(row: Row, models: Path) -> str:
    found = installation(row, models)
    return ", ".join(found.missing[:3]) if found is not None else "model_index.json"
