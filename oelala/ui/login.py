"""The password: its own page, a cookie that scripts cannot read, and a growing wait for those who guess.

Gradio's own login has no expiry, no lockout and a cookie for every site; this one is in front of all routes.
"""

from __future__ import annotations

import html
import math
from dataclasses import dataclass
from string import Template
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Scope

from oelala.settings import ASSETS, Settings
from oelala.texts import Language, say
from oelala.ui.i18n import request_language
from oelala.ui.sessions import LONGEST_SECONDS, Attempts, Sessions, same_password

LOGIN, LOGOUT = "/login", "/logout"
# What strangers may ask for: the login page, and what a browser fetches without its cookies.
OPEN_PATHS = frozenset({LOGIN, "/favicon.ico", "/robots.txt", "/manifest.json"})


@dataclass(frozen=True, slots=True)
class Door:
    """The lock of a studio with a password. `secure_hosts`: names that are reached over https only."""

    settings: Settings
    password: str
    port: int
    sessions: Sessions
    attempts: Attempts
    secure_hosts: set[str]

    @property
    def cookie(self) -> str:
        # Browsers keep cookies by host name, not by port: two studios on one machine must not share one.
        return f"oelala_session_{self.port}"

    def knows(self, scope: Scope) -> bool:
        """Whether the request carries a good session."""
        return self.sessions.knows(self._token(scope))

    def page(self, language: Language, status: int = 200, message: str = "") -> Response:
        template = Template((ASSETS / "login" / "login.html").read_text(encoding="utf-8"))
        texts = {key: say(f"login.{key}", language) for key in ("title", "lead", "password", "enter")}
        values = {**texts, "message": message, "language": language}
        body = template.substitute({key: html.escape(value) for key, value in values.items()})
        return HTMLResponse(body, status, headers={"Cache-Control": "no-store"})

    def routes(self) -> list[Route]:
        return [
            Route(LOGIN, self._show, methods=["GET"]),
            Route(LOGIN, self._enter, methods=["POST"]),
            # Gradio has a route of this name that a link can call, so no method may fall through to it.
            Route(LOGOUT, self._leave, methods=["GET", "POST"]),
        ]

    async def _show(self, request: Request) -> Response:
        if self.knows(request.scope):
            return RedirectResponse("/", 303)
        return self.page(request_language(request, self.settings))

    async def _enter(self, request: Request) -> Response:
        given = _password(await request.body())
        address = self._address(request)
        language = request_language(request, self.settings)
        # Nothing is awaited from here on, so guesses sent at once are still counted one by one.
        if (wait := math.ceil(self.attempts.wait(address))) > 0:
            answer = self.page(language, 429, say("login.wait", language, seconds=wait))
            answer.headers["Retry-After"] = str(wait)
            return answer
        if not same_password(given, self.password):
            self.attempts.wrong(address)
            return self.page(language, 401, say("login.wrong", language))
        self.attempts.right(address)
        answer = RedirectResponse("/", 303)
        answer.set_cookie(
            self.cookie,
            self.sessions.open(),
            max_age=int(LONGEST_SECONDS),
            httponly=True,
            samesite="lax",
            secure=self._secure(request),
        )
        return answer

    async def _leave(self, request: Request) -> Response:
        if request.method != "POST":
            return Response(status_code=405, headers={"Allow": "POST"})
        self.sessions.close(self._token(request.scope))
        answer = RedirectResponse(LOGIN, 303)
        answer.delete_cookie(self.cookie, httponly=True, samesite="lax", secure=self._secure(request))
        return answer

    def _token(self, scope: Scope) -> str | None:
        for line in Headers(scope=scope).getlist("cookie"):
            for part in line.split(";"):
                name, _, value = part.strip().partition("=")
                if name == self.cookie:
                    return value
        return None

    def _address(self, request: Request) -> str:
        """Who guesses. Visitors through the tunnel all come from this machine, so they count as one, and a
        stranger out there cannot lock out who sits here. Forwarded-for headers can be made up: not read.
        """
        client = request.client.host if request.client else ""
        return f"{client}+link" if (request.url.hostname or "") in self.secure_hosts else client

    def _secure(self, request: Request) -> bool:
        forwarded = request.headers.get("x-forwarded-proto", "").split(",")[0].strip()
        named = (request.url.hostname or "") in self.secure_hosts
        return named or request.url.scheme == "https" or forwarded == "https"


def _password(body: bytes) -> str:
    try:
        fields = parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=10)
    except ValueError:  # not text, or a heap of fields: no password of ours
        return ""
    return fields.get("password", [""])[0]
