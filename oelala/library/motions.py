"""Motions that jobs follow, kept in the workspace as OpenPose's JSON under the hash of their content.

As with pictures (`library/inputs.py`), a job that names one survives the end of the film it was taken from.
"""

from __future__ import annotations

import hashlib
import secrets

from oelala.library.files import PART, flush_to_disk
from oelala.library.inputs import is_kept
from oelala.library.workspace import Workspace
from oelala.media.faults import disk_fault
from oelala.media.poses.document import Pose
from oelala.media.poses.openpose_write import write_zip
from oelala.media.video import remove_quietly


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


def motion_file(workspace: Workspace, motion: str) -> str:
    """Where a kept motion lies; anything else (a path, a shipped motion's name) stays as it is."""
    return str(workspace.inputs / motion) if is_kept(workspace, motion) else motion
