"""The page on its address: Gradio's application and our routes, with the guard around both."""

from __future__ import annotations

import os
import sys
import threading
import time
import webbrowser
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from oelala.errors import OelalaError
from oelala.settings import Settings
from oelala.ui.listener import WILDCARDS, Listener, own_names

if TYPE_CHECKING:
    import uvicorn
    from starlette.applications import Starlette
    from starlette.routing import BaseRoute

    from oelala.studio import Studio
    from oelala.ui.guard import Guard
    from oelala.ui.login import Door

STARTS_WITHIN = 60.0
MAX_WAITING_EVENTS = 128
MAX_CONNECTIONS = 512
QUEUE_PAUSE = 0.05  # seconds between two looks at Gradio's own queue, which nothing urgent goes through


class Server:
    """A page that answers. `app` is what the guard stands in front of."""

    def __init__(self, app: Starlette, guard: Guard, listener: Listener) -> None:
        self.app, self.guard, self.listener = app, guard, listener
        self._uvicorn = _uvicorn_server(guard)
        self._thread = threading.Thread(target=self._run, name="page", daemon=True)

    @property
    def address(self) -> str:
        return self.listener.address

    def start(self) -> None:
        """Returns once the page answers."""
        self._thread.start()
        until = time.monotonic() + STARTS_WITHIN
        while not self._uvicorn.started:
            if not self._thread.is_alive() or time.monotonic() > until:
                raise RuntimeError("the page did not start")
            time.sleep(0.002)

    def stop(self) -> None:
        """Close every connection, open streams included."""
        self._uvicorn.should_exit = True
        if self._thread.is_alive():
            self._thread.join(timeout=10)
        self.listener.close()

    def share(self) -> str:
        """Open a link for others and let its name in. Raises OelalaError ("share-failed")."""
        from oelala.ui.share import open_tunnel

        rules = self.guard.rules
        name = open_tunnel(self.listener.port, rules.settings.private)
        rules.hosts.add(name)
        if rules.door is not None:
            rules.door.secure_hosts.add(name)
        return f"https://{name}/"

    def _run(self) -> None:
        self._uvicorn.run(sockets=[self.listener.socket])


def load() -> None:
    """Import what takes most of a start, so that a studio that is told to stop meanwhile goes no further."""
    import gradio  # noqa: F401


def serve(studio: Studio, listener: Listener) -> Server:
    """Build the page and answer on `listener`; returns once it does."""
    from oelala.ui import page
    from oelala.ui.routes import routes

    server = assemble(
        page.build_page(studio), page.launch_options(studio), routes(studio), studio.settings, listener
    )
    server.start()
    return server


def assemble(
    blocks: Any,
    options: Mapping[str, Any],
    routes: Sequence[BaseRoute],
    settings: Settings,
    listener: Listener,
) -> Server:
    """A server, not yet started, of any Gradio page.

    `options`: what `mount_gradio_app` takes (theme, head, …).
    """
    from starlette.applications import Starlette

    from oelala.ui.checks import Rules
    from oelala.ui.guard import Guard

    if settings.reachable_by_others and not settings.password:
        raise OelalaError("password-needed")
    door = _door(settings, listener.port)
    app = Starlette(routes=[*(door.routes() if door else []), *routes])
    _mount(app, blocks, options)
    rules = Rules(
        settings=settings,
        hosts=own_names(settings),
        uploads=(settings.private / "tmp").resolve(),
        any_address=settings.host in WILDCARDS,
        door=door,
    )
    return Server(app, Guard(app, rules), listener)


def open_browser(address: str, wait: bool = False) -> bool:
    """Show the page, if there is a screen to show it on. Only with `wait` does a slow program hold us up."""
    screen = ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME")
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in screen):
        return False
    opening = threading.Thread(target=webbrowser.open, args=(address,), daemon=True)
    opening.start()
    if wait:
        opening.join(timeout=5)
    return True


def _mount(app: Starlette, blocks: Any, options: Mapping[str, Any]) -> None:
    import gradio as gr
    from starlette.middleware import Middleware

    from oelala.ui.checks import MAX_UPLOAD
    from oelala.ui.headers import PageNonce

    options = dict(options)
    inner = dict(options.pop("app_kwargs", {}))
    middleware = [Middleware(PageNonce), *inner.pop("middleware", [])]
    no_docs = {"openapi_url": None, "docs_url": None, "redoc_url": None}
    blocks.queue(max_size=MAX_WAITING_EVENTS, default_concurrency_limit=8, api_open=False)
    # Gradio looks a thousand times a second, except on Windows: 7 % of a core for a studio that does nothing.
    blocks._queue.sleep_when_free = blocks._queue.progress_update_sleep_when_free = QUEUE_PAUSE
    gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        app_kwargs={**inner, **no_docs, "middleware": middleware},
        **{"footer_links": [], "show_error": False, **options},
        run_history=False,
        enable_monitoring=False,
        mcp_server=False,
        pwa=False,
        ssr_mode=False,
        max_file_size=MAX_UPLOAD,
    )
    # Mounting leaves this False, and Gradio then takes any path that a request names for one it may copy.
    blocks.has_launched = True


def _door(settings: Settings, port: int) -> Door | None:
    if not settings.password:
        return None
    from oelala.ui.login import Door
    from oelala.ui.sessions import Attempts, Sessions

    return Door(settings, settings.password, port, Sessions(), Attempts(), set())


def _uvicorn_server(app: Guard) -> uvicorn.Server:
    import uvicorn

    config = uvicorn.Config(
        app,
        log_config=None,
        log_level="warning",
        access_log=False,
        # A header can be made up by anyone; who asks is who is connected.
        proxy_headers=False,
        server_header=False,
        limit_concurrency=MAX_CONNECTIONS,
        timeout_graceful_shutdown=1,
        ws="none",
    )
    return uvicorn.Server(config)
