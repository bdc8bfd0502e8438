"""Verbs of a model that is here, or begun: what it takes, whether it is sound, what removing it frees."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from oelala.errors import OelalaError
from oelala.models import catalog
from oelala.models.catalog import Installation
from oelala.studio.base import UNFINISHED
from oelala.studio.models import ModelVerbs
from oelala.tasks.download import Download
from oelala.tasks.job import Job, Queued, Running
from oelala.tasks.verify import Verify

if TYPE_CHECKING:
    from oelala.models.download import Removed


@dataclass(frozen=True, slots=True)
class Care:
    """`bytes` of its files at `folder`, parts that it shares with other models too; None: it is not all here.

    `removal`: what removing it would free; None where `obstacle` keeps it. `check`: the newest of its files,
    under way or done. `own`: a folder of the user's own that it lies in.
    """

    title: str
    added: bool
    folder: Path | None
    bytes: int
    removal: Removed | None
    obstacle: OelalaError | None
    check: Job | None
    own: Path | None = None


class CareVerbs(ModelVerbs):
    """What is looked after from the page."""

    def care(self, model: str) -> Care:
        """Raises OelalaError ("unknown-model")."""
        row = self._row(model)
        found = catalog.installation(row, self.settings.models)
        whole = found if found is not None and not found.missing else None
        removal, obstacle = None, None
        try:
            removal = self.removal(model)
        except OelalaError as fault:
            obstacle = fault
        size = 0 if whole is None else _bytes_of(whole)
        folder = None if whole is None else _place_of(whole.folder)
        own = catalog.own_place(row)
        return Care(row.title, row.added, folder, size, removal, obstacle, self._check_of(model), own)

    def verify(self, model: str) -> Job:
        """Queue a check of the model's files, unless one is under way. Raises as `care`."""
        row, newest = self._row(model), self._check_of(model)
        if newest is not None and isinstance(newest.state, Queued | Running):
            return newest
        return self.submit(Verify(model=row.id))[0]

    def downloads_of(self, model: str) -> list[Job]:
        """Its downloads that have ended, the newest first."""
        return [
            job
            for job in self.store.list(UNFINISHED)
            if job.kind == Download.kind
            and job.task.get("model") == model
            and not isinstance(job.state, Queued | Running)
        ]

    def begun(self, model: str) -> bool:
        """Whether anything is here of what a download would bring; False for a model nobody knows."""
        try:
            return catalog.begun_bytes(self._row(model), self.settings.models) > 0
        except OelalaError:
            return False

    def _check_of(self, model: str) -> Job | None:
        """The newest check; None where a download has been there since, which may have mended anything."""
        kinds = (Verify.kind, Download.kind)
        jobs = (job for job in self.store.list(UNFINISHED) if job.kind in kinds)
        own = (job for job in jobs if job.task["model"] == model)
        last = max(own, key=lambda job: job.created, default=None)
        return last if last is not None and last.kind == Verify.kind else None


def _place_of(folder: Path) -> Path:
    """Of a snapshot in the hub's cache, its repository: a commit's name says nothing to anyone."""
    return folder.parent.parent if folder.parent.name == "snapshots" else folder


def _bytes_of(found: Installation) -> int:
    """Every file once, however many links lead to it."""
    files = [
        file
        for place in found.components.values()
        for file in ([place] if place.is_file() else place.rglob("*"))
        if file.is_file()
    ]
    return sum({about.st_ino: about.st_size for about in (file.stat() for file in files)}.values())
