"""Reading files that are not the visitor's: every spelling we know, against the running app."""

from __future__ import annotations

import json
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from oelala.ui.event_files import names_only_uploads
from tests.ui.serving import Running, running

SECRET = "correct horse battery staple"
ROUTES = [
    "/gradio_api/file=",
    "/gradio_api/file/",
    "/gradio_api/proxy=",
    "/file=",
    "/static/",
    "/assets/",
    "/svelte/",
    "/oelala/outputs/",
    "/oelala/static/",
    "/oelala/",
    "/gradio_api/custom_component/",
    "/gradio_api/stream/",
    "/",
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with guarded_secrets(tmp_path_factory.mktemp("small"), real=False) as server:
        yield server


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with guarded_secrets(tmp_path_factory.mktemp("real"), real=True) as server:
        yield server


@contextmanager
def guarded_secrets(folder: Path, real: bool) -> Iterator[Running]:
    """A server with secrets around it, and a link to them where uploads lie."""
    workspace = folder / "workspace"
    (workspace / "outputs").mkdir(parents=True)
    for place in (folder, workspace, workspace / "outputs", workspace / ".oelala"):
        place.mkdir(exist_ok=True)
        (place / "secret.txt").write_text(SECRET)
    with running(workspace, real=real) as server:
        (server.tmp / "inside").symlink_to(folder)
        yield server


def payloads(site: Running) -> list[str]:
    """Paths to secrets, already spelled as they go over the wire."""
    secret = str(site.workspace / ".oelala" / "secret.txt")
    steps = "../" * 12
    plain = [
        secret,
        f"/{secret}",
        f"{steps}etc/passwd",
        "/etc/passwd",
        "//etc/passwd",
        "/etc/./passwd",
        "/./../etc/passwd",
        f"{site.tmp}/../secret.txt",
        f"{site.tmp}/inside/secret.txt",
        f"{site.tmp}/inside/workspace/outputs/secret.txt",
        "../secret.txt",
        "..\\secret.txt",
        "..\\..\\..\\windows\\win.ini",
        "C:\\Windows\\win.ini",
        "C:/Windows/win.ini",
        "\\\\server\\share\\secret.txt",
        f"{secret}::$DATA",
        f"{secret}:stream",
        f"file://{secret}",
        f"file:{secret}",
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1.nip.io/",
        "http://2130706433/",
        "https://example.com/",
        "/proc/self/environ",
        "/proc/self/cwd/app.py",
        "/dev/stdin",
        "~/.bashrc",
        ".",
        "..",
    ]
    wire = [quote(path, safe="/:") for path in plain]
    wire += [path.replace("..", "%2e%2e") for path in wire if ".." in path]
    wire += [quote(path, safe="") for path in plain[:8]]
    wire += [quote(quote(path, safe=""), safe="") for path in plain[:8]]
    wire += [f"{steps.replace('/', '%2f')}etc%2fpasswd", "..%c0%af..%c0%afetc/passwd", "..%5c..%5csecret.txt"]
    wire += ["%00", f"{quote(secret)}%00.png", "%0d%0aSet-Cookie:%20a=b", "....//....//etc/passwd", "%ff%fe"]
    return wire


def get(site: Running, path: str) -> tuple[int, bytes]:
    """Sent as it is: clients tidy paths up before they send them."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=10) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return int(answer.split(b" ", 2)[1]), answer


def test_nothing_leaks_and_nothing_breaks(studio: Running) -> None:
    leaks, broken, counted = [], [], Counter[int]()
    probes = [route + payload for route in ROUTES for payload in payloads(studio)]
    assert len(probes) >= 200
    secrets = (SECRET.encode(), b"root:x:", b"root:*:", b"[fonts]", b"PATH=", b"\r\nset-cookie: a=b")
    for probe in probes:
        status, answer = get(studio, probe)
        counted[status] += 1
        if any(secret in answer for secret in secrets):
            leaks.append(probe)
        if status >= 500:
            broken.append((probe, status))
    assert leaks == []
    assert broken == []
    assert set(counted) <= {200, 400, 403, 404, 405, 422}, counted


def test_what_answers_with_200_is_the_page_itself(studio: Running) -> None:
    found = [
        route + payload
        for route in ROUTES
        for payload in payloads(studio)
        if (answer := get(studio, route + payload))[0] == 200 and b"gradio_config" not in answer[1]
    ]
    assert found == []


FORGED = [
    {"path": "/etc/passwd"},
    {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}},
    {"path": "{secret}", "meta": {"_type": "gradio.FileData"}},
    {"path": "{tmp}/inside/secret.txt", "meta": {"_type": "gradio.FileData"}},
    {"path": "{tmp}/../secret.txt", "meta": {"_type": "gradio.FileData"}},
    {"path": "file:///etc/passwd", "meta": {"_type": "gradio.FileData"}},
    {"path": "a", "url": "file:///etc/passwd", "meta": {"_type": "gradio.FileData"}},
    {"path": "http://127.0.0.1:{port}/theme.css", "meta": {"_type": "gradio.FileData"}},
    {"path": "http://169.254.169.254/", "meta": {"_type": "gradio.FileData"}},
    {"path": "/gradio_api/file=/etc/passwd", "meta": {"_type": "gradio.FileData"}},
    {"path": "../../secret.txt", "meta": {"_type": "gradio.FileData"}},
]


def filled(site: Running, forged: dict[str, object]) -> dict[str, object]:
    names = {"secret": str(site.workspace / "secret.txt"), "tmp": str(site.tmp), "port": site.port}
    return {key: text.format(**names) if isinstance(text, str) else text for key, text in forged.items()}


@pytest.mark.parametrize("address", ["/gradio_api/queue/join", "/gradio_api/run/show_at_once"])
@pytest.mark.parametrize("forged", FORGED, ids=lambda forged: forged["path"])
def test_a_forged_file_is_refused(site: Running, forged: dict[str, object], address: str) -> None:
    before = copies(site.tmp)
    with site.client() as client:
        body = {"data": [filled(site, forged)], "fn_index": 2, "session_hash": "forged"}
        assert client.post(address, json=body).status_code == 403
    assert copies(site.tmp) == before


@pytest.mark.parametrize("forged", FORGED[1:5], ids=lambda forged: forged["path"])
def test_gradio_itself_would_refuse_it_too(site: Running, forged: dict[str, object]) -> None:
    """Mounted, Gradio checks nothing until it is told that it runs."""
    before = copies(site.tmp)
    body = {"data": [filled(site, forged)], "session_hash": "forged"}
    answer = TestClient(site.server.app).post("/gradio_api/run/show_at_once", json=body)
    assert answer.json() == {"error": None}
    assert copies(site.tmp) == before


def test_an_uploaded_file_passes(site: Running) -> None:
    with site.client() as client:
        path = client.post("/gradio_api/upload", files={"files": ("a.mp4", b"clip")}).json()[0]
        value = {"path": path, "meta": {"_type": "gradio.FileData"}}
        answer = client.post("/gradio_api/run/show_at_once", json={"data": [value], "session_hash": "mine"})
        assert answer.json()["data"][0]["path"] == path
        assert client.get(f"/gradio_api/file={path}").content == b"clip"


def test_paths_in_an_event_are_found_wherever_they_are(tmp_path: Path) -> None:
    inside = str(tmp_path / "a.png")
    assert names_only_uploads(
        json.dumps({"data": [[{"image": {"path": inside}}], 3, None]}).encode(), tmp_path
    )
    assert names_only_uploads(b'{"data": ["say \\"path\\": \\"/etc/passwd\\""]}', tmp_path)
    for body in (
        b'{"data": [[[{"image": {"path": "/etc/passwd"}}]]]}',
        b'{"data": [{"p\\u0061th": "/etc/passwd"}]}',
        json.dumps({"data": [{"path": inside}, {"path": "/etc/passwd"}]}).encode("utf-16"),
        b"[" * 100_000 + b'{"path": "/etc/passwd"}',
    ):
        assert not names_only_uploads(body, tmp_path)


def copies(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file() and "inside" not in path.parts}
