"""One request to the hub: redirects looked at one by one, and cut off when it is cancelled or stalls."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import httpx

from oelala import __version__
from oelala.errors import Cancelled, OelalaError
from oelala.models.download.retry import Patience, TryAgain
from oelala.progress import CancelToken
from oelala.settings import LOOPBACK

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 5
_LOOK = 0.1  # seconds between two looks at a connection
# Compression would make nonsense of byte ranges.
_HEADERS = {"User-Agent": f"oelala/{__version__}", "Accept-Encoding": "identity"}


class Answer:
    """What came back. `first` holds the headers of the hub's own answer, `headers` those after redirects."""

    def __init__(self, response: httpx.Response, first: httpx.Headers, watch: _Watch) -> None:
        self._response, self._watch = response, watch
        self.first, self.headers = first, response.headers
        self.status = response.status_code
        self.redirected = first is not response.headers
        self.next_page: str | None = response.links.get("next", {}).get("url")

    def chunks(self) -> Iterator[bytes]:
        """The body as it arrives. Raises TryAgain when it breaks off, and Cancelled."""
        with self._watch.faults():
            for chunk in self._response.iter_raw():
                self._watch.hear(len(chunk))
                yield chunk


class Line:
    """GET requests below `endpoint`. The token goes nowhere else, and never over a plain connection."""

    def __init__(self, endpoint: str, token: str | None, patience: Patience, cancel: CancelToken) -> None:
        self._endpoint = urlsplit(endpoint)
        safe = self._endpoint.scheme == "https" or self._endpoint.hostname in LOOPBACK
        self._token = token if safe else None
        self._patience, self._cancel = patience, cancel
        # A new connection for each request: the watch must know its socket.
        self._client = httpx.Client(
            headers=_HEADERS,
            timeout=httpx.Timeout(patience.read, connect=patience.connect),
            limits=httpx.Limits(max_keepalive_connections=0),
            trust_env=self._endpoint.hostname not in LOOPBACK,  # proxies, and the system's certificates
        )

    @property
    def has_token(self) -> bool:
        return self._token is not None

    @contextmanager
    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Iterator[Answer]:
        """Raises TryAgain, OelalaError ("hub-fault") for a redirect to an unsafe place, and Cancelled."""
        self._cancel.check()
        with _Watch(self._patience, self._cancel) as watch:
            with watch.faults():
                response, first = self._follow(url, headers or {}, watch)
            try:
                yield Answer(response, first, watch)
            finally:
                with suppress(httpx.HTTPError, OSError):
                    response.close()

    def close(self) -> None:
        self._client.close()

    def _follow(
        self, url: str, headers: Mapping[str, str], watch: _Watch
    ) -> tuple[httpx.Response, httpx.Headers]:
        first: httpx.Headers | None = None
        for _ in range(_MOST_REDIRECTS + 1):
            request = self._client.build_request(
                "GET", url, headers={**headers, **self._login(url)}, extensions={"trace": watch.trace}
            )
            response = self._client.send(request, stream=True)
            first = response.headers if first is None else first
            if response.status_code not in _REDIRECTS or "location" not in response.headers:
                return response, first
            response.close()
            url = self._checked(urljoin(url, response.headers["location"]))
        raise TryAgain("too many redirects")

    def _login(self, url: str) -> dict[str, str]:
        if self._token is None or not self._is_hub(urlsplit(url)):
            return {}
        return {"Authorization": f"Bearer {self._token}"}

    def _checked(self, url: str) -> str:
        parts = urlsplit(url)
        if (parts.scheme == "https" and parts.hostname) or self._is_hub(parts):
            return url
        where = f"{parts.scheme}://{parts.hostname}"  # no more of it: such addresses carry signatures
        raise OelalaError("hub-fault", reason=where)

    def _is_hub(self, parts: SplitResult) -> bool:
        return (parts.scheme, parts.netloc) == (self._endpoint.scheme, self._endpoint.netloc)


class _Watch:
    """Cuts the connection from outside: at a cancel, and when too little comes through it.

    Neither could be done by the thread that waits for bytes.
    """

    def __init__(self, patience: Patience, cancel: CancelToken) -> None:
        self._patience, self._cancel = patience, cancel
        self._socket: socket.socket | None = None
        self._heard = 0
        self._stalled = False
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="download-watch", daemon=True)

    def __enter__(self) -> _Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """httpcore's hook: hears of every connection made."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._socket = info["return_value"].get_extra_info("socket")

    def hear(self, count: int) -> None:
        self._heard += count

    @contextmanager
    def faults(self) -> Iterator[None]:
        """Whatever the network raises, as TryAgain or Cancelled; without addresses, which may be signed."""
        try:
            yield
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as fault:
            if self._cancel.cancelled:
                raise Cancelled from fault
            reason = "stalled" if self._stalled else str(fault).partition("\n")[0] or type(fault).__name__
            raise TryAgain(reason[:200]) from fault
        self._cancel.check()

    def _look(self) -> None:
        since, heard = time.monotonic(), 0
        while not self._over.wait(_LOOK):
            now = time.monotonic()
            if now - since >= self._patience.window:
                self._stalled = self._heard - heard < self._patience.least_bytes
                since, heard = now, self._heard
            if self._stalled or self._cancel.cancelled:
                self._cut()

    def _cut(self) -> None:
        if self._socket is not None:
            with suppress(OSError):  # not SSLSocket.shutdown: it takes the reader's object away as well
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
