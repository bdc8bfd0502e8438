"""What our own routes have in common: JSON out, faults too, posts of our own page only, bodies to files."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from oelala.errors import OelalaError
from oelala.ui.i18n import request_language
from oelala.ui.views import error_view

if TYPE_CHECKING:
    from oelala.studio import Studio

HEADER = "x-oelala"
_STATUS = {
    **dict.fromkeys(("unknown-job", "no-such-file", "picture-gone", "motion-gone", "unknown-avatar"), 404),
    "upload-too-large": 413,
    "not-from-page": 403,
}


def guarded(studio: Studio, handler: Callable[[Request], Any]) -> Callable[[Request], Response]:
    """The handler with its faults turned into JSON; plain functions run in Starlette's threads."""

    @functools.wraps(handler)
    def run(request: Request) -> Response:
        try:
            if request.method == "POST":
                require_own_page(request)
            answer = handler(request)
        except OelalaError as fault:
            return refuse(studio, request, fault)
        return answer if isinstance(answer, Response) else json_answer(answer)

    return run


def json_answer(value: Any, status: int = 200) -> JSONResponse:
    return JSONResponse(value, status, headers={"Cache-Control": "no-store"})


def lasting_picture(content: bytes) -> Response:
    """A WebP under an address that names its content: what the browser shows of it is fetched once."""
    headers = {"Cache-Control": "private, max-age=31536000, immutable"}
    return Response(content, media_type="image/webp", headers=headers)


def refuse(studio: Studio, request: Request, fault: OelalaError) -> JSONResponse:
    language = request_language(request, studio.settings)
    return json_answer(error_view(fault, language), _STATUS.get(fault.code, 400))


def require_own_page(request: Request) -> None:
    """A header that a foreign page cannot send without asking first. Raises OelalaError ("not-from-page")."""
    if HEADER not in request.headers:
        raise OelalaError("not-from-page")


def file_inside(root: Path, relative: str) -> Path:
    """The file of that folder, links followed. Raises OelalaError ("no-such-file")."""
    try:
        folder = root.resolve()
        path = (folder / relative).resolve()
        if path.is_relative_to(folder) and path.is_file():
            return path
    except (OSError, ValueError):
        pass  # a name no file can have
    raise OelalaError("no-such-file", path=relative[:80])


async def receive(request: Request, path: Path, limit: int) -> None:
    """The request's body as a new file of at most `limit` bytes.

    Raises OelalaError ("upload-too-large", "unreadable-file") and ClientDisconnect.
    """
    size = 0
    try:
        with path.open("xb") as file:
            async for chunk in request.stream():
                size += len(chunk)
                if size > limit:
                    raise OelalaError("upload-too-large", limit=f"{limit // 2**20} MB")
                file.write(chunk)
    except OSError as fault:
        raise OelalaError("unreadable-file", name=path.name, reason=fault.strerror or "") from fault
