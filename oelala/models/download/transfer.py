"""One file from the hub to its blob: from the last byte on, and only if its hash is right."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from loguru import logger

from oelala.errors import OelalaError
from oelala.media.faults import disk_fault
from oelala.models.download.cache import RepoCache
from oelala.models.download.hub import Hub, HubFile
from oelala.models.download.line import Answer
from oelala.models.download.retry import Retry, TryAgain
from oelala.progress import CancelToken

_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+)")
_READ = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Transfer:
    """`hear` is told how many bytes of the file are here, again and again."""

    hub: Hub
    cache: RepoCache
    commit: str
    file: HubFile
    hear: Callable[[int], None]


def transfer(request: Transfer) -> None:
    """Bring the file into the cache and link it. Whatever interrupts this, the bytes that came are kept.

    Contents whose hash is wrong are thrown away and fetched once more. Raises OelalaError ("wrong-hash",
    "no-connection", "out-of-disk", …) and Cancelled.
    """
    cache, file = request.cache, request.file

    def waiting() -> None:
        request.hear(cache.fetched(file.digest))

    try:
        with cache.locked(file.digest, request.hub.cancel, waiting):
            if not cache.has(request.commit, file):
                _fetch(request)
            cache.link(request.commit, file)
    except OSError as fault:
        raise disk_fault(fault, cache.root) from fault
    request.hear(file.size)


def _fetch(request: Transfer) -> None:
    cache, file = request.cache, request.file
    cache.blobs.mkdir(parents=True, exist_ok=True)
    cache.blob(file.digest).unlink(missing_ok=True)  # one of another length
    with cache.partial(file.digest).open("ab") as stream:
        partial = _Partial(stream, file)
        partial.take_up(request.hub.cancel)
        for _ in range(2):
            _Filler(request, partial).fill()
            if partial.digest == file.digest:
                partial.finish(cache.blob(file.digest))
                return
            logger.warning("{}: wrong contents, thrown away", file.path)
            partial.empty()
    cache.partial(file.digest).unlink(missing_ok=True)
    raise OelalaError("wrong-hash", file=file.path, repo=cache.repo)


class _Partial:
    """The bytes of a file that have come so far, and their hash."""

    def __init__(self, stream: IO[bytes], file: HubFile) -> None:
        self._stream, self._file = stream, file
        self._path = Path(stream.name)
        self.size = 0
        self._hash = _hash_of(file)

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()

    def take_up(self, cancel: CancelToken) -> None:
        """Go on with what an earlier process left."""
        with self._path.open("rb") as stream:
            while chunk := stream.read(_READ):
                cancel.check()
                self._hash.update(chunk)
                self.size += len(chunk)
        if self.size > self._file.size:
            self.empty()

    def write(self, chunk: bytes | memoryview) -> None:
        self._stream.write(chunk)
        self._hash.update(chunk)
        self.size += len(chunk)

    def empty(self) -> None:
        self._stream.flush()
        self._stream.truncate(0)
        self.size = 0
        self._hash = _hash_of(self._file)

    def finish(self, blob: Path) -> None:
        """Under its final name only once it is safely on the disk."""
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()  # Windows renames no open file
        os.replace(self._path, blob)


class _Filler:
    """Asks again and again until all bytes are there, in ever longer pauses while none come."""

    def __init__(self, request: Transfer, partial: _Partial) -> None:
        self._request, self._partial = request, partial
        self._etag: str | None = None
        self._ranges = True

    def fill(self) -> None:
        hub, file, partial = self._request.hub, self._request.file, self._partial
        retry, mark = Retry(hub.patience, hub.cancel), partial.size
        while partial.size < file.size:
            try:
                self._go_on()
            except TryAgain as fault:
                if partial.size - mark >= hub.patience.headway:
                    retry.forgive()
                    mark = partial.size
                retry.after(fault)

    def _go_on(self) -> None:
        request, partial = self._request, self._partial
        start = partial.size if self._ranges else 0
        with request.hub.open(request.cache.repo, request.commit, request.file, start, self._etag) as answer:
            skip = self._place_of(answer, start)
            self._etag = _strong(answer.headers.get("etag"))
            self._copy(answer, skip)
        if partial.size < request.file.size:
            raise TryAgain(f"{partial.size} of {request.file.size} bytes")

    def _place_of(self, answer: Answer, start: int) -> int:
        """How many bytes of the answer we have already. Raises TryAgain for an answer that is of no use."""
        if answer.status == 206:
            told = _CONTENT_RANGE.fullmatch(answer.headers.get("content-range", ""))
            if told and start and (int(told[1]), int(told[2])) == (start, self._request.file.size):
                return 0
        elif answer.status == 200:
            if start and self._etag and answer.headers.get("etag") != self._etag:
                self._partial.empty()  # so If-Range says: it is not the same file any more
            # A server without ranges: the bytes we have go by once more, and are not lost if it breaks off.
            return self._partial.size
        self._ranges = False
        raise TryAgain(f"HTTP {answer.status}, no range")

    def _copy(self, answer: Answer, skip: int) -> None:
        partial, size, hear = self._partial, self._request.file.size, self._request.hear
        for chunk in answer.chunks():
            fresh = memoryview(chunk)[skip:]
            skip = max(0, skip - len(chunk))
            if fresh:
                partial.write(fresh[: size - partial.size])
                hear(partial.size)
            if partial.size >= size:
                return


def _hash_of(file: HubFile) -> hashlib._Hash:
    return new_hash(file.digest, file.size)


def new_hash(digest: str, size: int) -> hashlib._Hash:
    """A hash of the kind that `digest` is: SHA-256, or git's (SHA-1 over "blob <size>" and the contents)."""
    if len(digest) == 64:
        return hashlib.sha256()
    return hashlib.sha1(f"blob {size}\0".encode(), usedforsecurity=False)


def _strong(etag: str | None) -> str | None:
    return etag if etag and etag.startswith('"') else None
