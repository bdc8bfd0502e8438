"""Looking after the models on the page: what they take, checked, removed, and the token that some need.

All of it changes the disk of whoever runs the studio, and is for anyone who may use the page: nobody else
reaches these routes. A studio that others can reach has a password, over a share link too, and whoever has
it is let in as an owner: they may queue clips of any size and fetch models of any size, so they may remove
and check them. A token can be set and never read back by anyone; setting one can replace the owner's, which
costs no more than giving it again. The guard and the header of our own page stand before them as before all
other routes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from oelala.errors import OelalaError
from oelala.studio import human_bytes
from oelala.tasks.download import Download
from oelala.tasks.job import Cancelled, Done, Failed, Job, Queued, Running
from oelala.texts import Language, explain, say
from oelala.ui.answers import guarded, json_answer, refuse, require_own_page
from oelala.ui.i18n import request_language

if TYPE_CHECKING:
    from oelala.models.download import Removed
    from oelala.studio import Studio
    from oelala.studio.model_care import Care

View = Callable[[Request, Job], dict[str, Any]]
MAX_TOKEN = 1000  # bytes
_NAMED = 3  # damaged files that are named


def care_routes(studio: Studio, view: View) -> list[Route]:
    """`view`: of a job, as the queue shows it."""
    care = ModelCare(studio, view)

    def route(path: str, handler: Any, method: str) -> Route:
        return Route(f"/oelala/models/{{model}}/{path}", guarded(studio, handler), methods=[method])

    return [
        route("care", care.show, "GET"),
        route("verify", care.verify, "POST"),
        route("remove", care.remove, "POST"),
        Route("/oelala/hub-token", care.token, methods=["POST"]),
    ]


class ModelCare:
    """The handlers; nothing is remembered."""

    def __init__(self, studio: Studio, view: View) -> None:
        self._studio, self._view = studio, view

    def show(self, request: Request) -> Any:
        """What is here of the model, and what can be done with it, in words."""
        language = request_language(request, self._studio.settings)
        return care_view(self._studio.care(request.path_params["model"]), language)

    def verify(self, request: Request) -> Any:
        self._studio.verify(request.path_params["model"])
        return self.show(request)

    def remove(self, request: Request) -> Any:
        """`message`: what came free. `jobs`: its former downloads, which have nothing left to go on with."""
        model = request.path_params["model"]
        language = request_language(request, self._studio.settings)
        removed = self._studio.remove_model(model)
        jobs = [self._view(request, job) for job in self._studio.downloads_of(model)]
        return {"message": _words(_freed(removed, language), _shared(removed, language)), "jobs": jobs}

    async def token(self, request: Request) -> Response:
        """The body is the token. It is kept, and never told again, in a log or an answer either."""
        try:
            require_own_page(request)
            given = await _body(request, MAX_TOKEN)
            await run_in_threadpool(self._studio.keep_token, given)
        except OelalaError as fault:
            return refuse(self._studio, request, fault)
        except ClientDisconnect:
            return Response(status_code=400)
        return json_answer({"kept": bool(given.strip())})


def what_is_left(studio: Studio, job: Job) -> dict[str, bool]:
    """Of a download that was paused or failed: `left` False where nothing of what it brought is here."""
    if job.kind != Download.kind or not isinstance(job.state, Cancelled | Failed):
        return {}
    return {"left": studio.begun(str(job.task["model"]))}


def care_view(care: Care, language: Language) -> dict[str, Any]:
    """`remove`: what is asked before, None where it cannot be, which `why` explains."""
    check = _check(care, language)
    if care.folder is None and check is not None and check.get("sound"):
        check = None  # it has been removed since
    why = "" if care.obstacle is None else _obstacle(care.obstacle, language)
    return {
        "about": _about(care, language),
        "whole": care.folder is not None,
        "check": check,
        "remove": None if care.removal is None else _ask(care, care.removal, language),
        "why": why,
    }


def _about(care: Care, language: Language) -> str:
    if care.folder is not None:
        return say("care.place", language, size=human_bytes(care.bytes), path=str(care.folder))
    if care.own is not None:
        return say("care.lacking.own", language, path=str(care.own))
    if care.removal is not None and care.removal.freed:
        return say("care.begun", language, size=human_bytes(care.removal.freed))
    return say("care.nothing", language)


def _ask(care: Care, removal: Removed, language: Language) -> str:
    kind = "listed" if care.added and (care.own or care.folder) else "remove" if care.folder else "discard"
    ask = say(f"care.ask.{kind}", language, model=care.title, size=human_bytes(removal.freed))
    return _words(ask, _shared(removal, language))


def _obstacle(fault: OelalaError, language: Language) -> str:
    """Nothing of it being here is no obstacle worth a word."""
    return "" if fault.code == "model-missing" else _words(*explain(fault.code, fault.values, language))


def _check(care: Care, language: Language) -> dict[str, Any] | None:
    """The last one: how far it is (in megabytes), or how it ended."""
    if (job := care.check) is None:
        return None
    match job.state:
        case Queued():
            return {"job": job.id, "done": 0, "total": 0}
        case Running(progress=progress):
            return {"job": job.id, "done": progress.step, "total": progress.total}
        case Done(result=result):
            return {"words": _verdict(result.details, care, language), "sound": _sound(result.details)}
        case Failed(code=code, values=values):
            return {"words": _words(*explain(code, values, language)), "sound": False}
        case Cancelled():
            return None


def _sound(details: Any) -> bool:
    return not details["damaged"] and not details["missing"]


def _verdict(details: Any, care: Care, language: Language) -> str:
    bad = [*details["damaged"], *details["missing"]]
    if bad:
        names = ", ".join(bad[:_NAMED]) + (" …" if len(bad) > _NAMED else "")
        if care.own is not None:
            return say("care.unsound.own", language, count=len(bad), names=names, path=str(care.own))
        return say("care.unsound", language, count=len(bad), names=names)
    sound = say("care.sound", language, files=details["files"], size=human_bytes(details["bytes"]))
    unknown = say("care.unknown", language, count=len(details["unknown"])) if details["unknown"] else ""
    return _words(sound, unknown)


def _freed(removed: Removed, language: Language) -> str:
    return say("care.freed", language, size=human_bytes(removed.freed))


def _shared(removed: Removed, language: Language) -> str:
    parts, models = ", ".join(removed.kept), ", ".join(removed.needed_by)
    return say("care.shared", language, parts=parts, models=models) if removed.kept else ""


def _words(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


async def _body(request: Request, limit: int) -> str:
    """Raises OelalaError ("bad-token") for what is none by its length or its letters alone."""
    text = bytearray()
    async for chunk in request.stream():
        text += chunk
        if len(text) > limit:
            raise OelalaError("bad-token")
    try:
        return text.decode("ascii")
    except UnicodeDecodeError as fault:
        raise OelalaError("bad-token") from fault
