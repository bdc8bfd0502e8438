"""A hub on 127.0.0.1 that answers as the real one does, and fails in every way that one can fail."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

COMMIT = "c0ffee" * 6 + "c0ff"
TOKEN = "hf_thisIsNoRealToken123456"


@dataclass
class Faults:
    """What goes wrong. `cuts`: after which share of its bytes each answer breaks off, one by one.

    `statuses`: sent instead of an answer, one by one. `spoil`: how many answers with large files are wrong.
    `drip`: seconds between single bytes, for one answer.
    """

    cuts: list[float] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    api_statuses: list[int] = field(default_factory=list)
    cdn_statuses: list[int] = field(default_factory=list)
    spoil: int = 0
    drip: float = 0.0
    no_ranges: bool = False
    wrong_ranges: bool = False
    refuse_ranges: bool = False
    gated: bool = False
    redirect_to: str | None = None
    rate: float = 0.0  # bytes a second, 0: as fast as it goes
    other_commit: bool = False
    new_etags: bool = False
    page: int = 1000


@dataclass
class Request:
    path: str
    range: str | None
    if_range: str | None
    login: str | None


@dataclass
class Hub:
    """`repos`: repository -> path -> contents. Files of `large` bytes or more are redirected to the CDN."""

    address: str
    repos: dict[str, dict[str, bytes]] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    requests: list[Request] = field(default_factory=list)
    sent: int = 0
    commits: set[str] = field(default_factory=lambda: {COMMIT})
    large: int = 1000
    # path -> what the listing says of a file of which only the beginning is here
    sizes: dict[str, int] = field(default_factory=dict)

    def asked_for(self, path: str) -> list[Request]:
        return [request for request in self.requests if path in request.path]


@contextmanager
def running_hub() -> Iterator[Hub]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    hub = Hub(f"http://127.0.0.1:{server.server_port}")
    server.hub = hub  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()


def digest_of(data: bytes, large: int) -> str:
    if len(data) >= large:
        return hashlib.sha256(data).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def hub(self) -> Hub:
        return self.server.hub  # type: ignore[attr-defined]

    def log_message(self, format: str, *args: Any) -> None:
        del format, args

    def handle(self) -> None:
        with suppress(BrokenPipeError, ConnectionResetError):  # the client was killed or had enough
            super().handle()

    def do_GET(self) -> None:
        headers = self.headers
        self.hub.requests.append(
            Request(self.path, headers.get("Range"), headers.get("If-Range"), headers.get("Authorization"))
        )
        path = unquote(urlsplit(self.path).path)
        if match := re.fullmatch(r"/api/models/([\w.-]+/[\w.-]+)/(revision|tree)/([^/]+)", path):
            self._api(*match.groups())
        elif match := re.fullmatch(r"/([\w.-]+/[\w.-]+)/resolve/([^/]+)/(.+)", path):
            self._resolve(*match.groups())
        elif match := re.fullmatch(r"/cdn/([\w.-]+/[\w.-]+)/(.+)", path):
            self._cdn(*match.groups())
        else:
            self._refuse(404, "EntryNotFound")

    def _api(self, repo: str, what: str, revision: str) -> None:
        faults = self.hub.faults
        if faults.api_statuses:
            return self._refuse(faults.api_statuses.pop(0))
        if repo not in self.hub.repos:
            return self._refuse(401, "RepoNotFound")
        if what == "revision":
            return self._json({"id": repo, "sha": COMMIT})
        assert len(revision) == len(COMMIT), "the tree is asked for by commit"
        if revision not in self.hub.commits:
            return self._refuse(404, "RevisionNotFound")
        entries = [
            _entry(path, data, self.hub.large, self.hub.sizes.get(path))
            for path, data in self.hub.repos[repo].items()
        ]
        entries.append({"type": "directory", "oid": "0" * 40, "size": 0, "path": "transformer"})
        cursor = re.search(r"cursor=(\d+)", self.path)
        first = int(cursor[1]) if cursor else 0
        last = first + faults.page
        more = (
            {"Link": f'<{self.path.split("&")[0]}&cursor={last}>; rel="next"'} if last < len(entries) else {}
        )
        return self._json(entries[first:last], more)

    def _resolve(self, repo: str, revision: str, path: str) -> None:
        faults = self.hub.faults
        if faults.statuses:
            return self._refuse(faults.statuses.pop(0))
        if faults.gated and self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self._refuse(403 if self.headers.get("Authorization") else 401, "GatedRepo")
        data = self.hub.repos.get(repo, {}).get(path)
        if data is None:
            return self._refuse(404, "EntryNotFound")
        about = {"X-Repo-Commit": "b" * 40 if faults.other_commit else revision}
        digest = digest_of(data, self.hub.large)
        if len(data) < self.hub.large:
            return self._file(data, digest, about)
        about |= {"X-Linked-Etag": f'"{digest}"', "X-Linked-Size": str(len(data))}
        target = faults.redirect_to or f"/cdn/{repo}/{path}?signature=secret"
        self._start(302, {"Location": target, "Content-Length": "0", **about})
        return None

    def _cdn(self, repo: str, path: str) -> None:
        assert "Authorization" not in self.headers or self.path.startswith("/cdn")
        faults = self.hub.faults
        if faults.cdn_statuses:
            return self._refuse(faults.cdn_statuses.pop(0))
        data = self.hub.repos[repo][path]
        etag = hashlib.md5(data, usedforsecurity=False).hexdigest()
        if faults.new_etags:
            etag = f"{etag}-{len(self.hub.requests)}"
        if faults.spoil > 0:
            faults.spoil -= 1
            data = data[:-1] + bytes([data[-1] ^ 1])
        return self._file(data, etag, {})

    def _file(self, data: bytes, etag: str, headers: dict[str, str]) -> None:
        faults = self.hub.faults
        match = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range") or "")
        if match and faults.refuse_ranges:
            return self._refuse(416)
        same = self.headers.get("If-Range") in (None, f'"{etag}"')
        start = int(match[1]) if match and not faults.no_ranges and same else 0
        status = 206 if start else 200
        if start >= len(data) > 0:
            return self._refuse(416)
        if start:
            told = start + 1 if faults.wrong_ranges else start
            headers = {**headers, "Content-Range": f"bytes {told}-{len(data) - 1}/{len(data)}"}
        body = data[start:]
        self._start(status, {"ETag": f'"{etag}"', "Content-Length": str(len(body)), **headers})
        self._send(body)
        return None

    def _send(self, body: bytes) -> None:
        faults = self.hub.faults
        if len(body) >= self.hub.large and faults.cuts:
            body = body[: int(len(body) * faults.cuts.pop(0))]
            self.close_connection = True
        if len(body) >= self.hub.large and faults.drip:
            pause, faults.drip = faults.drip, 0.0
            for byte in body:
                self.wfile.write(bytes([byte]))
                time.sleep(pause)
            return
        step = 16384 if faults.rate else max(1, len(body))
        for place in range(0, len(body), step):
            self.wfile.write(body[place : place + step])
            self.hub.sent += min(step, len(body) - place)
            if faults.rate:
                time.sleep(step / faults.rate)

    def _json(self, value: Any, headers: dict[str, str] | None = None) -> None:
        text = json.dumps(value).encode()
        self._start(
            200, {"Content-Length": str(len(text)), "Content-Type": "application/json", **(headers or {})}
        )
        self.wfile.write(text)

    def _refuse(self, status: int, code: str | None = None) -> None:
        self._start(status, {"Content-Length": "0", **({"X-Error-Code": code} if code else {})})

    def _start(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()


def _entry(path: str, data: bytes, large: int, told: int | None) -> dict[str, Any]:
    size = len(data) if told is None else told
    entry: dict[str, Any] = {"type": "file", "path": path, "size": size, "oid": digest_of(data, 1 << 60)}
    if len(data) >= large:
        entry["lfs"] = {"oid": digest_of(data, 0), "size": size, "pointerSize": 134}
    return entry
