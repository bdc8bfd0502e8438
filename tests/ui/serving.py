"""A really running server with a small Gradio page, for the tests of the guard and the login."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from oelala.settings import Settings
from oelala.ui.listener import Listener, listen
from oelala.ui.server import Server, assemble


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Running:
    server: Server
    workspace: Path

    @property
    def port(self) -> int:
        return self.server.listener.port

    @property
    def url(self) -> str:
        return self.server.address.rstrip("/")

    @property
    def tmp(self) -> Path:
        return self.workspace / ".oelala" / "tmp"

    def client(self, **options: Any) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=10, trust_env=False, **options)


@contextmanager
def running(workspace: Path, *, real: bool = False, **settings: Any) -> Iterator[Running]:
    """A guarded server on a free port of 127.0.0.1: the real page and routes, or small ones like them."""
    tmp = workspace / ".oelala" / "tmp"
    tmp.mkdir(parents=True, exist_ok=True)
    before = os.environ.get("GRADIO_TEMP_DIR")
    os.environ["GRADIO_TEMP_DIR"] = str(tmp)
    own = Settings(workspace=workspace, port=free_port(), open_browser=False, **settings)
    listener = listen(own)
    server = (
        _real(own, listener) if real else assemble(small_page(), {}, own_routes(workspace), own, listener)
    )
    server.start()
    try:
        yield Running(server, workspace)
    finally:
        server.stop()
        if before is None:
            del os.environ["GRADIO_TEMP_DIR"]
        else:
            os.environ["GRADIO_TEMP_DIR"] = before


def _real(settings: Settings, listener: Listener) -> Server:
    from oelala.studio import Studio
    from oelala.ui import page
    from oelala.ui.routes import routes

    studio = Studio(settings)
    return assemble(page.build_page(studio), page.launch_options(studio), routes(studio), settings, listener)


def small_page() -> Any:
    import gradio as gr

    with gr.Blocks(title="Small") as page:
        given = gr.Textbox(elem_id="given")
        answer = gr.Textbox(elem_id="answer")
        slow = gr.Button("queued", elem_id="queued")
        fast = gr.Button("at once", elem_id="at-once")
        file = gr.File(elem_id="file")
        video = gr.Video()
        gr.HTML("<img src=missing onerror='window.broken_in = true'>")
        slow.click(lambda text: text + "!", given, answer, api_name="queued")
        fast.click(lambda text: text + "?", given, answer, queue=False, api_name="at_once")
        file.change(lambda path: path, file, video, api_name="show")
        file.upload(lambda path: path, file, video, queue=False, api_name="show_at_once")
    return page


def own_routes(workspace: Path) -> list[Route]:
    """Stand-ins for `ui/routes.py`: a poll, an upload, and a file of the user."""

    async def poll(request: Request) -> Response:
        return Response(status_code=204) if "known" in request.query_params else PlainTextResponse("polled")

    async def restore(request: Request) -> Response:
        return PlainTextResponse(str(len(await request.body())))

    async def output(request: Request) -> Response:
        path = workspace / "outputs" / Path(request.path_params["name"]).name
        return FileResponse(path) if path.is_file() else PlainTextResponse("none", 404)

    return [
        Route("/oelala/poll", poll, methods=["GET", "POST"]),
        Route("/oelala/restore", restore, methods=["POST"]),
        Route("/oelala/outputs/{name}", output, methods=["GET"]),
    ]
