"""Who may ask for what: the guard in front of a really running Gradio page."""

from __future__ import annotations

import json
import re
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from oelala.texts import all_texts
from oelala.ui import checks, guard
from oelala.ui.headers import page_policy
from tests.ui.serving import Running, running


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("guarded"), allow_hosts=("studio.home",)) as server:
        (server.workspace / "outputs").mkdir()
        yield server


@pytest.fixture(scope="module")
def client(site: Running) -> Iterator[httpx.Client]:
    with site.client() as client:
        yield client


OWN_HOSTS = [
    "127.0.0.1:{port}",
    "localhost:{port}",
    "LOCALHOST",
    "[::1]:{port}",
    "studio.home",
    "studio.home:80",
]
FOREIGN_HOSTS = [
    "evil.example",
    "evil.example:{port}",
    "127.0.0.1.evil.example",
    "localhost.evil.example:{port}",
    "0.0.0.0:{port}",
    "192.168.1.7:{port}",
    "127.0.0.2",
    "[::]:{port}",
    "[::1",
    "localhost:1:2",
    "user@localhost",
    "",
    "localhost.",
    "xn--localhost-",
]


@pytest.mark.parametrize("host", OWN_HOSTS)
def test_own_names_are_served(site: Running, client: httpx.Client, host: str) -> None:
    assert client.get("/theme.css", headers={"Host": host.format(port=site.port)}).status_code == 200


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("POST", "/gradio_api/queue/join")])
def test_other_names_are_refused(
    site: Running, client: httpx.Client, host: str, method: str, path: str
) -> None:
    answer = client.request(method, path, headers={"Host": host.format(port=site.port)}, json={})
    assert answer.status_code == 403
    assert answer.json()["code"] == "unknown-host"


def test_a_forwarded_name_counts_as_a_name(client: httpx.Client) -> None:
    assert client.get("/", headers={"X-Forwarded-Host": "evil.example"}).status_code == 403
    assert client.get("/", headers={"X-Forwarded-Host": "studio.home"}).status_code == 200


def raw(site: Running, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", site.port), timeout=5) as connection:
        connection.sendall(request)
        answer = b""
        while part := connection.recv(65536):
            answer += part
        return answer


@pytest.mark.parametrize(
    "request_head",
    [
        b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.0\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
    ],
)
def test_requests_without_one_clear_name_are_refused(site: Running, request_head: bytes) -> None:
    assert raw(site, request_head).split(b"\r\n")[0].split()[1] in {b"400", b"403"}


FOREIGN_PAGES = [
    {"Origin": "http://evil.example"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "file://"},
    {"Origin": "http://localhost:1"},
    {"Origin": "http://127.0.0.1.evil.example:{port}"},
    {"Origin": "http://evil.example/127.0.0.1:{port}"},
    {"Origin": "chrome-extension://127.0.0.1:{port}"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "video"},
]
UNSAFE = [
    ("POST", "/gradio_api/upload"),
    ("POST", "/gradio_api/queue/join"),
    ("POST", "/gradio_api/run/at_once"),
    ("POST", "/oelala/poll"),
    ("PUT", "/oelala/poll"),
    ("DELETE", "/"),
    ("GET", "/oelala/poll"),
    ("GET", "/gradio_api/queue/data"),
]


@pytest.mark.parametrize(("method", "path"), UNSAFE)
@pytest.mark.parametrize("headers", FOREIGN_PAGES, ids=lambda headers: "|".join(headers.values()))
def test_other_websites_are_refused(
    site: Running, client: httpx.Client, headers: dict[str, str], method: str, path: str
) -> None:
    headers = {name: value.format(port=site.port) for name, value in headers.items()}
    answer = client.request(method, path, headers=headers)
    assert answer.status_code == 403
    assert answer.json()["code"] == "foreign-request"
    assert "access-control-allow-origin" not in answer.headers


def test_an_upload_from_elsewhere_leaves_nothing(site: Running, client: httpx.Client) -> None:
    before = sorted(site.tmp.rglob("*"))
    files = {"files": ("a.txt", b"planted")}
    assert (
        client.post("/gradio_api/upload", files=files, headers={"Origin": "http://evil.example"}).status_code
        == 403
    )
    assert sorted(site.tmp.rglob("*")) == before


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://127.0.0.1:{port}"},
        {"Origin": "http://127.0.0.1:{port}", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
    ],
    ids=["no browser", "origin", "both", "typed"],
)
def test_our_own_page_and_plain_clients_are_served(
    site: Running, client: httpx.Client, headers: dict[str, str]
) -> None:
    headers = {name: value.format(port=site.port) for name, value in headers.items()}
    body = {"data": ["hello"], "session_hash": "own"}
    answer = client.post("/gradio_api/run/at_once", json=body, headers=headers)
    assert answer.status_code == 200
    assert answer.json()["data"] == ["hello?"]


def test_a_link_from_elsewhere_opens_the_page_and_nothing_else(client: httpx.Client) -> None:
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert client.get("/", headers=link).status_code == 200
    assert client.get("/oelala/outputs/a.mp4", headers=link).status_code == 403
    assert client.post("/", headers=link).status_code == 403


def test_the_queue_works_through_the_guard(client: httpx.Client) -> None:
    join = {"data": ["hello"], "fn_index": 0, "session_hash": "queue"}
    assert client.post("/gradio_api/queue/join", json=join).status_code == 200
    with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": "queue"}) as stream:
        messages = [json.loads(line.removeprefix("data: ")) for line in stream.iter_lines() if line]
    done = [message for message in messages if message["msg"] == "process_completed"]
    assert done[0]["output"]["data"] == ["hello!"]


def test_an_answer_without_content_says_no_more_than_it_must(client: httpx.Client) -> None:
    answer = client.get("/oelala/poll?known")
    assert answer.status_code == 204
    assert {**answer.headers, "date": ""} == {"cache-control": "no-store", "date": ""}


@pytest.mark.parametrize("path", ["/", "/nope", "/theme.css", "/oelala/poll", "/gradio_api/file=/etc/hosts"])
def test_every_answer_carries_the_headers(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "server" not in headers


def test_the_policy_names_no_other_host() -> None:
    policy = page_policy("abc")
    assert "http" not in policy
    assert "*" not in policy
    assert "'nonce-abc'" in policy
    assert "'unsafe-inline'" not in policy.split("style-src")[0]


def test_each_page_has_its_own_nonce_on_each_script(client: httpx.Client) -> None:
    nonces = set()
    for _ in range(2):
        answer = client.get("/")
        nonce = answer.headers["content-security-policy"].split("'nonce-")[1].split("'")[0]
        nonces.add(nonce)
        assert answer.text.count("<script") == answer.text.count(f'<script nonce="{nonce}"') > 3
    assert len(nonces) == 2


def test_the_page_is_small_for_who_is_far_away(client: httpx.Client) -> None:
    plain, small = (client.get("/", headers={"accept-encoding": how}) for how in ("identity", "gzip"))
    assert (plain.headers.get("content-encoding"), small.headers["content-encoding"]) == (None, "gzip")
    assert small.num_bytes_downloaded < plain.num_bytes_downloaded / 4
    assert re.sub("nonce.{26}", "", small.text)[:1000] == re.sub("nonce.{26}", "", plain.text)[:1000]


NOT_SERVED = [
    "/monitoring",
    "/monitoring/summary",
    "/docs",
    "/redoc",
    "/openapi.json",
    "/logout",
    "/gradio_api/openapi.json",
    "/gradio_api/runs",
    "/gradio_api/run-history/records",
    "/gradio_api/deep_link",
    "/gradio_api/dev/reload",
    "/gradio_api/vibe-code",
    "/gradio_api/token",
    "/gradio_api/user",
    "/gradio_api/custom_component/x/client/component/index.js",
    "/gradio_api/proxy=https://example.com/",
    "/gradio_api/file/etc/hosts",
    "/gradio_api/call/queued",
    "/gradio_api/api/queued",
    "/gradio_api/stream/a/b/1/playlist.m3u8",
    "/mcp",
]


@pytest.mark.parametrize("path", NOT_SERVED)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_nobody_uses_is_not_served(client: httpx.Client, method: str, path: str) -> None:
    assert client.request(method, path, json={}).status_code == 404


@pytest.mark.parametrize(
    "url", ["http://example.com/", "https://example.com/a.png", "//example.com", "ftp://x"]
)
def test_it_is_no_proxy(client: httpx.Client, url: str) -> None:
    assert client.get(f"/gradio_api/file={url}").status_code == 403


def test_bodies_have_a_limit(site: Running, client: httpx.Client) -> None:
    assert client.post("/oelala/poll", content=b"x" * checks.MAX_BODY).status_code == 200
    answer = client.post(
        "/oelala/poll", content=b"x" * (checks.MAX_BODY + 1), headers={"Accept-Language": "nl"}
    )
    assert answer.status_code == 413
    assert answer.json()["message"] == "Dit is te groot om te versturen (hooguit 2 MB)."


def test_a_body_of_unsaid_length_has_the_same_limit(client: httpx.Client) -> None:
    def parts() -> Iterator[bytes]:
        for _ in range(checks.MAX_BODY // 2**16 + 2):
            yield b"x" * 2**16

    # The route ignores its body, so this only shows that nothing breaks; Gradio's reads all of it.
    assert client.post("/oelala/poll", content=parts()).status_code in {200, 413}
    answer = client.post(
        "/gradio_api/run/at_once", content=parts(), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 413
    assert client.get("/oelala/poll").status_code == 200


def test_a_huge_upload_is_refused_before_it_is_sent(site: Running) -> None:
    head = (
        f"POST /gradio_api/upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: {checks.MAX_UPLOAD + 1}\r\n"
        "Connection: close\r\n\r\n"
    )
    assert raw(site, head.encode()).startswith(b"HTTP/1.1 413")


def test_an_upload_of_unsaid_length_is_refused(client: httpx.Client) -> None:
    answer = client.post("/gradio_api/upload", content=iter([b"x"]))
    assert answer.status_code == 411


def test_an_upload_leaves_room_on_the_disk(site: Running) -> None:
    rules = checks.Rules(site.server.guard.rules.settings, set(), site.tmp)
    asked = sending(checks.MAX_UPLOAD)
    free = shutil.disk_usage(site.workspace).free
    assert checks.check_size(asked, replace(rules, spare=free - 2 * checks.MAX_UPLOAD)) is None
    refusal = checks.check_size(asked, replace(rules, spare=free))
    assert refusal is not None
    assert (refusal.status, refusal.code) == (507, "out-of-disk")


def sending(size: int) -> checks.Asked:
    headers = [(b"content-length", str(size).encode())]
    return checks.Asked.of(
        {"type": "http", "method": "POST", "path": "/gradio_api/upload", "headers": headers}
    )


def test_open_streams_are_limited(site: Running, client: httpx.Client) -> None:
    with ExitStack() as stack:
        first = stack.enter_context(site.client(limits=httpx.Limits(max_connections=100)))
        codes = []
        for number in range(40):
            stream = first.stream("GET", f"/gradio_api/heartbeat/tab{number}")
            codes.append(stack.enter_context(stream).status_code)
        assert codes == [200] * 32 + [429] * 8
        assert client.get("/oelala/poll").status_code == 200
    assert comes_true(lambda: stream_status(client) == 200)  # closing is noticed a moment later


def stream_status(client: httpx.Client) -> int:
    with client.stream("GET", "/gradio_api/heartbeat/again") as answer:
        return answer.status_code


def comes_true(fact: Callable[[], bool]) -> bool:
    return any(fact() or threading.Event().wait(0.05) for _ in range(100))


def upload(client: httpx.Client, name: str, content: bytes) -> str:
    answer = client.post("/gradio_api/upload", files={"files": (name, content)})
    assert answer.status_code == 200
    return str(answer.json()[0])


@pytest.mark.parametrize("name", ["a.html", "a.svg", "a.xhtml", "a.htm", "a.xml", "a.js"])
def test_markup_is_never_shown_inline(site: Running, client: httpx.Client, name: str) -> None:
    script = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/><script>alert(1)</script>"
    path = upload(client, name, script)
    (site.workspace / "outputs" / name).write_bytes(script)
    for address in (f"/gradio_api/file={path}", f"/oelala/outputs/{name}"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert answer.headers["content-type"].split(";")[0] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment")
        assert "sandbox" in answer.headers["content-security-policy"]


def test_a_range_of_a_file_does_not_hand_back_the_cookie(client: httpx.Client) -> None:
    path = upload(client, "a.mp4", bytes(range(256)))
    headers = {"Range": "bytes=4-7", "Cookie": "oelala_session_1=secret", "X-Odd": "echo"}
    answer = client.get(f"/gradio_api/file={path}", headers=headers)
    assert answer.status_code == 206
    assert answer.content == bytes([4, 5, 6, 7])
    assert not {"cookie", "x-odd", "host", "user-agent"} & set(answer.headers)


def test_a_link_out_of_the_uploads_is_not_followed(
    site: Running, client: httpx.Client, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("do not show")
    link = site.tmp / "link.txt"
    link.symlink_to(secret)
    answer = client.get(f"/gradio_api/file={link}")
    assert answer.status_code == 403
    assert "do not show" not in answer.text


def test_a_websocket_gets_nowhere(site: Running) -> None:
    head = (
        b"GET /oelala/poll HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Origin: http://evil.example\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", site.port), timeout=5) as connection:
        connection.sendall(head)
        assert connection.recv(1000).startswith(b"HTTP/1.1 403")


def test_every_refusal_has_its_sentence() -> None:
    sources = [Path(module.__file__ or "").read_text(encoding="utf-8") for module in (checks, guard)]
    codes = {code for source in sources for code in re.findall(r'Refusal\(\d+, "([a-z-]+)"', source)}
    assert len(codes) > 5
    texts = all_texts()
    assert {code for code in codes if not {f"error.{code}", f"error.{code}.hint"} <= texts.keys()} == set()
