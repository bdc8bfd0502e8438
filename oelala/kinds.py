"""Every kind of task and its engine: the one table to add a feature to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from oelala.errors import OelalaError
from oelala.tasks.base import Task
from oelala.tasks.download import Download
from oelala.tasks.draw_motion import DrawMotion
from oelala.tasks.faults import faults_of
from oelala.tasks.image_to_video import ImageToVideo
from oelala.tasks.pose_transfer import PoseTransfer
from oelala.tasks.read_motion import ReadMotion
from oelala.tasks.text_to_video import TextToVideo
from oelala.tasks.verify import Verify


@dataclass(frozen=True, slots=True)
class Kind:
    """A task class and the module whose `run(task, models, context, workspace)` makes its result.

    An engine of the light lane is handed the settings in the place of the model manager: no model is ever
    loaded there.
    """

    task: type[Task]
    engine: str


KINDS = (
    Kind(TextToVideo, "oelala.engines.text_to_video"),
    Kind(ImageToVideo, "oelala.engines.image_to_video"),
    Kind(PoseTransfer, "oelala.engines.pose_transfer"),
    Kind(ReadMotion, "oelala.engines.read_motion"),
    Kind(DrawMotion, "oelala.engines.draw_motion"),
    Kind(Download, "oelala.engines.download"),
    Kind(Verify, "oelala.engines.verify"),
)
BY_NAME: Mapping[str, Kind] = {kind.task.kind: kind for kind in KINDS}


def is_usable(kinds: Iterable[str]) -> bool:
    """Whether anything can be made with what does these kinds of task and no others."""
    return any(kind in BY_NAME for kind in kinds)


def read_task(kind: str, values: Mapping[str, Any]) -> Task:
    """The task of that kind. Raises OelalaError ("unknown-kind") and InvalidTask (with its field)."""
    if kind not in BY_NAME:
        raise OelalaError("unknown-kind", kind=kind, known=", ".join(BY_NAME))
    try:
        return BY_NAME[kind].task(**values)
    except ValidationError as fault:
        raise faults_of(fault)[0] from fault
