"""Motions of the page: brought by a visitor, searched for people by a job, shown as points, fitted.

The page names a kept or shipped motion and never a path.
"""

from __future__ import annotations

import json
import math
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from oelala.errors import OelalaError
from oelala.tasks.draw_motion import DrawMotion
from oelala.tasks.job import Cancelled, Done, Failed, Job, Queued, Running
from oelala.tasks.read_motion import ReadMotion
from oelala.texts import say
from oelala.texts.pose_fit import finding_in_words
from oelala.ui.answers import file_inside, guarded, json_answer, receive, refuse, require_own_page
from oelala.ui.i18n import request_language
from oelala.ui.views import fault_view

if TYPE_CHECKING:
    from oelala.studio import Studio

MAX_MOTION = 1024 * 2**20
MAX_ASKED = 64 * 2**10
_OURS = frozenset({ReadMotion.kind, DrawMotion.kind})


def motion_routes(studio: Studio) -> list[Route]:
    """Uploading one, finding the people in it, looking at one, taking it along, fitting one; and how well a
    clip follows."""
    motions = Motions(studio)
    own = ["POST"]
    return [
        Route("/oelala/detectors", guarded(studio, motions.detectors), methods=["GET"]),
        Route("/oelala/motions", motions.upload, methods=own),
        Route("/oelala/motions/fit", motions.fit, methods=own),
        Route("/oelala/motions/find/{reference}", guarded(studio, motions.find), methods=own),
        Route("/oelala/motions/film/{reference}", guarded(studio, motions.film), methods=["GET"]),
        Route("/oelala/motions/jobs/{job}", guarded(studio, motions.job), methods=["GET"]),
        Route("/oelala/motions/{motion}", guarded(studio, motions.show), methods=["GET"]),
        Route("/oelala/motions/{motion}/draw", guarded(studio, motions.draw), methods=own),
        Route("/oelala/motions/{motion}/read", guarded(studio, motions.read), methods=own),
        Route("/oelala/motions/{motion}/openpose.zip", guarded(studio, motions.points), methods=["GET"]),
        Route("/oelala/motions/{motion}/skeleton.mp4", guarded(studio, motions.drawing), methods=["GET"]),
        Route("/oelala/motions/{motion}/film.webp", guarded(studio, motions.stills), methods=["GET"]),
        Route("/oelala/scores/{path:path}", guarded(studio, motions.score), methods=["GET"]),
    ]


class Motions:
    """The handlers; nothing is remembered of a visitor."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def detectors(self, request: Request) -> Any:
        """What finds bodies: its `name` in a task, its `title`, and `get`: None where it can be used here,
        else what to do for it."""
        language = request_language(request, self._studio.settings)
        return [
            {
                "name": name,
                "title": say(f"detector.{name}", language),
                "get": None if lack is None else say(f"detector.{name}.get", language, **lack.values),
            }
            for name, lack in self._studio.detectors().items()
        ]

    async def upload(self, request: Request) -> Response:
        """The body is a film, a picture or OpenPose's JSON, its name in `?name=`. Answers its `reference`,
        and the `job` that looks for people in it (with `?closely=1` for hands and faces, too; by
        `?detector=`); none where it holds points already. Of a long film the first part is searched, at
        `?fps=` frames a second at most."""
        name = Path(request.query_params.get("name", "")).name[:120] or "?"
        suffix = Path(name).suffix.lower()[:6]
        path = self._studio.workspace.tmp / f"motion-{secrets.token_hex(8)}{suffix}"
        try:
            require_own_page(request)
            await receive(request, path, MAX_MOTION)
            fps = _number(request, "fps")
            answer = await run_in_threadpool(self._keep, path, name, fps, _wish(request))
        except OelalaError as fault:
            return refuse(self._studio, request, fault)
        except ClientDisconnect:
            return Response(status_code=400)
        finally:
            path.unlink(missing_ok=True)
        return json_answer(answer)

    def _keep(self, path: Path, name: str, fps: float | None, wish: dict[str, Any]) -> dict[str, Any]:
        kept = self._studio.keep_motion(path, name)
        if kept.pose:
            return {"reference": kept.reference, "job": None}
        part = self._studio.first_part(kept.reference, fps)
        job = self._studio.find_motion(kept.reference, name, part=part, **wish)
        return {"reference": kept.reference, "job": job.id}

    def find(self, request: Request) -> Any:
        """Looks for people in what is kept already: the character's picture, or the film of a motion that is
        to be looked at with `?closely=1`, or by another `?detector=`; with `?end=` in the part of it from
        `?start=`, in seconds, at `?fps=` frames a second at most."""
        reference = request.path_params["reference"]
        start, end, fps = (_number(request, name) for name in ("start", "end", "fps"))
        part = None
        if end is not None:
            part = self._studio.chosen_part(reference, start or 0.0, end, fps)
        return {"job": self._studio.find_motion(reference, part=part, **_wish(request)).id}

    def film(self, request: Request) -> Any:
        """The `seconds` and the `fps` of a kept film; a picture lasts none."""
        return self._studio.film_view(request.path_params["reference"])

    def job(self, request: Request) -> Any:
        """How far the search for people is; once it is done, the `motion` that was found, and by which
        `detector`; else the `film` that it was in."""
        job = self._studio.job(request.path_params["job"])
        if job.kind not in _OURS:
            raise OelalaError("unknown-job", job=job.id)
        language = request_language(request, self._studio.settings)
        return {"state": job.state.name, **_found(job, language)}

    def show(self, request: Request) -> Any:
        return self._studio.motion_view(request.path_params["motion"])

    def read(self, request: Request) -> Any:
        """Once more, of a file that says too little: at `?fps=` frames a second, in a frame of `?width=` ×
        `?height=` pixels. Answers its new `reference`."""
        fps, width, height = (_number(request, name) for name in ("fps", "width", "height"))
        size = None if width is None or height is None else (round(width), round(height))
        motion = request.path_params["motion"]
        return {"reference": self._studio.read_again(motion, fps, size).reference}

    def draw(self, request: Request) -> Any:
        """Draws its skeleton as a film, by a job that is followed as the search is."""
        return {"job": self._studio.draw_motion(request.path_params["motion"]).id}

    def points(self, request: Request) -> Response:
        """OpenPose's JSON, one file a frame."""
        motion = request.path_params["motion"]
        return _download(
            self._studio.motion_points(motion), "application/zip", f"{_title(motion)}-openpose.zip"
        )

    def drawing(self, request: Request) -> Response:
        motion = request.path_params["motion"]
        return _download(self._studio.motion_drawing(motion), "video/mp4", f"{_title(motion)}-skeleton.mp4")

    def stills(self, request: Request) -> Response:
        """Small stills of the film that it was found in, in one picture (`motion_view` says how)."""
        film = self._studio.motion_stills(request.path_params["motion"])
        headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=86400"}
        return FileResponse(film, media_type="image/webp", headers=headers)

    async def fit(self, request: Request) -> Response:
        """The body is JSON: fields of a pose-transfer task, and `character`, the motion found in its
        picture. Answers the points to draw, and `words` for what does not fit."""
        try:
            require_own_page(request)
            asked = _asked(await request.body())
            view = await run_in_threadpool(self._fit, asked)
        except OelalaError as fault:
            return refuse(self._studio, request, fault)
        except ClientDisconnect:
            return Response(status_code=400)
        language = request_language(request, self._studio.settings)
        words = [
            {
                "text": finding_in_words(one["code"], one["joints"], one["values"], language),
                "serious": one["serious"],
            }
            for one in view.pop("findings")
        ]
        return json_answer({**view, "words": words})

    def _fit(self, asked: dict[str, Any]) -> dict[str, Any]:
        character = asked.pop("character", None)
        return self._studio.fitted_view(asked, str(character) if character else None)

    def score(self, request: Request) -> Any:
        """How well a clip of the outputs folder follows its motion; empty for one that follows none."""
        clip = file_inside(self._studio.workspace.outputs, request.path_params["path"])
        return self._studio.clip_score(clip)


def _found(job: Job, language: Any) -> dict[str, Any]:
    match job.state:
        case Running(_, progress, _):
            return {"step": progress.step, "total": progress.total}
        case Done(_, _, result):
            detector = {"detector": job.task["model"]} if job.kind == ReadMotion.kind else {}
            return {"motion": result.details["motion"], **detector}
        case Failed(_, _, code, values):
            return {**fault_view(code, values, language), **_film(job)}
        case Cancelled():
            return _film(job)
        case Queued():
            return {}


def _film(job: Job) -> dict[str, Any]:
    return {"film": job.task["file"]} if job.kind == ReadMotion.kind else {}


def _title(motion: str) -> str:
    """A shipped motion has a name; of a kept one only its hash is known."""
    return motion if motion.isalpha() else "motion"


def _download(path: Path, kind: str, name: str) -> Response:
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    return FileResponse(path, media_type=kind, headers=headers, filename=name)


def _wish(request: Request) -> dict[str, Any]:
    query = request.query_params
    return {"closely": query.get("closely") == "1", "detector": query.get("detector", "mediapipe")}


def _number(request: Request, name: str) -> float | None:
    """None also for what is no number."""
    try:
        number = float(request.query_params[name])
    except (KeyError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _asked(body: bytes) -> dict[str, Any]:
    """Raises OelalaError ("unreadable-file")."""
    try:
        asked = json.loads(body) if len(body) <= MAX_ASKED else None
    except ValueError:
        asked = None
    if not isinstance(asked, Mapping) or not {"width", "height", "num_frames"} <= asked.keys():
        raise OelalaError("unreadable-file", name="JSON", reason="{…}")
    return dict(asked)
