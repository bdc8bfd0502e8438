"""Pictures and clips that jobs begin from, kept in the workspace under the hash of their content.

A job names them by that (`<sha256>.<suffix>`), so it survives the end of the original, and the same picture
is kept once.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from oelala.errors import InvalidTask, OelalaError
from oelala.library.files import copy_file, write_file
from oelala.library.names import note_name
from oelala.library.workspace import Workspace
from oelala.media.faults import disk_fault
from oelala.media.picture import png_of, read_picture, suffix_of
from oelala.media.video import Frame, VideoSpec, probe, read_frames
from oelala.tasks.base import Task, fields_shown_as

_REFERENCE = re.compile(r"[0-9a-f]{64}\.[a-z0-9]{2,5}")
AnyTask = TypeVar("AnyTask", bound=Task)


@dataclass(frozen=True, slots=True)
class KeptPicture:
    """`reference`: what a task names it by; its size in pixels as it is meant to be seen."""

    reference: str
    width: int
    height: int


def is_reference(value: object) -> bool:
    return isinstance(value, str) and _REFERENCE.fullmatch(value) is not None


def keep_picture(workspace: Workspace, source: Path, name: str | None = None) -> KeptPicture:
    """Check the picture and copy it into the workspace. `name` is what messages call it.

    Raises as `media.picture.read_picture`, and "out-of-disk", "not-writable".
    """
    picture = read_picture(source, name)
    digest = _hash(source)
    reference = f"{digest}.{suffix_of(source, name)}"
    target = workspace.inputs / reference
    if not target.is_file():
        with _writing(workspace):
            copy_file(source, target)
    note_name(workspace, reference, name or source.name)
    return KeptPicture(reference, picture.width, picture.height)


def keep_frame(workspace: Workspace, clip: Path, seconds: float | None) -> KeptPicture:
    """Keep one frame of a clip: the one seen at that time, or the last (also for a time past the end).

    Raises OelalaError ("out-of-disk", "not-writable"), and as `media.video.read_frames`.
    """
    number = None if seconds is None else int(seconds * probe(clip).fps + 1e-3)
    frame = _frame_of(clip, number)
    data = png_of(frame)
    reference = _named(data)
    with _writing(workspace):
        write_file(workspace.inputs / reference, data)
    return KeptPicture(reference, frame.shape[1], frame.shape[0])


def reference_of(frame: Frame) -> str:
    """What `keep_frame` calls this frame (H, W, 3), RGB."""
    return _named(png_of(frame))


def _named(png: bytes) -> str:
    return f"{hashlib.sha256(png).hexdigest()}.png"


def keep_clip(workspace: Workspace, source: Path, name: str | None = None) -> str:
    """Keep a clip, and answer what a task names it by. It shares the disk with an output where it can: those
    never change, while another program may write into any other file. `name` is what messages call it.

    Raises OelalaError ("no-clip", "out-of-disk", "not-writable"), and as `media.video.probe`.
    """
    if not source.is_file():
        raise OelalaError("no-clip", name=name or source.name)
    if source.parent == workspace.inputs and is_kept(workspace, source.name):
        return source.name
    with _called(name):
        probe(source)
    reference = f"{_hash(source)}.mp4"
    target = workspace.inputs / reference
    if not target.is_file():
        with _writing(workspace):
            if not _is_output(workspace, source) or not _linked(target, source):
                copy_file(source, target)
    if not _is_output(workspace, source):  # those are called by their job
        note_name(workspace, reference, name or source.name)
    return reference


@contextmanager
def _called(name: str | None) -> Iterator[None]:
    """A fault names the file as the user does."""
    try:
        yield
    except OelalaError as fault:
        if name is None or "name" not in fault.values:
            raise
        raise OelalaError(fault.code, **{**fault.values, "name": name}) from fault


def _is_output(workspace: Workspace, path: Path) -> bool:
    return path.resolve().is_relative_to(workspace.outputs.resolve())


def _linked(target: Path, source: Path) -> bool:
    """False on another disk, or one that knows no links."""
    try:
        target.hardlink_to(source)
    except OSError:
        return False
    return True


def kept_path(workspace: Workspace, reference: str) -> Path:
    """Where the picture lies. Raises OelalaError ("picture-gone") where it is not kept here."""
    if not is_kept(workspace, reference):
        raise OelalaError("picture-gone")
    return workspace.inputs / reference


def is_kept(workspace: Workspace, reference: object) -> bool:
    if not isinstance(reference, str) or not is_reference(reference):
        return False
    path = workspace.inputs / reference
    return path.is_file() and not path.is_symlink()


def check_extension(clip: Path, video: VideoSpec) -> None:
    """Whether what is to be made can be joined to the clip. One that is not even in time has no rate of its
    own: it is brought to that of what follows.

    Raises InvalidTask ("nothing-to-add", "other-size", "other-rate"), and as `media.video.probe`.
    """
    if video.num_frames < 2:
        raise InvalidTask("nothing-to-add", field="num_frames")
    found = probe(clip)
    if (found.width, found.height) != (video.width, video.height):
        raise InvalidTask("other-size", field="width", size=f"{found.width} × {found.height}")
    if found.even and abs(found.fps - video.fps) > 0.05:
        raise InvalidTask("other-rate", field="model", rate=f"{found.fps:g}", own=f"{video.fps:g}")


def keep_inputs(task: AnyTask, workspace: Workspace) -> AnyTask:
    """The task with every picture and clip it names kept; paths count from the current folder.

    A clip to extend lends its last frame where there is no picture. Raises InvalidTask with the field.
    """
    kept: dict[str, str] = {}
    for field in fields_shown_as(type(task), "clip"):
        if value := getattr(task, field):
            with at_field(field):
                kept[field] = _keep(workspace, value, keep_clip)
                if not getattr(task, "image", "-"):
                    kept["image"] = keep_frame(workspace, kept_path(workspace, kept[field]), None).reference
    for field in fields_shown_as(type(task), "image"):
        if value := getattr(task, field):
            with at_field(field):
                kept[field] = _keep(workspace, value, lambda *given: keep_picture(*given).reference)
    return task.model_copy(update=kept)


def _keep(workspace: Workspace, value: str, keep: Callable[[Workspace, Path], str]) -> str:
    if is_reference(value) and not Path(value).is_file():
        kept_path(workspace, value)
        return value
    return keep(workspace, Path(value).expanduser())


@contextmanager
def at_field(field: str) -> Iterator[None]:
    """A fault of what the user gave belongs to its field; one of the disk does not."""
    try:
        yield
    except OelalaError as fault:
        if fault.code in {"out-of-disk", "not-writable"}:
            raise
        raise InvalidTask(fault.code, field=field, **fault.values) from fault


def _frame_of(clip: Path, number: int | None) -> Frame:
    last: Frame | None = None
    for index, frame in enumerate(read_frames(clip)):
        last = frame
        if index == number:
            break
    if last is None:
        raise OelalaError("unreadable-file", name=clip.name, reason="0")
    return last


def _hash(source: Path) -> str:
    with source.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _writing(workspace: Workspace) -> Iterator[None]:
    try:
        workspace.inputs.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as fault:
        raise disk_fault(fault, workspace.inputs) from fault
