"""The avatars of a workspace: a folder each in `.oelala/avatars/`, with its document and its pictures.

A picture is kept as a PNG under the hash of its content, without what a camera wrote into it.
"""

from __future__ import annotations

import hashlib
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from pydantic import ValidationError

from oelala.errors import OelalaError
from oelala.library.avatar import DOCUMENT, Avatar, AvatarDocument, Consent, Reference, avatar_in
from oelala.library.avatar_names import LONGEST, checked_name, name_key
from oelala.library.files import PART, flush_folder, write_file, write_json
from oelala.library.workspace import Workspace
from oelala.media.faults import disk_fault
from oelala.media.picture import png_of, read_picture
from oelala.tasks.faults import faults_of


@dataclass(frozen=True, slots=True)
class DamagedAvatar:
    """One that cannot be used; `fault` says why, and what to do."""

    name: str
    fault: OelalaError


def list_avatars(workspace: Workspace) -> list[Avatar | DamagedAvatar]:
    """By name."""
    found = [_listed(folder) for folder in _folders(workspace)]
    return sorted(found, key=lambda one: name_key(one.name))


def read_avatar(workspace: Workspace, name: str) -> Avatar:
    """Raises OelalaError ("unknown-avatar", "avatar-name", "avatar-damaged", "avatar-newer")."""
    return avatar_in(_folder(workspace, name))


def has_avatar(workspace: Workspace, name: str) -> bool:
    """Also a damaged one, and one that differs in capitals alone."""
    return _found(workspace, name) is not None


def create_avatar(
    workspace: Workspace,
    name: str,
    pictures: Sequence[Path],
    *,
    consent: bool,
    description: str = "",
    trigger_word: str = "",
) -> Avatar:
    """`pictures`: the best first. `consent`: that this is the user, a person who agreed, or nobody real.

    Raises OelalaError ("avatar-name", "avatar-exists", "consent-needed", "empty" without a picture,
    "out-of-disk", "not-writable"), InvalidTask ("too-long"), and as `media.picture.read_picture`.
    """
    name = checked_name(name)
    if not consent:
        raise OelalaError("consent-needed")
    if not pictures:
        raise OelalaError("empty")
    _refuse_double(workspace, name)
    with _draft(workspace) as draft:
        references, now = _keep_all(draft, pictures), time.time()
        document = _document(
            description=description,
            trigger_word=trigger_word,
            consent=Consent(affirmed=True, on=date.today()),
            references=references,
            created=now,
            changed=now,
        )
        write_json(draft / DOCUMENT, document.model_dump(mode="json"))
        flush_folder(draft)
        with _alone(workspace):
            _refuse_double(workspace, name)  # pictures take a while
            draft.rename(workspace.avatars / name)
            flush_folder(workspace.avatars)
    return read_avatar(workspace, name)


def add_references(workspace: Workspace, name: str, pictures: Iterable[Path]) -> Avatar:
    """More pictures of the same character, after those it has; one that it has already changes nothing.

    Raises as `read_avatar` and `media.picture.read_picture`, and OelalaError ("out-of-disk", "not-writable").
    """
    read_avatar(workspace, name)
    with _draft(workspace) as draft:
        coming = _keep_all(draft, pictures)
        with _alone(workspace):
            avatar = read_avatar(workspace, name)  # as it is now: pictures take a while
            for reference in coming:
                (draft / reference.file).replace(avatar.folder / reference.file)
            flush_folder(avatar.folder)
            _note_references(avatar, coming)
    return avatar_in(avatar.folder)


def _note_references(avatar: Avatar, coming: Sequence[Reference]) -> None:
    before = avatar.document
    known = {reference.file for reference in before.references}
    new = [reference for reference in coming if reference.file not in known]
    if new:
        update = {"references": (*before.references, *new), "changed": time.time()}
        document = before.model_copy(update=update)
        write_json(avatar.folder / DOCUMENT, document.model_dump(mode="json"))


def remove_avatar(workspace: Workspace, name: str) -> Path:
    """Move it out of the way, also a damaged one; returns where it lies now, in a folder of its own name: put
    back from there, it is an avatar again.

    Raises OelalaError ("unknown-avatar", "out-of-disk", "not-writable").
    """
    stamp = f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(2)}"
    with _alone(workspace), _writing(workspace.removed):
        folder = _folder(workspace, name)
        target = workspace.removed / stamp / folder.name
        target.parent.mkdir(parents=True)
        try:
            folder.rename(target)
        finally:
            if not target.is_dir():
                target.parent.rmdir()
    return target


def _folders(workspace: Workspace) -> list[Path]:
    """Hidden ones are drafts, or belong to the system."""
    if not workspace.avatars.is_dir():
        return []
    return [path for path in workspace.avatars.iterdir() if path.is_dir() and not path.name.startswith(".")]


def _found(workspace: Workspace, name: str) -> Path | None:
    key = name_key(name)
    found = [folder for folder in _folders(workspace) if name_key(folder.name) == key]
    return next((folder for folder in found if folder.name == name), next(iter(found), None))


def _folder(workspace: Workspace, name: str) -> Path:
    folder = _found(workspace, name)
    if folder is None:
        raise OelalaError("unknown-avatar", name=name[:LONGEST])
    return folder


def _refuse_double(workspace: Workspace, name: str) -> None:
    if (taken := _found(workspace, name)) is not None:
        raise OelalaError("avatar-exists", name=taken.name)


def _listed(folder: Path) -> Avatar | DamagedAvatar:
    try:
        return avatar_in(folder)
    except OelalaError as fault:
        seen = folder.name.encode(errors="replace").decode()  # a name on the disk may be no text at all
        return DamagedAvatar(seen, fault)


def _document(**values: Any) -> AvatarDocument:
    try:
        return AvatarDocument(**values)
    except ValidationError as fault:
        raise faults_of(fault)[0] from fault


def _keep_all(folder: Path, pictures: Iterable[Path]) -> tuple[Reference, ...]:
    """Each once, in their order."""
    kept = [_keep_reference(folder, picture) for picture in pictures]
    return tuple({reference.file: reference for reference in kept}.values())


def _keep_reference(folder: Path, source: Path) -> Reference:
    picture = read_picture(source)
    data = png_of(np.asarray(picture))
    target = folder / f"{hashlib.sha256(data).hexdigest()}.png"
    write_file(target, data)
    return Reference(file=target.name, width=picture.width, height=picture.height)


@contextmanager
def _draft(workspace: Workspace) -> Iterator[Path]:
    """A folder to put things together in; what is still there afterwards goes."""
    folder = workspace.avatars / f".{secrets.token_hex(8)}{PART}"
    with _writing(workspace.avatars):
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _alone(workspace: Workspace) -> Iterator[None]:
    """Nobody else changes an avatar meanwhile, in whatever process."""
    with _writing(workspace.private):
        workspace.private.mkdir(parents=True, exist_ok=True)
        with FileLock(workspace.private / ".avatars.lock", timeout=10):
            yield


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise disk_fault(fault, folder) from fault
