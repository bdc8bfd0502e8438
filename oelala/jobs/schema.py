"""The queue's tables, version by version, and how a connection to them is opened.

A migration is a tuple of statements and is never edited once released: a change of the tables is a new one.
`PRAGMA user_version` counts those that a file has had.
"""

from __future__ import annotations

import errno
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from oelala.errors import OelalaError
from oelala.jobs.faults import free_space

BUSY_SECONDS = 10.0

# What any use of the store may raise; the second only for what nobody can act on.
STORE_FAULTS = (OelalaError, sqlite3.Error)

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        # `number` is the order of arrival: a clock that is set back cannot reorder the queue.
        """CREATE TABLE jobs (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL,
            lane TEXT NOT NULL,
            task TEXT NOT NULL,
            created REAL NOT NULL,
            attempt INTEGER NOT NULL DEFAULT 1,
            state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
            worker TEXT,
            cancelling INTEGER NOT NULL DEFAULT 0,
            started REAL,
            finished REAL,
            phase TEXT NOT NULL DEFAULT '',
            step INTEGER NOT NULL DEFAULT 0,
            total INTEGER NOT NULL DEFAULT 0,
            preview INTEGER NOT NULL DEFAULT 0,
            output TEXT,
            details TEXT NOT NULL DEFAULT '{}',
            code TEXT,
            code_values TEXT NOT NULL DEFAULT '{}',
            revision INTEGER NOT NULL
        )""",
        # Partial: what is finished, and that is nearly everything, costs the queue nothing.
        "CREATE INDEX jobs_waiting ON jobs (lane, number) WHERE state = 'queued'",
        "CREATE INDEX jobs_running ON jobs (worker) WHERE state = 'running'",
        "CREATE INDEX jobs_unfinished ON jobs (number) WHERE finished IS NULL",
        "CREATE INDEX jobs_finished ON jobs (finished, number) WHERE finished IS NOT NULL",
        "CREATE UNIQUE INDEX jobs_revision ON jobs (revision)",
    ),
)


class Connection(sqlite3.Connection):
    """As Python's own, which cannot be referred to weakly."""


def open_database(path: Path) -> Connection:
    """A connection in autocommit mode, its tables brought up to date.

    Raises OelalaError: "newer-database", "damaged-database", "not-writable", "out-of-disk".
    """
    with faults_explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(
            path, BUSY_SECONDS, isolation_level=None, check_same_thread=False, factory=Connection
        )
        try:
            _use_wal(connection)
            # FULL: a job that was accepted survives a power cut, not only a crash.
            connection.execute("PRAGMA synchronous = FULL")
            connection.row_factory = sqlite3.Row
            _migrate(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection, kind: str = "IMMEDIATE") -> Iterator[None]:
    """All or nothing. The write lock is taken at once: what is read inside cannot have changed at commit.

    "DEFERRED" takes no lock: for several readings of one moment.
    """
    connection.execute(f"BEGIN {kind}")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def faults_explained(path: Path) -> Iterator[None]:
    """Turn what SQLite and the disk say into errors that a user can act on."""
    try:
        yield
    except sqlite3.DatabaseError as fault:
        raise _explain(fault, path) from fault
    except OSError as fault:
        code = "out-of-disk" if fault.errno == errno.ENOSPC else "not-writable"
        raise OelalaError(code, path=str(path.parent), free=free_space(path.parent)) from fault


def _explain(fault: sqlite3.DatabaseError, path: Path) -> Exception:
    primary = getattr(fault, "sqlite_errorcode", 0) & 0xFF  # the upper bits only refine it
    if primary == sqlite3.SQLITE_FULL:
        return OelalaError("out-of-disk", path=str(path.parent), free=free_space(path.parent))
    if primary in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return OelalaError("not-writable", path=str(path.parent))
    if primary in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return OelalaError("damaged-database", path=str(path))
    return fault


def _use_wal(connection: sqlite3.Connection) -> None:
    """Readers beside a writer. SQLite itself does not wait here when others open the file just now."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as fault:
            if fault.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    if _version(connection) == len(MIGRATIONS):
        return
    with transaction(connection):
        found = _version(connection)  # again: another process may just have done it
        if found > len(MIGRATIONS):
            raise OelalaError("newer-database", path=str(path), found=found, known=len(MIGRATIONS))
        for statements in MIGRATIONS[found:]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
