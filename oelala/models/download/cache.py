"""The Hugging Face cache's layout on disk: other programs use what we fetch, and we what they fetched.

`models--Org--Name/blobs/<digest>` holds contents, `snapshots/<commit>/<path>` links to them, and
`refs/<revision>` the commit that a name stands for.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from oelala.media.faults import disk_fault
from oelala.models.catalog.installed import PARTIAL
from oelala.models.download.hub import COMMIT, HubFile
from oelala.progress import CancelToken

_PATIENCE = 0.2  # seconds that one try to take a lock may last


@dataclass(frozen=True, slots=True)
class RepoCache:
    """One repository's folder below `models`. Nothing need exist."""

    models: Path
    repo: str

    @property
    def name(self) -> str:
        return f"models--{self.repo.replace('/', '--')}"

    @property
    def root(self) -> Path:
        return self.models / self.name

    @property
    def blobs(self) -> Path:
        return self.root / "blobs"

    def blob(self, digest: str) -> Path:
        return self.blobs / digest

    def partial(self, digest: str) -> Path:
        return self.blobs / f"{digest}{PARTIAL}"

    def snapshot(self, commit: str) -> Path:
        return self.root / "snapshots" / commit

    def lock_file(self, digest: str) -> Path:
        """Where huggingface_hub has its lock as well: it waits for us and we for it."""
        return self.models / ".locks" / self.name / f"{digest}.lock"

    def commit_of(self, revision: str) -> str | None:
        """What the revision's name stands for on this disk, if anything."""
        try:
            commit = (self.root / "refs" / revision).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            return None
        return commit if COMMIT.fullmatch(commit) and self.snapshot(commit).is_dir() else None

    def has(self, commit: str, file: HubFile) -> bool:
        """Whether the contents are here: as a blob, or, without links, in the snapshot itself."""
        places = (self.blob(file.digest), self.snapshot(commit) / file.path)
        return any(_size(place) == file.size for place in places)

    def fetched(self, digest: str) -> int:
        """How many bytes of an unfinished file are here."""
        return _size(self.partial(digest)) or 0

    @contextmanager
    def locked(self, digest: str, cancel: CancelToken, waiting: Callable[[], None]) -> Iterator[None]:
        """Only one process works on a blob; `waiting` is called while it is another one. Raises Cancelled."""
        path = self.lock_file(digest)
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path, mode=0o664)
        while True:
            try:
                lock.acquire(timeout=_PATIENCE)
                break
            except Timeout:
                cancel.check()
                waiting()
        try:
            yield
        finally:
            lock.release()

    def busy(self) -> bool:
        """Whether some process is fetching a file of this repository right now."""
        for partial in self.blobs.glob(f"*{PARTIAL}"):
            lock = FileLock(self.lock_file(partial.name.removesuffix(PARTIAL)), mode=0o664)
            try:
                lock.acquire(timeout=0)
            except Timeout:
                return True
            lock.release()
        return False

    def link(self, commit: str, file: HubFile) -> None:
        """Let the snapshot's `path` lead to the blob. Raises OelalaError ("out-of-disk", "not-writable")."""
        place, blob = self.snapshot(commit) / file.path, self.blob(file.digest)
        if _size(place) == file.size and (not blob.exists() or os.path.samefile(place, blob)):
            return
        new = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            _link_or_copy(blob, new)
            new.replace(place)
        except OSError as fault:
            raise disk_fault(fault, place.parent) from fault
        finally:
            new.unlink(missing_ok=True)

    def point(self, revision: str, commit: str) -> None:
        """Let the revision's name stand for the commit. Raises as `link`."""
        if revision == commit:
            return
        reference = self.root / "refs" / revision
        new = reference.with_name(f".{reference.name}.{secrets.token_hex(4)}")
        try:
            reference.parent.mkdir(parents=True, exist_ok=True)
            new.write_text(commit, encoding="ascii")
            new.replace(reference)
        except OSError as fault:
            raise disk_fault(fault, reference.parent) from fault
        finally:
            new.unlink(missing_ok=True)


def _link_or_copy(blob: Path, place: Path) -> None:
    """Windows lets only some users make symbolic links; a hard link costs no space either."""
    try:
        place.symlink_to(os.path.relpath(blob, place.parent))
        return
    except OSError:
        pass
    try:
        place.hardlink_to(blob)
    except OSError:
        shutil.copyfile(blob, place)


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
