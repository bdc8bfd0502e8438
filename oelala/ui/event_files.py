"""The files that a page event names: only what visitors uploaded.

Gradio has the same rule, and in years of faults it was broken again and again; and it fetches a file that is
named by a web address, which makes whoever runs the studio a proxy. So it is checked before Gradio reads it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from oelala.ui.checks import is_inside

EVENTS = ("/gradio_api/queue/join", "/gradio_api/run/")


def checked_files(app: ASGIApp, uploads: Path, refuse: ASGIApp) -> ASGIApp:
    """`app` for events whose files are all in `uploads`; `refuse` for the others."""

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        body, left = await _whole_body(receive)
        if left:
            return
        if not names_only_uploads(body, uploads):
            await refuse(scope, receive, send)
            return
        replayed: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive_again() -> Message:
            return replayed.pop() if replayed else await receive()

        await app(scope, receive_again, send)

    return run


def names_only_uploads(body: bytes, uploads: Path) -> bool:
    """Whether every `path` in the JSON is a file in `uploads`. What is no JSON, Gradio refuses by itself."""
    try:
        waiting: list[Any] = [json.loads(body)]
    except (ValueError, RecursionError):
        return b"path" not in body and b"\\u" not in body
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if isinstance(path := value.get("path"), str) and not is_inside(path, uploads):
                return False
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return True


async def _whole_body(receive: Receive) -> tuple[bytes, bool]:
    """The body, and whether the client left before its end."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"", True
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts), False
