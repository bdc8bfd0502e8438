"""Motions that jobs follow, kept in the workspace: films as they are, poses as OpenPose's JSON in a zip.

As with pictures (`library/inputs.py`), a job names one by the hash of its content, and survives the end of
the original.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, replace
from pathlib import Path

from oelala.errors import InvalidTask, OelalaError
from oelala.library.files import PART, copy_file, flush_to_disk
from oelala.library.film_parts import noted_film
from oelala.library.inputs import is_kept, is_reference
from oelala.library.names import note_name
from oelala.library.unsaid import NO_FACTS, Facts, Unsaid, facts_of, no_facts, note_unsaid, origin_of
from oelala.library.workspace import Workspace
from oelala.media.faults import disk_fault
from oelala.media.poses.document import Pose
from oelala.media.poses.motions import MOTIONS
from oelala.media.poses.openpose_read import PLAIN, is_openpose, read_what_is_said
from oelala.media.poses.openpose_write import write_zip
from oelala.media.video import remove_quietly
from oelala.tasks.base import Task, fields_shown_as

_SUFFIX = re.compile(r"\.[a-z0-9]{2,5}")
# Beside a kept motion: its skeleton as a film, and small stills of the film that it was found in; before the
# latter their number.
_DRAWING, _STILLS = ".skeleton.mp4", ".stills.webp"


@dataclass(frozen=True, slots=True)
class KeptMotion:
    """`reference`: what a task names it by. `pose`: whether it holds points already; else somebody has to be
    found in it first."""

    reference: str
    pose: bool


def keep_motion(workspace: Workspace, pose: Pose) -> str:
    """The name to find it by: `<sha256>.zip`. Raises OelalaError ("out-of-disk", "not-writable")."""
    part = workspace.inputs / f".{secrets.token_hex(8)}{PART}"
    try:
        workspace.inputs.mkdir(parents=True, exist_ok=True)
        write_zip(pose, part)
        with part.open("rb+") as file:
            reference = f"{hashlib.file_digest(file, 'sha256').hexdigest()}.zip"
            flush_to_disk(file.fileno())
        part.replace(workspace.inputs / reference)
    except OSError as fault:
        raise disk_fault(fault, workspace.inputs) from fault
    finally:
        remove_quietly(part)
    return reference


def keep_source(
    workspace: Workspace, source: Path, name: str | None = None, facts: Facts = NO_FACTS
) -> KeptMotion:
    """Look at a film, a picture or OpenPose's JSON, and keep it. `name` is what messages call it. What JSON
    leaves open, and `facts` as well, is guessed: 30 frames a second, and a frame around every point.

    Raises OelalaError as `open_film` and `read_openpose` do, "nobody-in-file", "said-already" for facts that
    the file tells itself, "out-of-disk", "not-writable".
    """
    from oelala.media.poses.film import open_film  # with OpenCV, which a studio at rest goes without

    try:
        if is_openpose(source):
            kept = _keep_points(workspace, source, facts)
        elif facts != NO_FACTS:
            raise OelalaError("said-already", name=source.name)
        else:
            open_film(source)
            suffix = Path(name or source.name).suffix.lower()
            kept = KeptMotion(_keep_file(workspace, source, suffix), pose=False)
    except OelalaError as fault:
        raise _called(fault, source, name) from fault
    note_name(workspace, kept.reference, name or source.name)
    return kept


def _keep_points(workspace: Workspace, source: Path, facts: Facts) -> KeptMotion:
    from oelala.media.poses.detect import require_somebody

    reading = replace(PLAIN, fps=facts.fps or PLAIN.fps, size=facts.size)
    pose, said = read_what_is_said(source, reading)
    if (said.fps and facts.fps is not None) or (said.size and facts.size is not None):
        raise OelalaError("said-already", name=source.name)
    motion = keep_motion(workspace, require_somebody(pose, source.name, from_points=True))
    if not (said.fps and said.size) and source.is_file():
        file = _keep_file(workspace, source, source.suffix.lower())
        fps = origin_of(said.fps, facts.fps)
        note_unsaid(workspace, motion, Unsaid(file, fps, origin_of(said.size, facts.size)))
    return KeptMotion(motion, pose=True)


def keep_motions(task: Task, workspace: Workspace) -> Task:
    """The task with every motion it names kept; the names of shipped ones stay. What the task knows of one
    that says too little is from then on in the motion itself. Raises InvalidTask with the field."""
    kept: dict[str, str] = {}
    facts = facts_of(task)
    for field in fields_shown_as(type(task), "motion"):
        value = str(getattr(task, field))
        source = Path(value).expanduser()
        if source.exists():
            try:
                kept[field] = keep_source(workspace, source, facts=facts).reference
            except OelalaError as fault:
                if fault.code in {"out-of-disk", "not-writable"}:
                    raise
                raise InvalidTask(fault.code, field=field, **fault.values) from fault
        elif not knows_motion(workspace, value):
            code = "motion-gone" if is_reference(value) else "no-motion-file"
            raise InvalidTask(code, field=field, name=source.name)
        elif facts != NO_FACTS:
            raise InvalidTask("said-already", field=field, name=source.name)
    return task.model_copy(update={**kept, **no_facts(task)})


def knows_motion(workspace: Workspace, motion: object) -> bool:
    """Whether it is the name of a shipped motion, or of one that is kept here."""
    return motion in MOTIONS or is_kept(workspace, motion)


def motion_file(workspace: Workspace, motion: str) -> str:
    """Where a kept motion lies; anything else (a path, a shipped motion's name) stays as it is."""
    return str(workspace.inputs / motion) if is_kept(workspace, motion) else motion


def drawing_of(workspace: Workspace, motion: str) -> Path:
    """Where the skeleton of a kept motion lies as a film, once a job has drawn it."""
    return (workspace.inputs / motion).with_suffix(_DRAWING)


def stills_path(workspace: Workspace, motion: str, count: int) -> Path:
    """Where so many small stills of the film lie in which a kept motion was found."""
    return (workspace.inputs / motion).with_suffix(f".{count}{_STILLS}")


def stills_of(workspace: Workspace, motion: str) -> tuple[Path, int] | None:
    """Those stills, and how many; None where nobody has made any."""
    stem = Path(motion).stem
    made = next(iter(sorted(workspace.inputs.glob(f"{stem}.*{_STILLS}"))), None)
    return None if made is None else (made, int(made.name.removesuffix(_STILLS).rpartition(".")[2]))


def film_of(workspace: Workspace, motion: str) -> Path | None:
    """The kept film that a motion was found in, or that it is; None where there is none."""
    if not is_kept(workspace, motion):
        return None
    path = workspace.inputs / motion
    if not is_openpose(path):
        return path
    noted = noted_film(workspace, motion)
    return None if noted is None else noted[0]


def _keep_file(workspace: Workspace, source: Path, suffix: str) -> str:
    try:
        with source.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        reference = f"{digest}{suffix if _SUFFIX.fullmatch(suffix) else '.mp4'}"
        target = workspace.inputs / reference
        if not target.is_file():
            workspace.inputs.mkdir(parents=True, exist_ok=True)
            copy_file(source, target)
    except OSError as fault:
        raise disk_fault(fault, workspace.inputs) from fault
    return reference


def _called(fault: OelalaError, source: Path, name: str | None) -> OelalaError:
    """The same fault with the user's name for the file."""
    if name is None or fault.values.get("name") != source.name:
        return fault
    return OelalaError(fault.code, **{**fault.values, "name": name})
