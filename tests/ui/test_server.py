"""Starting and stopping the server, its address, and what it keeps out of its process."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from oelala.errors import OelalaError
from oelala.settings import DEFAULT_PORT, PROJECT, Settings
from oelala.ui.checks import MAX_UPLOAD, Asked, Rules, check_host
from oelala.ui.listener import TRY_PORTS, Listener, listen, own_names
from oelala.ui.server import QUEUE_PAUSE, assemble
from tests.ui.serving import free_port, running, small_page


def test_a_port_asked_for_and_in_use_is_an_error() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(OelalaError) as caught:
            listen(Settings(port=port))
    assert caught.value.code == "port-in-use"
    assert caught.value.values == {"port": port}


def test_without_a_wish_the_next_free_port_is_taken() -> None:
    first, second = listen(Settings()), listen(Settings())
    try:
        assert DEFAULT_PORT <= first.port < second.port < DEFAULT_PORT + TRY_PORTS
        assert first.address == f"http://127.0.0.1:{first.port}/"
        assert first.network_address is None
    finally:
        first.close()
        second.close()


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        (Settings(host="no.such.host.invalid", password="p"), "host"),
        (Settings(host="203.0.113.9", password="p"), "host"),
    ],
)
def test_a_host_that_is_not_ours_is_an_error(settings: Settings, name: str) -> None:
    with pytest.raises(OelalaError) as caught:
        listen(settings)
    assert caught.value.code == "bad-settings"
    assert caught.value.values["name"] == name


def test_ipv6_has_brackets_in_its_address() -> None:
    with socket.socket() as placeholder:
        assert Listener(placeholder, "::1", 7860).address == "http://[::1]:7860/"
        assert Listener(placeholder, "::", 7860).address == "http://127.0.0.1:7860/"
        assert Listener(placeholder, "fe80::1", 7860).network_address == "http://[fe80::1]:7860/"


def asked(host: str) -> Asked:
    return Asked.of({"type": "http", "method": "GET", "path": "/", "headers": [(b"host", host.encode())]})


def test_on_the_network_numbers_are_names_too(tmp_path: Path) -> None:
    settings = Settings(workspace=tmp_path, host="0.0.0.0", password="p", allow_hosts=("Studio.Home",))  # noqa: S104
    rules = Rules(settings, own_names(settings), tmp_path, any_address=True)
    machine = socket.gethostname().lower()
    for host in ("127.0.0.1:1", "192.168.1.7:7860", "[fe80::1]:7860", "studio.home", f"{machine}:7860"):
        assert check_host(asked(host), rules) is None, host
    for host in ("evil.example", "0.0.0.0", "[::]", "192.168.1.7.evil.example", "192.168.1.7@evil.example"):  # noqa: S104
        assert check_host(asked(host), rules) is not None, host


def test_others_are_not_let_in_without_a_password(tmp_path: Path) -> None:
    """`read_settings` refuses it already; this holds for settings that were made in another way."""
    settings = Settings(workspace=tmp_path, host="0.0.0.0", port=free_port())  # noqa: S104
    with socket.socket() as never_used, pytest.raises(OelalaError) as caught:
        assemble(small_page(), {}, [], settings, Listener(never_used, settings.host, 1))
    assert caught.value.code == "password-needed"


def test_visitors_who_come_early_wait_for_the_page(tmp_path: Path) -> None:
    listener = listen(Settings(workspace=tmp_path, port=free_port()))
    with socket.create_connection(("127.0.0.1", listener.port), timeout=20) as early:
        early.sendall(b"GET /theme.css HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        server = assemble(small_page(), {}, [], Settings(workspace=tmp_path), listener)
        server.start()
        assert early.recv(100).startswith(b"HTTP/1.1 200")
    server.stop()


def test_it_stops_at_once_though_streams_are_open(tmp_path: Path) -> None:
    with running(tmp_path) as site:
        streams = []
        for number in range(5):
            stream = socket.create_connection(("127.0.0.1", site.port), timeout=10)
            path = f"/gradio_api/heartbeat/tab{number}"
            stream.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            assert stream.recv(100).startswith(b"HTTP/1.1 200")
            streams.append(stream)
        started = time.monotonic()
        site.server.stop()
        assert time.monotonic() - started < 4
        for stream in streams:
            stream.close()
        with pytest.raises(OSError):  # noqa: PT011  refused or reset, as the system likes
            socket.create_connection(("127.0.0.1", site.port), timeout=1).recv(1)


def test_gradio_keeps_nothing_on_that_is_not_used(tmp_path: Path) -> None:
    with running(tmp_path, real=True) as site, site.client() as client:
        config = client.get("/config").json()
        assert config["footer_links"] == []
        for name in ("analytics_enabled", "run_history", "pwa", "mcp_server", "vibe_mode", "show_error"):
            assert config[name] is False, name
        assert config["max_file_size"] == MAX_UPLOAD
        assert client.get("/gradio_api/info").json() == {"named_endpoints": {}, "unnamed_endpoints": {}}


SCRIPT = """
import json, sys, threading
from pathlib import Path
import app
app.prepare_environment()
from oelala.settings import Settings
from oelala.studio import Studio
from oelala.ui.listener import listen
from oelala.ui.server import serve
import httpx
settings = Settings(workspace=Path(sys.argv[1]), port=int(sys.argv[2]), open_browser=False)
studio = Studio(settings)
server = serve(studio, listen(settings))
page = httpx.get(server.address, trust_env=False)
poll = httpx.get(server.address + "oelala/poll", trust_env=False)
server.stop()
print(json.dumps({"codes": [page.status_code, poll.status_code], "modules": sorted(sys.modules)}))
"""


def test_the_studio_process_never_loads_torch(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path), str(free_port())],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    seen = json.loads(run.stdout.splitlines()[-1])
    assert seen["codes"] == [200, 200]
    packages = {name.split(".")[0] for name in seen["modules"]}
    assert "gradio" in packages
    assert (
        packages & {"torch", "diffusers", "transformers", "peft", "cv2", "mediapipe", "accelerate"} == set()
    )


def test_many_visitors_at_once(tmp_path: Path) -> None:
    codes: list[int] = []
    with running(tmp_path) as site:

        def visit() -> None:
            with site.client() as client:
                codes.extend(client.get("/").status_code for _ in range(3))

        threads = [threading.Thread(target=visit) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert codes == [200] * 60


def test_a_studio_that_does_nothing_lets_the_processor_rest(tmp_path: Path) -> None:
    """Gradio's loops that look whether its queue has something, and look no slower on any other system."""
    page = small_page()
    names = ("sleep_when_free", "progress_update_sleep_when_free")
    assert all(getattr(page._queue, name) > 0 for name in names), "Gradio names its pauses so"
    settings = Settings(workspace=tmp_path, port=free_port(), open_browser=False)
    listener = listen(settings)
    try:
        assemble(page, {}, [], settings, listener)
        assert [getattr(page._queue, name) for name in names] == [QUEUE_PAUSE, QUEUE_PAUSE]
    finally:
        listener.close()
