"""The page in the visitor's language.

Gradio's description of the page is built once, with marks where sentences belong. `PageLanguage` fills the
marks in for each visitor, so a language costs no second page and no flash of the wrong one. What handlers
answer later they say in `request_language`.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from oelala.settings import Settings
from oelala.texts import LANGUAGES, Language, all_texts, choose_language, say

COOKIE = "oelala_language"
# The answers of Gradio that hold its description of the page.
PAGES = frozenset({"/", "/config", "/config/"})
# `say` without the language: a key and the values of its placeholders.
Say = Callable[..., str]

_MARK = re.compile(r"\[\[oelala:(text|html|both):([A-Za-z0-9_.-]+)\]\]")


def mark(key: str, **values: Any) -> str:
    """Stands for the text `key` in a label, a placeholder or a choice: `say` for every language at once."""
    if not values:
        return _known(key, "text")
    return both_mark({language: say(key, language, **values) for language in LANGUAGES})


def html_mark(key: str) -> str:
    """Stands for the text `key` inside markup: what fills it in is escaped."""
    return _known(key, "html")


def both_mark(text: Mapping[str, str]) -> str:
    """Stands for a sentence that is not in `oelala.texts`, such as a preset's title, by language."""
    return f"[[oelala:both:{json.dumps(dict(text)).encode().hex()}]]"


def fill_marks(text: str, language: Language, *, in_json: bool) -> str:
    """Every mark replaced by its sentence; `in_json`: the text is JSON or a script, so quotes are escaped."""

    def fill(match: re.Match[str]) -> str:
        sentence = _sentence(match[1], match[2], language)
        return json_in_html(sentence)[1:-1] if in_json else sentence

    return _MARK.sub(fill, text)


def json_in_html(value: Any) -> str:
    """JSON that can stand inside a script element: it holds no markup and no line separators."""
    plain = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return plain.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def cookie_language(cookies: Mapping[str, str]) -> Language | None:
    return next((language for language in LANGUAGES if cookies.get(COOKIE) == language), None)


def request_language(request: Any, settings: Settings) -> Language:
    """The switch's cookie, then `--language`, then Accept-Language.

    `request`: Starlette's or `gradio.Request`.
    """
    if chosen := cookie_language(request.cookies):
        return chosen
    if settings.language_given:
        return settings.language
    return choose_language(request.headers.get("accept-language"))


def sayer(language: Language) -> Say:
    return lambda key, **values: say(key, language, **values)


def _known(key: str, form: str) -> str:
    if key not in all_texts():
        raise KeyError(key)
    return f"[[oelala:{form}:{key}]]"


def _sentence(form: str, key: str, language: Language) -> str:
    if form == "both":
        by_language: dict[str, str] = json.loads(bytes.fromhex(key))
        return by_language.get(language) or next(iter(by_language.values()), "")
    sentence = say(key, language)
    return html.escape(sentence) if form == "html" else sentence


class PageLanguage:
    """ASGI middleware, inside compression: fills the marks in Gradio's page and puts our own head into it."""

    def __init__(self, app: ASGIApp, settings: Settings, head: Callable[[Language], str]) -> None:
        self._app, self._settings, self._head = app, settings, head

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] not in PAGES:
            await self._app(scope, receive, send)
            return
        from starlette.requests import Request

        language = request_language(Request(scope), self._settings)
        rewriter = _Rewriter(send, lambda body, kind: self._translate(body, kind, language))
        await self._app(scope, receive, rewriter)

    def _translate(self, body: str, content_type: str, language: Language) -> str:
        body = fill_marks(body, language, in_json=True)
        if content_type.startswith("text/html"):
            body = re.sub(r'<html\s+lang="en"', f'<html lang="{language}"', body, count=1)
            body = body.replace("<head>", "<head>" + self._head(language), 1)
        return body


class _Rewriter:
    """Collects one textual answer, rewrites it, and sends it on with the right length."""

    def __init__(self, send: Send, rewrite: Callable[[str, str], str]) -> None:
        self._send, self._rewrite = send, rewrite
        self._start: Message | None = None
        self._chunks: list[bytes] = []

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        if self._start is None or message["type"] != "http.response.body":
            await self._send(message)
            return
        self._chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            await self._finish(self._start)

    async def _finish(self, start: Message) -> None:
        content_type = Headers(raw=start["headers"]).get("content-type", "")
        body = b"".join(self._chunks)
        if body and content_type.startswith(("text/html", "application/json")):
            body = self._rewrite(body.decode("utf-8"), content_type).encode("utf-8")
            headers = MutableHeaders(scope=start)
            headers["content-length"] = str(len(body))
            headers["cache-control"] = "no-cache"
            headers.add_vary_header("Cookie")
            headers.add_vary_header("Accept-Language")
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})
