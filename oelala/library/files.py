"""Small files on the user's disk, written whole or not at all."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from pathlib import Path
from typing import Any

from oelala.media.faults import disk_fault
from oelala.media.video import remove_quietly

PART = ".part"  # ends the name of everything that is not finished yet


def write_json(path: Path, value: Any) -> None:
    """Replace `path` in one step. Raises as `write_file`."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    write_file(path, text.encode("utf-8", "backslashreplace"))


def write_file(path: Path, content: bytes) -> None:
    """Replace `path` in one step. Raises OelalaError ("out-of-disk", "not-writable", "bad-output")."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}{PART}")
    try:
        with part.open("wb") as file:
            file.write(content)
            flush_to_disk(file.fileno())
        part.replace(path)
    except OSError as fault:
        raise disk_fault(fault, path.parent) from fault
    finally:
        remove_quietly(part)


def copy_file(source: Path, target: Path) -> None:
    """Replace `target` in one step by a copy of `source`. Raises as `write_file`."""
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}{PART}")
    try:
        shutil.copyfile(source, part)
        part.replace(target)
    except OSError as fault:
        raise disk_fault(fault, target.parent) from fault
    finally:
        remove_quietly(part)


def flush_to_disk(descriptor: int) -> None:
    os.fsync(descriptor)


def flush_folder(folder: Path) -> None:
    """Make renames in `folder` survive a power cut; Windows has no such thing for folders."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
