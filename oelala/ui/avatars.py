"""Avatars of the page: listed with their pictures, taken as a character, made of a picture of the form."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from oelala.studio import Avatar, DamagedAvatar, Studio
from oelala.texts import explain
from oelala.ui.answers import guarded, lasting_picture
from oelala.ui.i18n import request_language


def avatar_routes(studio: Studio) -> list[Route]:
    avatars = Avatars(studio)
    own = ["POST"]
    return [
        Route("/oelala/avatars", guarded(studio, avatars.list), methods=["GET"]),
        Route("/oelala/avatars", guarded(studio, avatars.create), methods=own),
        Route("/oelala/avatars/{name}/pictures/{picture}", guarded(studio, avatars.picture), methods=["GET"]),
        Route("/oelala/avatars/{name}/take", guarded(studio, avatars.take), methods=own),
    ]


class Avatars:
    """The handlers; nothing is remembered of a visitor."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def list(self, request: Request) -> Any:
        """Each with its `name` and the `picture` it is known by; a damaged one has `words` instead."""
        return {"avatars": [self._view(one, request) for one in self._studio.avatars()]}

    def _view(self, one: Avatar | DamagedAvatar, request: Request) -> dict[str, Any]:
        if isinstance(one, DamagedAvatar):
            language = request_language(request, self._studio.settings)
            return {"name": one.name, "words": " ".join(explain(one.fault.code, one.fault.values, language))}
        return {"name": one.name, "picture": one.pictures[0].name}

    def create(self, request: Request) -> Any:
        """Of a kept `?picture=`, under `?name=`; `?consent=1`: this is the visitor, somebody who agreed, or
        nobody real."""
        query = request.query_params
        consent = query.get("consent") == "1"
        name, picture = query.get("name", ""), query.get("picture", "")
        return {"name": self._studio.avatar_of_picture(name, picture, consent=consent).name}

    def picture(self, request: Request) -> Response:
        """By its hash: another picture of that name has another address."""
        return lasting_picture(self._studio.avatar_preview(**request.path_params))

    def take(self, request: Request) -> Any:
        """The `reference` of its best picture, kept as that of the form."""
        return {"reference": self._studio.keep_character(request.path_params["name"]).reference}
