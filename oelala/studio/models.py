"""Verbs of models: listed, added, downloaded, verified, removed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from oelala.errors import OelalaError
from oelala.kinds import is_usable
from oelala.models import catalog
from oelala.models.catalog import DetectorStatus, ModelStatus, Row, SpeedStatus
from oelala.models.machine import Machine, read_machine
from oelala.progress import CancelToken
from oelala.studio.base import UNFINISHED
from oelala.studio.tasks import TaskVerbs
from oelala.tasks.download import Download
from oelala.tasks.job import Job, Queued, Running, State

if TYPE_CHECKING:
    from oelala.models.download import Removed, Verification


class ModelVerbs(TaskVerbs):
    """The models of the catalog and of the user."""

    def models(self, kind: str | None = None) -> list[ModelStatus]:
        """Every catalog row (that can do `kind`), with whether it is on this disk and fits this machine."""
        machine = read_machine(self.settings.models)
        return [self._status(row, machine) for row in catalog.rows(kind, self.settings)]

    def model(self, model: str, kind: str | None = None) -> ModelStatus | None:
        """The same of one model; None: the catalog has none of this id (that can do `kind`)."""
        rows = catalog.rows(kind, self.settings)
        return next((self._status(row) for row in rows if row.id == model), None)

    def _status(self, row: Row, machine: Machine | None = None) -> ModelStatus:
        return replace(catalog.status(row, self.settings, machine), usable=is_usable(row.kinds))

    def speeds(self) -> list[SpeedStatus]:
        """Every LoRA of few steps that can be fetched."""
        return catalog.all_speeds(self.settings)

    def detectors_to_get(self) -> list[DetectorStatus]:
        """Every detector of bodies that can be fetched."""
        return catalog.detector_statuses(self.settings)

    def add_model(self, sources: Sequence[str], *, anyway: bool = False) -> ModelStatus:
        """List a model of the user's own: a folder, a file (two, of two experts), or such a one on the hub.

        Its files stay where they are. `anyway`: also one that no kind of task can use yet. Raises OelalaError
        as `models.recognise.recognise`, "already-added", "no-use-yet".
        """
        from oelala.models.recognise import AddRequest, recognise

        row = recognise(AddRequest(tuple(sources), self.settings))
        _require_use(row, anyway)
        return self._status(catalog.add_row(row, self.settings, catalog.ROWS))

    def model_folder(self, model: str) -> Path | None:
        """Where all of the model lies on this disk, if it does, with the packages that it cannot run without.
        Raises OelalaError ("unknown-model")."""
        row = self._row(model)
        return None if catalog.wanted_packages(row) else catalog.locate(row, self.settings.models)

    def download(self, model: str, *, anyway: bool = False, installs: bool = False) -> Job:
        """Queue the download of a model, unless one is under way. Cancelling it pauses it.

        `anyway`: also of one that no kind of task can use yet. `installs`: packages as well, where it needs
        some; a visitor of the page may not ask for that, the owner on the command line may. Raises
        OelalaError ("unknown-model", "no-use-yet", "own-incomplete", "no-dwpose").
        """
        row = self._row(model)
        if (gap := catalog.own_gap(row, self.settings.models)) is not None:
            raise gap
        if (job := self._download_under_way(model)) is not None:
            return job
        _require_use(row, anyway)
        if not installs and (lacking := catalog.wanted_packages(row)):
            raise OelalaError("no-dwpose", missing=", ".join(lacking), id=row.id)
        return self.submit(Download(model=row.id))[0]

    def own_place(self, model: str) -> Path | None:
        """The folder of the user's own that the model lies in; None: downloads bring it. Raises OelalaError
        ("unknown-model")."""
        return catalog.own_place(self._row(model))

    def _download_under_way(self, model: str) -> Job | None:
        jobs = (job for job in self.store.list(UNFINISHED) if job.kind == Download.kind)
        return next((job for job in jobs if job.task["model"] == model and _goes_on(job.state)), None)

    def verify_model(
        self, model: str, report: Callable[[int, int], None], cancel: CancelToken
    ) -> Verification:
        """Compare every file with its hash; takes as long as reading them. `report(done, total)` in bytes.

        What is damaged is removed from the hub's cache. Raises OelalaError ("unknown-model"), ModelMissing.
        """
        from oelala.models.download import verify_model

        return verify_model(self._row(model), self.settings, report, cancel)

    def remove_model(self, model: str) -> Removed:
        """Delete what no other model on this disk needs; one that the user added leaves the list as well.

        Raises as `verify_model`, "download-running", and "model-in-use" where a job still waits for it.
        """
        from oelala.models.download import remove_model

        row = self._removable(model)
        removed = remove_model(row, self.settings)
        if row.added:
            catalog.forget_row(row, self.settings)
        return removed

    def removal(self, model: str) -> Removed:
        """What `remove_model` would free, and what would stay; nothing is touched. Raises as it does."""
        from oelala.models.download import remove_model

        return remove_model(self._removable(model), self.settings, rehearse=True)

    def _removable(self, model: str) -> Row:
        row = self._row(model)
        if self._download_under_way(model) is not None:
            raise OelalaError("download-running", model=row.title)
        jobs = (job for job in self.store.list(UNFINISHED) if job.kind != Download.kind)
        waiting = (job.task for job in jobs if isinstance(job.state, Queued | Running))
        if any(model in (task.get("model"), task.get("speed")) for task in waiting):
            raise OelalaError("model-in-use", model=row.title)
        return row

    def keep_token(self, token: str) -> None:
        """Keep the access token for gated models; "" forgets it. Raises OelalaError ("bad-token")."""
        from oelala.models.download import keep_token

        keep_token(token, self.settings)


def _goes_on(state: State) -> bool:
    return isinstance(state, Queued) or (isinstance(state, Running) and not state.cancelling)


def _require_use(row: Row, anyway: bool) -> None:
    """Gigabytes that nothing can be made with are fetched by nobody's mistake. What has no kinds of its own
    (a LoRA, a tiny decoder) goes with models that do."""
    kinds = row.kinds or catalog.awaited_kinds(row.id)
    if kinds and not anyway and not is_usable(kinds):
        raise OelalaError("no-use-yet", model=row.title, kind=", ".join(kinds))
