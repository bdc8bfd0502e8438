"""Where OpenPose's JSON lies: one file a frame in a folder or a zip, or one file alone. All bounded."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from oelala.errors import OelalaError
from oelala.media.faults import human_bytes

MAX_FILES = 60_000
MAX_FILE_BYTES = 64 * 2**20
MAX_BYTES = 512 * 2**20


def read_files(path: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of every JSON in there, in the order of the numbers in their names.

    Raises OelalaError ("pose-empty", "pose-too-big", "unreadable-file").
    """
    try:
        if path.is_dir():
            yield from _in_folder(path)
        elif path.suffix.lower() == ".zip":
            yield from _in_zip(path)
        else:
            _check_file(path.stat().st_size, path.name)
            yield path.name, path.read_bytes()
    except OSError as fault:
        reason = fault.strerror or str(fault)[:200] or type(fault).__name__  # bzip2's have no strerror
        raise OelalaError("unreadable-file", name=path.name, reason=reason) from fault


def in_order(name: str) -> list[tuple[int, str]]:
    """Sorting key by which frame_10 comes after frame_9."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d{1,18})", name)]


def _in_folder(folder: Path) -> Iterator[tuple[str, bytes]]:
    files = sorted(
        (file for file in folder.glob("*.json") if file.is_file()), key=lambda file: in_order(file.name)
    )
    _check_count(len(files), folder.name)
    total = 0
    for file in files:
        size = file.stat().st_size
        _check_file(size, file.name)
        _check_total(total := total + size, folder.name)
        yield file.name, file.read_bytes()


def _in_zip(path: Path) -> Iterator[tuple[str, bytes]]:
    """What a zip says of its sizes is a claim: what comes out is counted."""
    _check_total(path.stat().st_size, path.name)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if _is_frame(entry)]
            _check_count(len(entries), path.name)
            total = 0
            for entry in sorted(entries, key=lambda entry: in_order(entry.filename)):
                with archive.open(entry) as file:
                    data = file.read(MAX_FILE_BYTES + 1)
                _check_file(len(data), entry.filename)
                _check_total(total := total + len(data), path.name)
                yield entry.filename.rsplit("/", 1)[-1], data
    except (OelalaError, OSError):
        raise
    except Exception as fault:  # names that are no UTF-8, and each way of packing has faults of its own
        reason = str(fault)[:200] or type(fault).__name__
        raise OelalaError("unreadable-file", name=path.name, reason=reason) from fault


def _is_frame(entry: zipfile.ZipInfo) -> bool:
    name = entry.filename.rsplit("/", 1)[-1]
    hidden = name.startswith(".") or entry.filename.startswith("__MACOSX")
    return name.lower().endswith(".json") and not hidden and not entry.is_dir()


def _check_count(count: int, name: str) -> None:
    if not count:
        raise OelalaError("pose-empty", name=name)
    if count > MAX_FILES:
        raise OelalaError("pose-too-big", name=name, most=f"{MAX_FILES} × JSON")


def _check_total(count: int, name: str) -> None:
    if count > MAX_BYTES:
        raise OelalaError("pose-too-big", name=name, most=human_bytes(MAX_BYTES))


def _check_file(count: int, name: str) -> None:
    if count > MAX_FILE_BYTES:
        raise OelalaError("pose-too-big", name=name, most=human_bytes(MAX_FILE_BYTES))
