"""What every answer says about itself: not to be framed, sniffed, embedded, nor to run what is not ours."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

NONCE = "oelala.nonce"
PAGES = frozenset({"/", "/login"})
NO_CONTENT = 204
GRADIO_FILE = "/gradio_api/file="
# Gradio runs event handlers written in JavaScript through `new Function`, hence 'unsafe-eval'. Without
# 'unsafe-inline' an attribute such as onerror= in a text that slipped into markup still does nothing.
_PAGE_POLICY = {
    "default-src": "'self'",
    "script-src": "'self' 'unsafe-eval'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "media-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self' data: blob:",
    "worker-src": "'self' blob:",
    "object-src": "'none'",
    "frame-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
# A file someone put there, opened on its own: may show itself and do nothing else.
_FILE_POLICY = (
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; "
    "frame-ancestors 'none'; sandbox"
)
_ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(self), geolocation=(), microphone=()",
}
# What a browser may show of a file; anything else (markup can carry scripts) it is only offered to save.
_SHOWN = (
    *("image/png", "image/jpeg", "image/webp", "image/gif", "image/avif", "image/bmp"),
    *("video/", "audio/", "application/json", "text/plain", "text/event-stream"),
)
# Gradio answers a range request with the request's own headers, the cookie among them.
_FILE_HEADERS = frozenset(
    {"content-type", "content-length", "content-range", "content-disposition", "content-encoding"}
    | {"accept-ranges", "etag", "last-modified", "cache-control", "vary"}
)


def new_nonce(scope: Scope) -> None:
    """Give the request the nonce that marks the page's own scripts."""
    scope[NONCE] = secrets.token_urlsafe(16)


def sealed(scope: Scope, send: Send, *, user_file: bool, private: bool) -> Send:
    """A `send` that adds the headers.

    `user_file`: the answer is a file that someone put there. `private`: keep it out of shared caches.
    """

    async def send_sealed(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == NO_CONTENT:
            # Nothing to frame, sniff or run; and every idle tab is sent two of these a second.
            message = {**message, "headers": [(b"cache-control", b"no-store")]}
        elif message["type"] == "http.response.start":
            headers = MutableHeaders(raw=_own_headers(scope, message["headers"]))
            if user_file:
                _make_harmless(headers)
            _add_headers(scope, headers, user_file=user_file, private=private)
            message = {**message, "headers": headers.raw}
        await send(message)

    return send_sealed


def _own_headers(scope: Scope, raw: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    if not scope["path"].startswith(GRADIO_FILE):
        return list(raw)
    return [(name, value) for name, value in raw if name.decode("latin-1").lower() in _FILE_HEADERS]


def _make_harmless(headers: MutableHeaders) -> None:
    kind = headers.get("content-type", "").lower()
    if kind and not kind.startswith(_SHOWN):
        headers["content-type"] = "application/octet-stream"
        headers["content-disposition"] = "attachment"


def _add_headers(scope: Scope, headers: MutableHeaders, *, user_file: bool, private: bool) -> None:
    for name in [name for name in headers if name.startswith("access-control-")]:
        del headers[name]
    for name, value in _ALWAYS.items():
        headers[name] = value
    headers["content-security-policy"] = _FILE_POLICY if user_file else page_policy(scope.get(NONCE))
    if private and "cache-control" not in headers:
        headers["cache-control"] = "private, no-cache"


def page_policy(nonce: str | None) -> str:
    """The page's Content-Security-Policy: nothing from other hosts, scripts inside it only with the nonce."""
    extra = {"script-src": f" 'nonce-{nonce}'"} if nonce else {}
    return "; ".join(f"{name} {value}{extra.get(name, '')}" for name, value in _PAGE_POLICY.items())


class PageNonce:
    """Puts the request's nonce on the scripts of the served page, and makes it small for who is far away.

    Gradio leaves its page as it is: 222 kB. (Nothing in it is secret and chosen by others at once.)

    Safe on the whole text: Gradio escapes every `<` of its JSON, so what looks like a script element is one
    of the template or of our own head.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._compressed = GZipMiddleware(self._marked, compresslevel=6)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_page = scope["type"] == "http" and scope["path"] in PAGES and NONCE in scope
        await (self._compressed if is_page else self._app)(scope, receive, send)

    async def _marked(self, scope: Scope, receive: Receive, send: Send) -> None:
        mark = f'<script nonce="{scope[NONCE]}"'.encode()
        started: list[Message] = []
        parts: list[bytes] = []

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                started.append(message)
                return
            parts.append(message.get("body", b""))
            if message.get("more_body"):
                return
            body = b"".join(parts)
            if _is_html(started[0]["headers"]):
                body = body.replace(b"<script", mark)
            headers = MutableHeaders(raw=list(started[0]["headers"]))
            if body:
                headers["content-length"] = str(len(body))
            await send({**started[0], "headers": headers.raw})
            await send({"type": "http.response.body", "body": body})

        await self._app(scope, receive, send_marked)


def _is_html(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    return Headers(raw=list(headers)).get("content-type", "").startswith("text/html")
