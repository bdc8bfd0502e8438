"""What a pose-transfer task wants of its motion: bodies found, how they are fitted, and a film to stay."""

from __future__ import annotations

from pathlib import Path

from oelala.errors import InvalidTask
from oelala.library.motions import film_of
from oelala.library.workspace import Workspace
from oelala.media.poses.openpose_read import is_openpose
from oelala.media.poses.retarget import Fit
from oelala.tasks.pose_transfer import PoseTransfer

_STAYS = {"pose_scale": 1.0, "shift_x": 0.0, "shift_y": 0.0}


def fit_of(task: PoseTransfer) -> Fit:
    """Who is put into a film moves exactly where the driver does.

    Raises InvalidTask ("stays-in-place") where the task wants that body larger, smaller or elsewhere.
    """
    if task.mode != "replace":
        return Fit(task.bones, task.pose_scale, task.shift_x, task.shift_y)
    _check_place(task)
    return Fit(bones=0.0)


def check_replacement(task: PoseTransfer, workspace: Workspace) -> None:
    """The task's motion is kept already. Raises InvalidTask ("stays-in-place", "film-needed")."""
    if task.mode == "replace":
        _check_place(task)
        if film_of(workspace, task.motion) is None:
            raise InvalidTask("film-needed", field="motion")


def check_detector(task: PoseTransfer, workspace: Workspace, models: Path) -> None:
    """The task's motion is kept already; points need no detector. `models`: the Hugging Face cache. Raises
    InvalidTask ("no-dwpose", "no-openpose")."""
    from oelala.media.poses.available import obstacle  # with OpenCV, which a studio at rest goes without

    film = film_of(workspace, task.motion)
    if film is None or is_openpose(workspace.inputs / task.motion):
        return
    if fault := obstacle(task.detector, models):
        raise InvalidTask(fault.code, field="detector", **fault.values)


def _check_place(task: PoseTransfer) -> None:
    for field, value in _STAYS.items():
        if getattr(task, field) != value:
            raise InvalidTask("stays-in-place", field=field)
