"""The composition root, and the verbs that the page and the command line share.

Nothing heavy is imported here: torch lives in the workers, gradio in the page.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oelala.errors import InvalidTask, OelalaError
from oelala.executor import StudioExecutor
from oelala.jobs.reporter import preview_path
from oelala.jobs.store import JobStore
from oelala.jobs.supervisor import Supervisor
from oelala.jobs.worker import WorkerSpec
from oelala.kinds import BY_NAME, KINDS, read_task
from oelala.library import inputs
from oelala.library import outputs as output_files
from oelala.library import workspace as workspaces
from oelala.library.files import copy_file
from oelala.library.inputs import KeptPicture
from oelala.library.outputs import Output
from oelala.library.presets import Preset, list_presets
from oelala.library.workspace import LockInfo, Workspace, WorkspaceLock
from oelala.log_feed import FeedPage, LogFeed
from oelala.media.picture import picture_preview
from oelala.media.poses.request import PoseRequest
from oelala.media.video import VideoSpec
from oelala.models import catalog
from oelala.models.catalog import ModelStatus, Row
from oelala.progress import CancelToken
from oelala.settings import Settings
from oelala.tasks.base import Lane, Task
from oelala.tasks.download import Download
from oelala.tasks.image_to_video import ImageToVideo
from oelala.tasks.job import Job, Queued, Running, State
from oelala.tasks.text_to_video import MAX_SEED

if TYPE_CHECKING:
    from oelala.doctor import Report
    from oelala.media.poses.detect import OnFrame
    from oelala.models.download import Removed, Verification
    from oelala.models.planning import Plan


__all__ = ["KINDS", "ModelStatus", "PoseRequest", "Studio"]

UNFINISHED = 1000  # jobs looked through; unfinished ones come first


class Studio:
    """One studio on one workspace.

    Made, it can read and queue. `acquire` makes it the one that runs the queue, `start` starts the workers.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.workspace = Workspace(settings.workspace)
        self.workspace.prepare()
        self._lock = WorkspaceLock(self.workspace)
        self._feed = LogFeed(self.workspace.logs)
        self._supervisor: Supervisor | None = None

    @cached_property
    def store(self) -> JobStore:
        return JobStore(self.workspace.queue_db)

    # who runs the queue

    def acquire(self, address: str) -> LockInfo | None:
        """Take the workspace's lock, telling others our `address`. None: it is ours; else who holds it.

        What a crash left behind is swept here, before a page answers that keeps uploads in the same folder.
        """
        while not self._lock.acquire(address):
            if holder := self._lock.holder():
                return holder
        self.workspace.sweep()
        return None

    def holder(self) -> LockInfo | None:
        """Who runs the queue of this workspace at the moment, if anyone."""
        return self._lock.holder()

    def start(self, only: Collection[str] | None = None) -> None:
        """Queue again what a crash interrupted, and start the workers. Needs the lock.

        `only` (job ids) is for the command line, which runs its own jobs and nobody else's.
        """
        specs = [
            self._worker_spec(lane, partial(StudioExecutor, self.settings, lane), only) for lane in _lanes()
        ]
        self._supervisor = Supervisor(specs, self.store)
        self._supervisor.start()

    def stop(self) -> None:
        """End the workers (their jobs go back to the queue) and give the lock back."""
        if self._supervisor is not None:
            self._supervisor.stop()
            self._supervisor = None
        self._lock.release()

    def _worker_spec(
        self, lane: Lane, make_executor: Callable[[], StudioExecutor], only: Collection[str] | None
    ) -> WorkerSpec:
        return WorkerSpec(
            lane=lane,
            database=self.workspace.queue_db,
            private=self.workspace.private,
            make_executor=make_executor,
            only=tuple(only) if only is not None else None,
            lazy=lane != "gpu" or only is not None,
            console=only is None,  # a progress bar and log lines do not share a terminal
        )

    # tasks, models, presets

    def submit(self, task: Task, also: Sequence[str] = ()) -> list[Job]:
        """Fill and check the task by the catalog, keep its pictures, fix its seed, queue it.

        n clips are n jobs with the seeds s, s+1, … `also`: more models to make the same, each in its own
        way; the same seeds. Raises InvalidTask (with the field, "also" where it is one of those) and
        ModelMissing; then nothing is queued.
        """
        seeded = _with_seed(task)
        resolved = seeded if task.internal else catalog.resolve(seeded, self.settings)
        others = [self._resolve_for(seeded, model) for model in dict.fromkeys(also) if model != task.model]
        kept = [self._with_inputs(one) for one in (resolved, *others)]
        jobs = self.store.enqueue_all([clip for one in kept for clip in _one_task_a_clip(one)])
        if self._supervisor is not None:
            self._supervisor.wake(resolved.lane)
        return jobs

    def _with_inputs(self, task: Task) -> Task:
        kept = inputs.keep_inputs(task, self.workspace)
        if isinstance(kept, ImageToVideo) and kept.extend and kept.width and kept.height:
            fps = float(kept.fps or self._row(kept.model).fps)
            clip = inputs.kept_path(self.workspace, kept.extend)
            inputs.check_extension(clip, VideoSpec(kept.width, kept.height, 0, fps))
        return kept

    def _resolve_for(self, task: Task, model: str) -> Task:
        try:
            return catalog.resolve(catalog.for_model(task, self._row(model)), self.settings)
        except InvalidTask as fault:
            raise InvalidTask(fault.code, field="also", **fault.values) from fault

    def read_task(self, kind: str, values: Mapping[str, Any]) -> Task:
        """A task from loose values (a form, flags, a file). Raises InvalidTask."""
        return read_task(kind, values)

    def task_classes(self) -> list[type[Task]]:
        """Every kind of task a user can ask for."""
        return [kind.task for kind in KINDS if not kind.task.internal]

    def defaults(self, kind: str, model: str) -> Mapping[str, Any]:
        """The model's values for every task field that may be None, for a form to show."""
        return catalog.defaults(kind, model, self.settings)

    def foreign_fields(self, kind: str, model: str) -> set[str]:
        """The task fields that mean nothing to the model. Raises OelalaError ("unknown-model")."""
        return catalog.foreign_fields(self._row(model), BY_NAME[kind].task)

    def models(self, kind: str | None = None) -> list[ModelStatus]:
        """Every catalog row (that can do `kind`), with whether it is on this disk and fits this machine."""
        return [catalog.status(row, self.settings) for row in catalog.rows(kind, self.settings)]

    def add_model(self, sources: Sequence[str]) -> ModelStatus:
        """List a model of the user's own: a folder, a file (two, of two experts), or such a one on the hub.

        Its files stay where they are. Raises OelalaError as `models.recognise.recognise`, "already-added".
        """
        from oelala.models.recognise import AddRequest, recognise

        row = recognise(AddRequest(tuple(sources), self.settings))
        return catalog.status(catalog.add_row(row, self.settings, catalog.ROWS), self.settings)

    def model_folder(self, model: str) -> Path | None:
        """Where all of the model lies on this disk, if it does. Raises OelalaError ("unknown-model")."""
        return catalog.locate(self._row(model), self.settings.models)

    def _row(self, model: str) -> Row:
        return catalog.find(model, self.settings)

    def download(self, model: str) -> Job:
        """Queue the download of a model, unless one is under way. Cancelling it pauses it.

        Raises OelalaError ("unknown-model").
        """
        return self._download_under_way(model) or self.submit(Download(model=self._row(model).id))[0]

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

        Raises as `verify_model`, and "download-running".
        """
        from oelala.models.download import remove_model

        row = self._row(model)
        if self._download_under_way(model) is not None:
            raise OelalaError("download-running", model=row.title)
        removed = remove_model(row, self.settings)
        if row.added:
            catalog.forget_row(row, self.settings)
        return removed

    def plan(self, task: Task) -> Plan:
        """What the task will need here, and how long it will take; it need not be resolved.

        Raises OelalaError ("unknown-model") and InvalidTask ("cannot-do").
        """
        from oelala.forecast import forecast

        return forecast(task, self.settings, self.workspace)

    def keep_token(self, token: str) -> None:
        """Keep the access token for gated models; "" forgets it. Raises OelalaError ("bad-token")."""
        from oelala.models.download import keep_token

        keep_token(token, self.settings)

    def presets(self, kind: str | None = None) -> list[Preset]:
        """Shipped presets first, then the workspace's own."""
        return [
            p
            for p in list_presets(self.workspace, tasks={kind.task.kind: kind.task for kind in KINDS})
            if kind in (None, p.kind)
        ]

    def preset(self, kind: str, name: str) -> Preset:
        """Raises OelalaError ("unknown-preset")."""
        presets = {preset.name: preset for preset in self.presets(kind)}
        if name not in presets:
            raise OelalaError("unknown-preset", preset=name, known=", ".join(presets))
        return presets[name]

    @staticmethod
    def read_pose(request: PoseRequest, on_frame: OnFrame | None = None) -> dict[str, Any]:
        """The bodies of a film, a picture or OpenPose's JSON, as numbers, and as files where asked."""
        from oelala.media.poses.report import report

        return report(request, on_frame)

    @staticmethod
    def doctor(settings: Settings) -> Report:
        """What this computer can do, and what stands in the way: of a workspace that cannot be used, too."""
        from oelala.doctor import examine

        return examine(settings)

    @staticmethod
    def chosen_workspace() -> Path:
        """The workspace of a start that names none: the project folder, or what `workspace use` chose."""
        return workspaces.chosen_workspace()

    @staticmethod
    def known_workspaces() -> list[Path]:
        return workspaces.known_workspaces()

    @staticmethod
    def remember_workspace(folder: Path, *, use: bool) -> None:
        """Make `folder` a workspace if it is none yet; `use` makes it the one later starts take."""
        workspaces.remember_workspace(folder, use=use)

    # pictures

    def keep_picture(self, source: Path, name: str | None = None) -> KeptPicture:
        """Check a picture and keep it in the workspace. Raises as `library.inputs.keep_picture`."""
        return inputs.keep_picture(self.workspace, source, name)

    def keep_frame(self, clip: Path, seconds: float | None = None) -> KeptPicture:
        """Keep a frame of a clip, by default its last. Raises as `library.inputs.keep_frame`."""
        return inputs.keep_frame(self.workspace, clip, seconds)

    def continue_clip(self, clip: Path) -> dict[str, Any]:
        """Values for image-to-video that go on where a clip ends, as it was made, and become one with it.

        The model's own settings come along where it can do this, else only the prompt. Raises as
        `keep_frame`.
        """
        values = {
            "image": self.keep_frame(clip).reference,
            "extend": inputs.keep_clip(self.workspace, clip),
        }
        try:
            before = self.restore(clip).model_dump()
        except OelalaError:  # a clip of another program: it has a last frame all the same
            return values
        return catalog.carried_over(before, ImageToVideo) | values

    def keeps_picture(self, reference: object) -> bool:
        return inputs.is_kept(self.workspace, reference)

    def picture_preview(self, reference: str) -> bytes:
        """A kept picture as the model will see it, as WebP. Raises OelalaError ("picture-gone", …)."""
        return picture_preview(inputs.kept_path(self.workspace, reference))

    # jobs

    def jobs(self, limit: int = 50) -> list[Job]:
        """Unfinished jobs first (oldest first), then the newest finished ones, `limit` in all."""
        return self.store.list(limit)

    def job(self, job_id: str) -> Job:
        return self.store.get(job_id)

    def jobs_since(self, revision: int, limit: int = 100) -> tuple[list[Job], int]:
        """Rows changed after `revision`, oldest change first, and the newest revision."""
        return self.store.changed_since(revision, limit)

    def cancel(self, job_id: str) -> Job:
        """A queued job is cancelled at once, a running one once it hears of it; a finished one stays."""
        job = self.store.request_cancel(job_id)
        if self._supervisor is not None:
            self._supervisor.wake(job.lane)
        return job

    def retry(self, job_id: str) -> Job:
        """Queue the same task again, as a new job."""
        job = self.store.retry(job_id)
        if self._supervisor is not None:
            self._supervisor.wake(job.lane)
        return job

    def preview(self, job_id: str) -> Path | None:
        """The newest preview (animated WebP) of a running job."""
        if not isinstance(self.job(job_id).state, Running):
            return None
        path = preview_path(self.workspace.private, job_id)
        return path if path.is_file() else None

    # outputs

    def outputs(self, limit: int = 60, offset: int = 0) -> list[Output]:
        """Newest first."""
        return output_files.list_outputs(self.workspace, limit, offset)

    def restore(self, source: Path) -> Task:
        """The task inside an mp4 or JSON that Oelala made, for a form to show.

        Raises OelalaError ("no-metadata", "unreadable-file") and InvalidTask.
        """
        values = dict(output_files.read_settings_of(source))
        return read_task(str(values.pop("kind", "")), values)

    def copy_output(self, source: Path, target: Path) -> Path:
        """Returns `target`, which is all there or as it was. Raises as `library.files.copy_file`."""
        copy_file(source, target)
        return target

    # log

    def log_since(self, cursor: str | None, limit: int = 500) -> FeedPage:
        """Records newer than `cursor` (None: the newest `limit`), and the next cursor."""
        return self._feed.since(cursor, limit)


def _lanes() -> list[Lane]:
    return sorted({kind.task.lane for kind in KINDS})


def _goes_on(state: State) -> bool:
    return isinstance(state, Queued) or (isinstance(state, Running) and not state.cancelling)


def _one_task_a_clip(task: Task) -> list[Task]:
    """Tasks with a seed each; only kinds that have a seed are split."""
    values = task.model_dump(include={"seed", "num_videos_per_prompt"})
    if len(values) < 2:
        return [task]
    return [
        task.model_copy(update={"seed": (values["seed"] + clip) % (MAX_SEED + 1), "num_videos_per_prompt": 1})
        for clip in range(values["num_videos_per_prompt"])
    ]


def _with_seed(task: Task) -> Task:
    """Of chance, where the user names none."""
    if "seed" not in type(task).model_fields or getattr(task, "seed") is not None:  # noqa: B009
        return task
    return task.model_copy(update={"seed": secrets.randbelow(MAX_SEED + 1)})
