"""Verbs of tasks: read, filled and checked, planned, queued; and the presets they start from."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oelala.errors import InvalidTask, OelalaError
from oelala.kinds import BY_NAME, KINDS, read_task
from oelala.library import inputs
from oelala.library.characters import keep_avatar
from oelala.library.fits import check_detector, check_replacement
from oelala.library.motions import keep_motions
from oelala.library.presets import Preset, list_presets
from oelala.media.video import VideoSpec, probe
from oelala.models import catalog
from oelala.models.catalog.eight_bits import FIELD as INT8_FIELD
from oelala.models.catalog.eight_bits import int8_obstacle
from oelala.models.catalog.going_on import makes_size
from oelala.models.sage import FIELD as SAGE_FIELD
from oelala.models.sage import sage_obstacle
from oelala.studio.base import Verbs
from oelala.tasks.base import Task, fields_shown_as
from oelala.tasks.image_to_video import ImageToVideo
from oelala.tasks.job import Job
from oelala.tasks.pose_transfer import PoseTransfer
from oelala.tasks.video import MAX_SEED

if TYPE_CHECKING:
    from oelala.models.planning import Plan


class TaskVerbs(Verbs):
    """What a user asks for, on its way to the queue."""

    def submit(self, task: Task, also: Sequence[str] = ()) -> list[Job]:
        """Fill the task by its avatar and the catalog, check it, keep its pictures, fix its seed, queue it.

        n clips are n jobs with the seeds s, s+1, … `also`: more models to make the same, each in its own
        way; the same seeds. Raises InvalidTask (with the field, "also" where it is one of those) and
        ModelMissing; then nothing is queued.
        """
        seeded = keep_avatar(_with_seed(task), self.workspace)
        resolved = seeded if task.internal else catalog.resolve(seeded, self.settings)
        others = [self._resolve_for(seeded, model) for model in dict.fromkeys(also) if model != task.model]
        kept = [self._with_inputs(one) for one in (resolved, *others)]
        jobs = self.store.enqueue_all([clip for one in kept for clip in _one_task_a_clip(one)])
        self._wake(resolved.lane)
        return jobs

    def _with_inputs(self, task: Task) -> Task:
        kept = inputs.keep_inputs(task, self.workspace)
        if fields_shown_as(type(kept), "motion"):
            kept = keep_motions(kept, self.workspace)
        if isinstance(kept, PoseTransfer):
            check_detector(kept, self.workspace, self.settings.models)
            check_replacement(kept, self.workspace)
        if isinstance(kept, ImageToVideo) and kept.extend and kept.width and kept.height:
            clip = inputs.kept_path(self.workspace, kept.extend)
            fps = float(kept.fps or self._row(kept.model).fps)
            self._check_extension(clip, VideoSpec(kept.width, kept.height, kept.num_frames or 0, fps), kept)
        return kept

    def _check_extension(self, clip: Path, video: VideoSpec, task: ImageToVideo) -> None:
        """As `inputs.check_extension`; InvalidTask ("size-not-made") where the model cannot make the size
        that it would have to be: setting that would lead nowhere."""
        try:
            inputs.check_extension(clip, video)
        except InvalidTask as fault:
            found, row = probe(clip), self._row(task.model)
            if fault.code != "other-size" or makes_size(row, found.width, found.height):
                raise
            values = {**fault.values, "model": row.title}
            raise InvalidTask("size-not-made", field="extend", **values) from fault

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

    def default_model(self, kind: str) -> str:
        """What a form starts with: the task's own where that can do it, else the first that is here. Raises
        OelalaError ("unknown-model") where no model can."""
        able = catalog.rows(kind, self.settings)
        own = BY_NAME[kind].task.model_fields["model"].default
        if any(row.id == own for row in able):
            return str(own)
        here = [row for row in able if catalog.locate(row, self.settings.models) is not None]
        return (here or list(able) or [self._row(str(own))])[0].id

    def foreign_fields(self, kind: str, model: str) -> set[str]:
        """The task fields that mean nothing to the model. Raises OelalaError ("unknown-model")."""
        return catalog.foreign_fields(self._row(model), BY_NAME[kind].task)

    def obstacles(self) -> Mapping[str, OelalaError]:
        """Fields of tasks that this machine cannot do anything with, and what it lacks."""
        found = {SAGE_FIELD: sage_obstacle(), INT8_FIELD: int8_obstacle()}
        return {field: obstacle for field, obstacle in found.items() if obstacle is not None}

    def plan(self, task: Task) -> Plan:
        """What the task will need here, and how long it will take; it need not be resolved.

        Raises OelalaError ("unknown-model") and InvalidTask ("cannot-do").
        """
        from oelala.forecast import forecast

        return forecast(task, self.settings, self.workspace, warm=self._is_warm(task))

    def _is_warm(self, task: Task) -> bool:
        """Whether the worker of this studio made its last clip with the model that this one takes, or none
        yet and got warm with it; a guess, as it may have been put away since."""
        if self._running_since is None:
            return False
        last = self.store.last_done("gpu", self._running_since)
        wanted = self._maker(task.kind, task.model_dump())
        return wanted == (catalog.WARM_MODEL if last is None else self._maker(last.kind, last.task))

    def _maker(self, kind: str, values: Mapping[str, Any]) -> str | None:
        """Id of the model that really makes that task; None for one that is unknown by now, or does other
        things."""
        try:
            return self._row(str(values.get("model"))).maker_of(kind, values)
        except (OelalaError, KeyError):
            return None

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

    def preset_values(
        self, kind: str, name: str, chosen: str | None = None
    ) -> tuple[dict[str, Any], str | None]:
        """A preset's values for what is on this disk, and the title of the model that took the place of the
        preset's own in them (None: that one stayed).

        Values are right for a model in any weights: they go to the variant that is here, the `chosen` one
        first. Raises OelalaError ("unknown-preset", "unknown-model").
        """
        values = dict(self.preset(kind, name).values)
        if "model" not in values:
            return values, None
        row = catalog.stand_in(values["model"], kind, self.settings, chosen)
        title = row.title if row.id != values["model"] else None
        return values | {"model": row.id}, title


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
