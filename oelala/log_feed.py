"""The feed of the log panel: every process writes its own files, a reader sees them all as one stream.

A file only ever grows and is never renamed, so an offset in it stays true. A cursor is the offsets reached,
by file; a file that is not in it is new and read from its start.
"""

from __future__ import annotations

import heapq
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Any

FILE_BYTES, FILES = 1_000_000, 8  # of each process
READ_AT_ONCE = 256 * 1024  # bytes of one file: bounds the memory, however far behind a reader is
LONGEST_CURSOR = 8192  # characters; it comes from outside


class FeedWriter:
    """One JSON record a line, unbuffered, into `feed-<process>-<number>.jsonl`.

    A full file is followed by the next number, as is that of an earlier process; the oldest are removed.
    """

    def __init__(self, logs: Path, process: str) -> None:
        self._logs, self._process = logs, process
        self._file: FileIO | None = None
        self._size = 0
        self._torn = False  # the last line was cut off by a full disk

    def write(self, record: Mapping[str, Any]) -> None:
        """Readable when this returns. Never raises: a full disk costs this line, the next is tried again."""
        # "replace": a lone surrogate, from a file name, could not be sent to the page.
        line = json.dumps(record, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        try:
            if self._file is None or self._size + len(line) > FILE_BYTES:
                self._file = self._next_file()
            line = b"\n" * self._torn + line
            self._torn = True
            self._torn = self._file.write(line) < len(line)
            self._size += len(line)
        except OSError:
            return

    def _next_file(self) -> FileIO:
        if self._file is not None:
            self._file.close()
            self._file = None
        number = max(self._numbers(), default=0) + 1
        while True:
            try:  # "x": a worker that is just ending may still have the name before
                file = FileIO(self._path(number), "x")
                break
            except FileExistsError:
                number += 1
        self._size, self._torn = 0, False
        for old in sorted(self._numbers())[:-FILES]:
            with suppress(OSError):  # on Windows, while it is being read
                self._path(old).unlink(missing_ok=True)
        return file

    def _numbers(self) -> list[int]:
        names = (path.stem.rpartition("-")[2] for path in self._logs.glob(f"feed-{self._process}-*.jsonl"))
        return [int(name) for name in names if name.isdecimal()]

    def _path(self, number: int) -> Path:
        return self._logs / f"feed-{self._process}-{number}.jsonl"


@dataclass(frozen=True, slots=True)
class FeedPage:
    """`records`: dicts with t (seconds since the epoch), level, process, job (or None), name and message.

    `cursor` goes into the next call. A page that holds as many records as asked for may have more behind it.
    """

    records: list[dict[str, Any]]
    cursor: str


@dataclass(frozen=True, slots=True)
class _Line:
    """`record` None: not JSON, because the disk was full. `end`: the offset behind the line."""

    record: dict[str, Any] | None
    file: str
    end: int

    @property
    def time(self) -> float:
        return self.record["t"] if self.record else 0.0


class LogFeed:
    """The feeds in one folder; it keeps nothing between calls, so any thread may call it."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs

    def since(self, cursor: str | None, limit: int = 500) -> FeedPage:
        """At most `limit` records newer than `cursor`, oldest first. None: the newest there are.

        When nothing is new, files are looked at but not opened. A cursor that makes no sense counts as None.
        """
        files = self._files()
        reached = _offsets(cursor)
        if reached is None:
            return self._newest(files, limit)
        reached = {file: at for file, at in reached.items() if file in files and at <= files[file].st_size}
        grown = [file for file, found in files.items() if found.st_size > reached.get(file, 0)]
        # Merged by time, but never reordered within a file: an offset would then skip a record.
        streams = [self._lines(file, reached.get(file, 0)) for file in grown]
        records: list[dict[str, Any]] = []
        for line in heapq.merge(*streams, key=lambda line: line.time):
            if len(records) == limit:
                break
            reached[line.file] = line.end
            if line.record is not None:
                records.append(line.record)
        return FeedPage(records, json.dumps(reached))

    def _newest(self, files: Mapping[str, os.stat_result], limit: int) -> FeedPage:
        """From the most recently written file back, until no older file can hold a record that counts."""
        records: list[dict[str, Any]] = []
        reached = {file: found.st_size for file, found in files.items()}
        for file, found in sorted(files.items(), key=lambda item: item[1].st_mtime, reverse=True):
            if len(records) == limit and found.st_mtime < records[0]["t"]:
                break
            start = max(0, found.st_size - READ_AT_ONCE)
            lines = list(self._lines(file, start))
            reached[file] = lines[-1].end if lines else start
            records += [line.record for line in lines if line.record is not None]
            records = sorted(records, key=lambda record: record["t"])[-limit:]
        return FeedPage(records, json.dumps(reached))

    def _files(self) -> dict[str, os.stat_result]:
        files = {}
        for path in self._logs.glob("feed-*.jsonl"):
            try:
                files[path.name] = path.stat()
            except OSError:  # just removed, to make room for newer ones
                continue
        return files

    def _lines(self, file: str, start: int) -> Iterator[_Line]:
        """The complete lines from `start` on, as far as one reading goes."""
        try:
            with open(self._logs / file, "rb") as feed:
                feed.seek(start)
                chunk = feed.read(READ_AT_ONCE)
        except OSError:
            return
        end = start
        for line in chunk.split(b"\n")[:-1]:
            end += len(line) + 1
            yield _Line(_parse(line), file, end)
        if end == start and len(chunk) == READ_AT_ONCE:  # none of our lines is that long
            yield _Line(None, file, start + len(chunk))


def _parse(line: bytes) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) and isinstance(record.get("t"), float | int) else None


def _offsets(cursor: str | None) -> dict[str, int] | None:
    """What a cursor says, or None. It comes from a page, so from anyone."""
    if cursor is None or len(cursor) > LONGEST_CURSOR:
        return None
    try:
        offsets = json.loads(cursor)
    except (ValueError, RecursionError):
        return None
    if not isinstance(offsets, dict) or not all(type(at) is int and at >= 0 for at in offsets.values()):
        return None
    return offsets
