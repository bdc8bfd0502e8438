"""The user's own models: a list in the workspace, each a row of the catalog with other weights in it."""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

from filelock import FileLock
from loguru import logger

from oelala.errors import OelalaError
from oelala.media.faults import disk_fault
from oelala.models.catalog.eight_bits import with_quantisation
from oelala.models.catalog.row import Component, Row
from oelala.settings import Settings

FORMAT = 1
_ID = re.compile(r"[a-z0-9][a-z0-9.-]{0,99}")
_LARGEST_FILE = 4_000_000


def list_file(settings: Settings) -> Path:
    return settings.private / "models.json"


def added_rows(settings: Settings, catalog: Collection[Row]) -> tuple[Row, ...]:
    """In the order of their adding. An entry that cannot be read, or whose base is gone, is left out."""
    bases = {row.id: row for row in catalog}
    rows = []
    for entry in _entries(list_file(settings)):
        try:
            rows.append(_row(entry, bases))
        except (KeyError, TypeError, ValueError) as fault:
            logger.warning("an entry of {} is left out: {}", list_file(settings).name, fault)
    return tuple(row for row in rows if row.id not in bases)


def add_row(row: Row, settings: Settings, catalog: Collection[Row]) -> Row:
    """Remember it under an id of its own, made from its title. Raises OelalaError ("already-added", …)."""
    row = with_quantisation(row)
    with _locked(settings):
        others = added_rows(settings, catalog)
        for other in others:
            if replace(other, id="", title="") == replace(row, id="", title=""):
                raise OelalaError("already-added", model=other.id)
        named = replace(row, id=_new_id(row.title, {one.id for one in (*catalog, *others)}))
        entries = _entries(list_file(settings))
        _write(list_file(settings), [*entries, _entry(named)])
    return named


def forget_row(row: Row, settings: Settings) -> None:
    """Take it off the list; its files stay where they are."""
    with _locked(settings):
        kept = [entry for entry in _entries(list_file(settings)) if entry.get("id") != row.id]
        _write(list_file(settings), kept)


def _new_id(title: str, taken: Collection[str]) -> str:
    plain = re.sub(r"[^a-z0-9.]+", "-", title.lower()).strip("-.")[:80] or "model"
    numbers = (f"{plain}-{number}" for number in range(2, 10_000))
    return next(name for name in (plain, *numbers) if name not in taken)


def _entry(row: Row) -> dict[str, Any]:
    parts = {
        name: {
            "subfolder": part.subfolder,
            "bytes": part.bytes,
            "parameters": part.parameters,
            "also": list(part.also),
            "source": part.source,
            "files": list(part.files),
            "path": str(part.path) if part.path else None,
        }
        for name, part in row.components.items()
    }
    own = {"id": row.id, "title": row.title, "base": row.base, "repo": row.repo}
    return {**own, "folder": str(row.folder) if row.folder else None, "parts": parts}


def _row(entry: Any, bases: dict[str, Row]) -> Row:
    """Raises KeyError, TypeError or ValueError for what is no entry."""
    if not _ID.fullmatch(entry["id"]):
        raise ValueError("id")
    base, folder = bases[entry["base"]], entry["folder"]
    own = replace(
        base,
        id=entry["id"],
        title=str(entry["title"])[:200],
        repo=str(entry["repo"]),
        folder=Path(folder) if folder else None,
        components={name: _component(entry["parts"][name], part) for name, part in base.components.items()},
        base=base.id,
        added=True,
    )
    return with_quantisation(own)


def _component(value: Any, base: Component) -> Component:
    size, path, source = value["bytes"], value["path"], value["source"]
    return Component(
        subfolder=_plain(value["subfolder"]),
        bytes=None if size is None else int(size),
        parameters=int(value["parameters"]),
        also=tuple(map(str, value["also"])),
        source=None if source is None else str(source),
        files=tuple(_plain(name) for name in value["files"]),
        path=Path(path) if path else None,
        decode_bits=base.decode_bits,
        latents=base.latents,
    )


def _plain(name: Any) -> str:
    """A path below a repository, whatever the file says."""
    text = str(name)
    if text.startswith("/") or ".." in text.split("/") or "\\" in text:
        raise ValueError(text[:80])
    return text


def _entries(path: Path) -> list[Any]:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise ValueError("too large")
        document = json.loads(path.read_text(encoding="utf-8"))
        entries = document["models"] if document["format"] == FORMAT else []
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as fault:
        logger.warning("{} cannot be read: {}", path.name, fault)
        return []
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def _locked(settings: Settings) -> FileLock:
    path = list_file(settings)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise disk_fault(fault, path.parent) from fault
    return FileLock(path.with_name(".models.lock"), timeout=10)


def _write(path: Path, entries: list[Any]) -> None:
    """Whole or not at all. Raises OelalaError ("out-of-disk", "not-writable")."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("w", encoding="utf-8") as file:
            json.dump({"format": FORMAT, "models": entries}, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as fault:
        raise disk_fault(fault, path.parent) from fault
    finally:
        part.unlink(missing_ok=True)
