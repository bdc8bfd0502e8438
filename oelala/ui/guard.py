"""In front of everything: who may ask, for what, and how much. Gradio's own checks stay in place behind it.

What Gradio leaves open is closed here: any Host (DNS rebinding), requests that other websites make through
the visitor's browser, a proxy for any URL, endless streams, uploads of any size, and routes that nobody uses.
"""

from __future__ import annotations

from collections import Counter

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from oelala.texts import explain
from oelala.ui.body import limited_body
from oelala.ui.checks import CHECKS, UPLOADS, Asked, Refusal, Rules, body_limit, megabytes
from oelala.ui.event_files import EVENTS, checked_files
from oelala.ui.headers import GRADIO_FILE, PAGES, new_nonce, sealed
from oelala.ui.i18n import request_language

STREAMS = (
    "/gradio_api/heartbeat/",
    "/gradio_api/queue/data",
    "/gradio_api/upload_progress",
    "/oelala/stream",
)
OWN_STATIC = "/oelala/static/"


class Guard:
    """ASGI application around the whole studio."""

    def __init__(self, app: ASGIApp, rules: Rules) -> None:
        self._app, self.rules = app, rules
        self._streams, self._uploads = Turnstile(total=96, each=32), Turnstile(total=8, each=4)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        asked = Asked.of(scope)
        user_file = asked.path.startswith((GRADIO_FILE, "/oelala/")) and not asked.path.startswith(OWN_STATIC)
        if asked.path in PAGES:
            new_nonce(scope)
        seal = sealed(scope, send, user_file=user_file, private=self.rules.door is not None)
        refusal = next((found for check in CHECKS if (found := check(asked, self.rules))), None)
        if refusal is not None:
            await self._refuse(asked, refusal, receive, send)
        elif not (turnstile := self._turnstile(asked)).enter(asked.client):
            await self._refuse(asked, Refusal(429, "too-busy"), receive, send)
        else:
            try:
                await self._limited(asked)(scope, receive, seal)
            finally:
                turnstile.leave(asked.client)

    def _turnstile(self, asked: Asked) -> Turnstile:
        if asked.path.startswith(STREAMS):
            return self._streams
        return self._uploads if asked.path in UPLOADS else _OPEN

    def _limited(self, asked: Asked) -> ASGIApp:
        limit = body_limit(asked.path)
        too_large = Refusal(413, "upload-too-large", {"limit": megabytes(limit)})

        async def answer_too_large(scope: Scope, receive: Receive, send: Send) -> None:
            await self.answer(asked, too_large)(scope, receive, send)

        app = self._app
        if asked.method == "POST" and asked.path.startswith(EVENTS):
            app = checked_files(app, self.rules.uploads, self.answer(asked, Refusal(403, "not-served")))
        return limited_body(app, limit, answer_too_large)

    async def _refuse(self, asked: Asked, refusal: Refusal, receive: Receive, send: Send) -> None:
        if asked.scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        send = sealed(asked.scope, send, user_file=False, private=True)
        await self.answer(asked, refusal)(asked.scope, receive, send)

    def answer(self, asked: Asked, refusal: Refusal) -> Response:
        """The refusal in the visitor's language: the login page for who opens a page, JSON for the rest."""
        language = request_language(Request({**asked.scope, "type": "http"}), self.rules.settings)
        wants_page = asked.path in PAGES and asked.method == "GET"
        if refusal.code == "signed-out" and wants_page and self.rules.door is not None:
            return self.rules.door.page(language, refusal.status)
        message, hint = explain(refusal.code, refusal.values, language)
        body = {"code": refusal.code, "message": message, "hint": hint}
        return JSONResponse(body, refusal.status, headers={"Cache-Control": "no-store"})


class Turnstile:
    """How many requests may be under way at once, in all and from one address."""

    def __init__(self, total: int, each: int) -> None:
        self._total, self._each = total, each
        self._inside: Counter[str] = Counter()

    def enter(self, address: str) -> bool:
        if self._inside.total() >= self._total or self._inside[address] >= self._each:
            return False
        self._inside[address] += 1
        return True

    def leave(self, address: str) -> None:
        self._inside[address] -= 1
        if self._inside[address] <= 0:
            del self._inside[address]


_OPEN = Turnstile(total=10**9, each=10**9)
