"""What the live panels ask for, all under /oelala: thin handlers over the studio's verbs, JSON out.

Who may ask is decided in front of them (`ui/guard.py`); that a change comes from our own page is checked in
`ui/answers.py`, too.
"""

from __future__ import annotations

import secrets
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from oelala.errors import OelalaError
from oelala.tasks.download import Download
from oelala.ui.answers import file_inside, guarded, json_answer, receive, refuse, require_own_page
from oelala.ui.avatars import avatar_routes
from oelala.ui.head import BOOT, ROOT, STATIC, asset_version
from oelala.ui.i18n import request_language
from oelala.ui.model_care import care_routes, what_is_left
from oelala.ui.motions import motion_routes
from oelala.ui.pictures import picture_routes
from oelala.ui.views import SHOWN_AT_ITS_FIELD, job_view, output_view

if TYPE_CHECKING:
    from oelala.studio import Studio

CONTENT_TYPES = {".mp4": "video/mp4", ".jpg": "image/jpeg", ".webp": "image/webp"}
ASSET_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
RESTORABLE = frozenset({".mp4", ".json"})
MAX_RESTORE = 512 * 2**20
FIRST_JOBS, MORE_JOBS = 50, 100
FIRST_LINES, MORE_LINES = 200, 500
GALLERY_PAGE = 60


def routes(studio: Studio, max_restore: int = MAX_RESTORE) -> list[Route]:
    """To be put in front of Gradio's own. `max_restore`: bytes of a file whose settings are asked for."""
    panels = Panels(studio, max_restore)

    def get(path: str, handler: Any, *methods: str) -> Route:
        return Route(f"/oelala/{path}", guarded(studio, handler), methods=["GET", *methods])

    def post(path: str, handler: Any) -> Route:
        return Route(f"/oelala/{path}", guarded(studio, handler), methods=["POST"])

    return [
        get("poll", panels.poll),
        get("gallery", panels.gallery),
        get("settings/{path:path}", panels.settings),
        get("outputs/{path:path}", panels.output, "HEAD"),
        get("preview/{job}", panels.preview),
        get("jobs/{job}", panels.job),
        post("jobs/{job}/cancel", panels.cancel),
        post("jobs/{job}/retry", panels.retry),
        post("models/{model}/download", panels.download),
        Route("/oelala/restore", panels.restore, methods=["POST"]),
        *picture_routes(studio),
        *motion_routes(studio),
        *avatar_routes(studio),
        *care_routes(studio, panels.view),
        Route(f"{STATIC}{{version}}/{{path:path}}", asset, methods=["GET", "HEAD"]),
    ]


class Panels:
    """The handlers. State lives in the queue and on disk; nothing is remembered of a visitor."""

    def __init__(self, studio: Studio, max_restore: int) -> None:
        self._studio = studio
        self._max_restore = max_restore
        self._outputs = studio.workspace.outputs
        self._titles = {model.id: model.title for model in studio.models()}
        self._titles |= {lora.id: lora.title for lora in studio.speeds()}
        self._titles |= {one.id: one.title for one in studio.detectors_to_get()}

    def poll(self, request: Request) -> Any:
        """What is new since the cursors `jobs` (a revision) and `log`; 204 when nothing is.

        A page of another run of the studio (`boot`) is only told which one this is.

        Without `jobs` the newest jobs, without `log` the newest lines, to attach to what is going on.
        """
        query = request.query_params
        if query.get("boot", BOOT) != BOOT:
            return {"boot": BOOT}
        jobs, revision = self._jobs(query.get("jobs"))
        log_limit = MORE_LINES if query.get("log") else FIRST_LINES
        feed = self._studio.log_since(query.get("log") or None, log_limit)
        unchanged = query.get("jobs") == str(revision) and query.get("log") == feed.cursor
        if unchanged and not jobs and not feed.records:
            return Response(status_code=204)
        return {
            "now": time.time(),
            "revision": revision,
            "jobs": [self.view(request, job) for job in jobs if job.kind not in SHOWN_AT_ITS_FIELD],
            "cursor": feed.cursor,
            "log": feed.records,
        }

    def _jobs(self, since: str | None) -> tuple[list[Any], int]:
        if since is not None and since.isascii() and since.isdigit() and len(since) < 19:
            return self._studio.jobs_since(int(since), MORE_JOBS)
        jobs = self._studio.jobs(FIRST_JOBS)
        return jobs, max((job.revision for job in jobs), default=0)

    def gallery(self, request: Request) -> Any:
        offset, limit = (_count(request, name, most) for name, most in (("offset", 10**6), ("limit", 200)))
        outputs = self._studio.outputs(limit or GALLERY_PAGE, offset)
        return [output_view(output, self._outputs) for output in outputs]

    def settings(self, request: Request) -> Any:
        """The task inside a clip of the outputs folder."""
        task = self._studio.restore(self._inside(request.path_params["path"]))
        return {"kind": task.kind, "values": task.model_dump()}

    def job(self, request: Request) -> Any:
        job = self._studio.job(request.path_params["job"])
        return {"kind": job.kind, "values": {k: v for k, v in job.task.items() if k != "kind"}}

    def cancel(self, request: Request) -> Any:
        return self.view(request, self._studio.cancel(request.path_params["job"]))

    def retry(self, request: Request) -> Any:
        """A clip is made again; a download goes on, once however often that is asked for."""
        job = self._studio.job(request.path_params["job"])
        if job.kind == Download.kind:
            return self.view(request, self._studio.download(job.task["model"], anyway=True))
        return self.view(request, self._studio.retry(job.id))

    def download(self, request: Request) -> Any:
        return self.view(request, self._studio.download(request.path_params["model"]))

    def view(self, request: Request, job: Any) -> dict[str, Any]:
        language = request_language(request, self._studio.settings)
        shown = job_view(job, language, self._titles, self._studio.title_of(job.task))
        return shown | what_is_left(self._studio, job)

    def preview(self, request: Request) -> Response:
        path = self._studio.preview(request.path_params["job"])
        if path is None:
            raise OelalaError("no-such-file", path=request.path_params["job"])
        try:
            content = path.read_bytes()  # small, and replaced at any moment
        except OSError as fault:
            raise OelalaError("no-such-file", path=path.name) from fault
        return Response(content, media_type="image/webp", headers={"Cache-Control": "no-store"})

    def output(self, request: Request) -> Response:
        """A clip or its poster, whole or in ranges; `?save` offers it as a download."""
        path = self._inside(request.path_params["path"])
        kind = CONTENT_TYPES.get(path.suffix)
        if kind is None:
            raise OelalaError("no-such-file", path=path.name)
        headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=3600"}
        name = path.name if "save" in request.query_params else None
        return FileResponse(path, media_type=kind, headers=headers, filename=name)

    def _inside(self, relative: str) -> Path:
        return file_inside(self._outputs, relative)

    async def restore(self, request: Request) -> Response:
        """The task inside a dropped mp4 or JSON (the body; its name in `?name=`). The copy does not stay."""
        name = Path(request.query_params.get("name", "")).name[:120]
        suffix = Path(name).suffix.lower()
        path = self._studio.workspace.tmp / f"restore-{secrets.token_hex(8)}{suffix}"
        try:
            require_own_page(request)
            if suffix not in RESTORABLE:
                raise OelalaError("no-metadata", name=name or "?")
            await receive(request, path, self._max_restore)
            task = await run_in_threadpool(self._restore, path, name)
        except OelalaError as fault:
            return refuse(self._studio, request, fault)
        except ClientDisconnect:
            return Response(status_code=400)
        finally:
            path.unlink(missing_ok=True)
        return json_answer({"kind": task.kind, "values": task.model_dump()})

    def _restore(self, path: Path, name: str) -> Any:
        try:
            return self._studio.restore(path)
        except OelalaError as fault:
            if "name" in fault.values:  # the visitor's name for it, not ours
                raise OelalaError(fault.code, **{**fault.values, "name": name}) from fault
            raise


def _count(request: Request, name: str, most: int) -> int:
    text = request.query_params.get(name, "0")
    return min(int(text), most) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def asset(request: Request) -> Response:
    """The page's own style, scripts and font. The version in the address changes with them, so they keep."""
    path = (ROOT / request.path_params["path"]).resolve()
    inside = path.is_relative_to(ROOT.resolve()) and path.is_file()
    kind = ASSET_TYPES.get(path.suffix) if inside else None
    if kind is None:
        return Response(status_code=404)
    fresh = request.path_params["version"] == asset_version()
    caching = "public, max-age=31536000, immutable" if fresh else "no-cache"
    return FileResponse(path, media_type=kind, headers={"Cache-Control": caching})
