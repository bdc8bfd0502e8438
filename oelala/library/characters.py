"""What a job takes along of an avatar: a picture of its own, so that it survives the avatar's end."""

from __future__ import annotations

from typing import TypeVar

from oelala.errors import OelalaError
from oelala.library.avatar import Avatar
from oelala.library.avatars import read_avatar
from oelala.library.inputs import KeptPicture, at_field, keep_picture
from oelala.library.workspace import Workspace
from oelala.tasks.base import Task

AnyTask = TypeVar("AnyTask", bound=Task)


def keep_character(workspace: Workspace, avatar: Avatar) -> KeptPicture:
    """Its best picture, kept as jobs name theirs. Raises OelalaError ("avatar-without-consent"), and as
    `library.inputs.keep_picture`."""
    _require_consent(avatar)
    picture = avatar.pictures[0]
    return keep_picture(workspace, picture, f"{avatar.name}{picture.suffix}")


def _require_consent(avatar: Avatar) -> None:
    if not avatar.document.consent.affirmed:
        raise OelalaError("avatar-without-consent", name=avatar.name)


def keep_avatar(task: AnyTask, workspace: Workspace) -> AnyTask:
    """The task with what its avatar says in the place of what is left open: its best picture for a task
    without one, and its description where there is no prompt.

    Raises InvalidTask with the field, as `read_avatar` and `keep_character`, and OelalaError ("out-of-disk",
    "not-writable").
    """
    values = task.model_dump()
    if not values.get("avatar"):
        return task
    with at_field("avatar"):
        avatar = read_avatar(workspace, values["avatar"])
        _require_consent(avatar)
        image = values.get("image") or keep_character(workspace, avatar).reference
    prompt = values.get("prompt") or avatar.document.description
    return task.model_copy(update={"avatar": avatar.name, "image": image, "prompt": prompt})
