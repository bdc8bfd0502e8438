"""What is asked of the Hugging Face hub (or a mirror of it): what a repository holds, and its files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from oelala.errors import OelalaError
from oelala.models.download.line import Answer, Line
from oelala.models.download.retry import Patience, Retry, TryAgain
from oelala.progress import CancelToken
from oelala.settings import Settings

COMMIT = re.compile(r"[0-9a-f]{40}")
_DIGEST = re.compile(r"[0-9a-f]{64}|[0-9a-f]{40}")
_PATH = re.compile(r"(?:[\w][\w.+-]*/)*[\w][\w.+-]*", re.ASCII)
_BUSY = frozenset({408, 425, 429})
_LARGEST_ANSWER = 30_000_000
_MOST_PAGES = 100


def is_digest(name: str) -> bool:
    """Whether a blob may be called so."""
    return _DIGEST.fullmatch(name) is not None


@dataclass(frozen=True, slots=True)
class HubFile:
    """`digest`: SHA-256 of a large file, git's blob SHA-1 of a small one, in hexadecimal. Names the blob."""

    path: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of a repository at one commit; those with strange names are left out."""

    commit: str
    files: tuple[HubFile, ...]


class Hub:
    """The hub as seen by one download. `close` it."""

    def __init__(self, settings: Settings, patience: Patience, cancel: CancelToken) -> None:
        self._endpoint = settings.hub_endpoint
        self.patience, self.cancel = patience, cancel
        self._line = Line(self._endpoint, _token(settings), patience, cancel)

    def close(self) -> None:
        self._line.close()

    def listing(self, repo: str, revision: str) -> Listing:
        """Raises OelalaError ("no-connection", "hub-fault" and the codes of `_refusal`) and Cancelled."""
        api = f"{self._endpoint}/api/models/{repo}"
        commit = revision if COMMIT.fullmatch(revision) else self._commit(repo, api, revision)
        files: list[HubFile] = []
        url: str | None = f"{api}/tree/{commit}?recursive=true"
        for _ in range(_MOST_PAGES):
            entries, url = self._json(repo, url)
            files.extend(_files(entries))
            if url is None:
                return Listing(commit, tuple(files))
        raise OelalaError("hub-fault", reason="tree")

    @contextmanager
    def open(
        self, repo: str, commit: str, file: HubFile, start: int = 0, etag: str | None = None
    ) -> Iterator[Answer]:
        """The file from byte `start` on, if the server does ranges and still has what `etag` names.

        Status 200, 206 or 416. Raises TryAgain, OelalaError as `listing`, and Cancelled.
        """
        headers = {"Range": f"bytes={start}-"} if start else {}
        if start and etag:
            headers["If-Range"] = etag
        url = f"{self._endpoint}/{repo}/resolve/{commit}/{quote(file.path)}"
        with self._line.get(url, headers) as answer:
            self._require(answer, repo, allowed=(200, 206, 416))
            _check_identity(answer, commit, file)
            yield answer

    def _commit(self, repo: str, api: str, revision: str) -> str:
        about, _ = self._json(repo, f"{api}/revision/{quote(revision, safe='')}")
        commit = str(about.get("sha")) if isinstance(about, dict) else ""
        if not COMMIT.fullmatch(commit):
            raise OelalaError("hub-fault", reason="sha")
        return commit

    def _json(self, repo: str, url: str | None) -> tuple[Any, str | None]:
        """The answer and the address of its next page."""
        assert url is not None
        retry = Retry(self.patience, self.cancel)
        while True:
            try:
                with self._line.get(url) as answer:
                    self._require(answer, repo, allowed=(200,))
                    return _parse(answer), self._next(url, answer)
            except TryAgain as fault:
                retry.after(fault)

    def _next(self, url: str, answer: Answer) -> str | None:
        if answer.next_page is None:
            return None
        following = urljoin(url, answer.next_page)
        if urlsplit(following)[:2] != urlsplit(self._endpoint)[:2]:
            raise OelalaError("hub-fault", reason=str(urlsplit(following).hostname))
        return following

    def _require(self, answer: Answer, repo: str, allowed: tuple[int, ...]) -> None:
        status = answer.status
        if status in allowed:
            return
        # behind the redirect a refusal means that the signed address has run out: the hub gives a new one
        if status in _BUSY or status >= 500 or (answer.redirected and status in (400, 401, 403, 404)):
            raise TryAgain(f"HTTP {status}", _seconds(answer.headers.get("retry-after")))
        if status in (401, 403, 404):
            raise self._refusal(answer, repo)
        raise OelalaError("hub-fault", reason=f"HTTP {status}")

    def _refusal(self, answer: Answer, repo: str) -> OelalaError:
        """The hub's own codes: it answers 401 also for what does not exist."""
        code = answer.headers.get("x-error-code", "")
        page = f"{self._endpoint}/{repo}"
        if code == "GatedRepo":
            return OelalaError("gated-model", repo=repo, page=page)
        if answer.status == 404 or code in ("RepoNotFound", "RevisionNotFound", "EntryNotFound"):
            return OelalaError("not-on-hub", repo=repo, page=page)
        if self._line.has_token:
            return OelalaError("token-refused", repo=repo, page=page)
        return OelalaError("gated-model", repo=repo, page=page)


def _token(settings: Settings) -> str | None:
    """Raises OelalaError ("token-refused") for a text that can be no token."""
    token = settings.hub_token
    if token is None:
        try:
            token = settings.hub_token_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return None
    if token and not re.fullmatch(r"[!-~]+", token):
        raise OelalaError("token-refused", repo="–", page=settings.hub_endpoint)
    return token or None


def _parse(answer: Answer) -> Any:
    text = bytearray()
    for chunk in answer.chunks():
        text += chunk
        if len(text) > _LARGEST_ANSWER:
            raise OelalaError("hub-fault", reason=f"> {_LARGEST_ANSWER} bytes")
    try:
        return json.loads(text)
    except ValueError as fault:  # a page of some hotel's Wi-Fi, or cut off
        raise TryAgain("no JSON") from fault


def _files(entries: Any) -> Iterator[HubFile]:
    for entry in entries if isinstance(entries, list) else ():
        if not isinstance(entry, dict) or entry.get("type") != "file":
            continue
        large = entry.get("lfs")
        about = large if isinstance(large, dict) else entry
        path, size, digest = entry.get("path"), about.get("size"), str(about.get("oid"))
        named = isinstance(path, str) and _PATH.fullmatch(path) is not None
        if named and isinstance(size, int) and size >= 0 and is_digest(digest):
            yield HubFile(str(path), size, digest)


def _check_identity(answer: Answer, commit: str, file: HubFile) -> None:
    """The hub says of each file which commit it is of and what it contains: sooner known than by its hash."""
    told = answer.first.get("x-repo-commit", commit), answer.first.get("x-linked-etag", file.digest)
    if (told[0], told[1].removeprefix("W/").strip('"')) != (commit, file.digest):
        raise TryAgain(f"{file.path}: the hub offers another file")


def _seconds(text: str | None) -> float:
    return float(text) if text and text.isascii() and text.isdigit() else 0.0


@contextmanager
def connected(settings: Settings, patience: Patience, cancel: CancelToken) -> Iterator[Hub]:
    with closing(Hub(settings, patience, cancel)) as hub:
        yield hub
