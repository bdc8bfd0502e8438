"""Pictures of the page: brought by a visitor or taken from a clip, kept by the studio, shown as it sees them.

The page names a kept picture and never a path.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from oelala.errors import OelalaError
from oelala.ui.answers import (
    file_inside,
    guarded,
    json_answer,
    lasting_picture,
    receive,
    refuse,
    require_own_page,
)

if TYPE_CHECKING:
    from oelala.studio import Studio

MAX_PICTURE, MAX_FILM = 100 * 2**20, 2 * 2**30


def picture_routes(studio: Studio) -> list[Route]:
    """Uploading one, taking one from a clip or film, going on from it, its joins, and looking at one."""
    pictures = Pictures(studio)
    own = ["POST"]
    return [
        Route("/oelala/upload", pictures.upload, methods=own),
        Route("/oelala/frames/{path:path}", guarded(studio, pictures.frame), methods=own),
        Route("/oelala/continue/{path:path}", guarded(studio, pictures.go_on), methods=own),
        Route("/oelala/films", pictures.keep_film, methods=own),
        Route("/oelala/films/{reference}/frame", guarded(studio, pictures.film_frame), methods=own),
        Route("/oelala/films/{reference}/continue", guarded(studio, pictures.film_goes_on), methods=own),
        Route("/oelala/joins/{path:path}", guarded(studio, pictures.joins), methods=["GET"]),
        Route("/oelala/pictures/{reference}", guarded(studio, pictures.show), methods=["GET"]),
    ]


class Pictures:
    """The handlers; nothing is remembered of a visitor."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    async def upload(self, request: Request) -> Response:
        """The body is a picture, its name in `?name=`; answers what to call it from now on."""
        return await self._receive(
            request, MAX_PICTURE, lambda *file: _view(self._studio.keep_picture(*file))
        )

    async def keep_film(self, request: Request) -> Response:
        """The body is a film of the visitor's own, its name in `?name=`; answers what to call it."""
        return await self._receive(
            request, MAX_FILM, lambda *file: {"reference": self._studio.keep_film(*file)}
        )

    async def _receive(self, request: Request, most: int, keep: Callable[[Path, str], Any]) -> Response:
        name = Path(request.query_params.get("name", "")).name[:120] or "?"
        path = self._studio.workspace.tmp / f"picture-{secrets.token_hex(8)}"
        try:
            require_own_page(request)
            await receive(request, path, most)
            answer = await run_in_threadpool(keep, path, name)
        except OelalaError as fault:
            return refuse(self._studio, request, fault)
        except ClientDisconnect:
            return Response(status_code=400)
        finally:
            path.unlink(missing_ok=True)
        return json_answer(answer)

    def frame(self, request: Request) -> Any:
        """A frame of a clip in the outputs folder: the one at `?seconds=`, or the last."""
        clip = file_inside(self._studio.workspace.outputs, request.path_params["path"])
        return _view(self._studio.keep_frame(clip, _seconds(request)))

    def go_on(self, request: Request) -> Any:
        """The settings that go on where a clip of the outputs folder ends."""
        clip = file_inside(self._studio.workspace.outputs, request.path_params["path"])
        return {"kind": "image-to-video", "values": self._studio.continue_clip(clip)}

    def film_frame(self, request: Request) -> Any:
        """As `frame`, of a kept film."""
        film = self._studio.kept_file(request.path_params["reference"])
        return _view(self._studio.keep_frame(film, _seconds(request)))

    def film_goes_on(self, request: Request) -> Any:
        """As `go_on`, of a kept film."""
        film = self._studio.kept_file(request.path_params["reference"])
        return {"kind": "image-to-video", "values": self._studio.continue_clip(film)}

    def joins(self, request: Request) -> Any:
        """Where a clip of the outputs folder was joined, and how much of that is seen."""
        clip = file_inside(self._studio.workspace.outputs, request.path_params["path"])
        return {"joins": self._studio.clip_joins(clip)}

    def show(self, request: Request) -> Response:
        return lasting_picture(self._studio.picture_preview(request.path_params["reference"]))


def _view(kept: Any) -> dict[str, Any]:
    return {"reference": kept.reference, "width": kept.width, "height": kept.height}


def _seconds(request: Request) -> float | None:
    try:
        seconds = float(request.query_params["seconds"])
    except (KeyError, ValueError):
        return None
    return seconds if 0 <= seconds < 10**6 else None
