"""SHA-256 of model files, computed once: a clip's metadata names exactly which weights made it."""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path

from loguru import logger

_SHA256 = re.compile(r"[0-9a-f]{64}")


class FileHashes:
    """Remembers hashes by path, size and modification time in one JSON file, which may vanish at any time."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._known: dict[str, list[int | str]] = _read(store)

    def of(self, file: Path) -> str:
        """The file's SHA-256 in hexadecimal. Raises OSError.

        The hub's cache names big files by their hash, so a download need not be read again.
        """
        real = file.resolve()
        if _SHA256.fullmatch(real.name) and real.parent.name == "blobs":
            return real.name
        state = real.stat()
        mark: list[int | str] = [state.st_size, state.st_mtime_ns]
        entry = self._known.get(str(real))
        if entry is not None and entry[:2] == mark:
            return str(entry[2])
        with real.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        self._known[str(real)] = [*mark, digest]
        self._save()
        return digest

    def _save(self) -> None:
        temporary = self._store.with_name(f".{self._store.name}.{os.getpid()}.part")
        try:
            self._store.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_text(json.dumps(self._known), encoding="utf-8")
            temporary.replace(self._store)
        except OSError as fault:
            logger.debug("hashes of model files are not remembered: {}", fault)


def _read(store: Path) -> dict[str, list[int | str]]:
    try:
        known = json.loads(store.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {path: entry for path, entry in known.items() if _sound(entry)} if isinstance(known, dict) else {}


def _sound(entry: object) -> bool:
    return isinstance(entry, list) and len(entry) == 3 and _SHA256.fullmatch(str(entry[2])) is not None
