"""The password: a page of its own, a cookie, a lockout; on a really running server."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import pytest
from starlette.routing import BaseRoute, Mount, Route

from oelala.ui.login import OPEN_PATHS, Door
from oelala.ui.sessions import (
    FREE_TRIES,
    FREE_TRIES_OF_ALL,
    IDLE_SECONDS,
    LONGEST_DELAY,
    LONGEST_SECONDS,
    MAX_ADDRESSES,
    MAX_SESSIONS,
    Attempts,
    Sessions,
    same_password,
)
from tests.ui.serving import Running, running

PASSWORD = "zeer geheim ♥"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(
        tmp_path_factory.mktemp("locked"), password=PASSWORD, allow_hosts=("studio.home",)
    ) as server:
        yield server


@pytest.fixture
def stranger(site: Running) -> Iterator[httpx.Client]:
    with site.client() as client:
        yield client
    for address in ("127.0.0.1", "127.0.0.1+link"):
        door_of(site).attempts.right(address)


def door_of(site: Running) -> Door:
    door = site.server.guard.rules.door
    assert door is not None
    return door


def enter(client: httpx.Client, password: str = PASSWORD, **headers: str) -> httpx.Response:
    return client.post("/login", data={"password": password}, headers=headers)


def routes_of(routes: Sequence[BaseRoute], prefix: str = "") -> Iterator[tuple[str, str]]:
    """(method, path) of every route, mounted and included ones too, with a 1 in the place of parameters."""
    for route in routes:
        if isinstance(route, Mount):
            yield from routes_of(route.routes, prefix + route.path)
        elif included := getattr(route, "original_router", None):  # how FastAPI keeps an included router
            yield from routes_of(included.routes, prefix)
        else:
            assert isinstance(route, Route), f"an unknown kind of route: {route}"
            path = re.sub(r"\{[^}]*\}", "1", prefix + route.path)
            yield from ((method, path) for method in sorted(route.methods or {"GET"}))


def test_every_route_answers_strangers_with_401(tmp_path: Path) -> None:
    """The list comes from the application as it is served, so a route that somebody adds is in it."""
    with running(tmp_path, real=True, password=PASSWORD) as site, site.client() as stranger:
        found = set(routes_of(site.server.app.routes))
        assert len(found) > 90, "Gradio's routes are not found any more"
        assert {("POST", "/gradio_api/queue/join"), ("POST", "/oelala/jobs/1/cancel")} <= found
        locked = {route for route in found if route[1] not in OPEN_PATHS}
        codes = {(method, path): stranger.request(method, path).status_code for method, path in locked}
        assert {route: code for route, code in codes.items() if code not in {401, 403}} == {}
        assert enter(stranger).status_code == 303
        assert stranger.get("/oelala/gallery").json() == []


def test_the_open_paths_tell_nothing(site: Running, stranger: httpx.Client) -> None:
    assert {"/login", "/favicon.ico", "/robots.txt", "/manifest.json"} == OPEN_PATHS
    for path in OPEN_PATHS:
        answer = stranger.get(path)
        assert answer.status_code in {200, 404}
        assert "gradio_config" not in answer.text


def test_a_stranger_at_the_page_sees_the_login(stranger: httpx.Client) -> None:
    answer = stranger.get("/", headers={"Accept-Language": "nl"})
    assert answer.status_code == 401
    assert "Deze studio heeft een wachtwoord." in answer.text
    assert "gradio" not in answer.text
    assert "<script" not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert stranger.get("/oelala/poll").json()["code"] == "signed-out"


def test_the_password_opens_and_logout_closes(site: Running, stranger: httpx.Client) -> None:
    answer = enter(stranger)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert f"oelala_session_{site.port}=" in cookie
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie
    assert "gradio_config" in stranger.get("/").text
    assert stranger.get("/oelala/poll").text == "polled"
    assert stranger.get("/login").status_code == 303
    token = stranger.cookies[f"oelala_session_{site.port}"]
    assert stranger.get("/logout").status_code == 405
    assert stranger.post("/logout").headers["location"] == "/login"
    assert stranger.get("/oelala/poll").status_code == 401
    stale = {"Cookie": f"oelala_session_{site.port}={token}"}
    assert stranger.get("/oelala/poll", headers=stale).status_code == 401


def test_over_https_the_cookie_is_secure(site: Running, stranger: httpx.Client) -> None:
    site.server.guard.rules.hosts.add("abc.gradio.live")
    door_of(site).secure_hosts.add("abc.gradio.live")
    shared = enter(stranger, Host="abc.gradio.live", Origin="https://abc.gradio.live")
    assert "secure" in shared.headers["set-cookie"].lower()
    proxied = enter(stranger, **{"Host": "studio.home", "X-Forwarded-Proto": "https"})
    assert "secure" in proxied.headers["set-cookie"].lower()


@pytest.mark.parametrize(
    "cookie", ["", "x", "oelala_session_{port}=", "oelala_session_{port}=AAAA", "a=b; ;=;"]
)
def test_a_made_up_cookie_opens_nothing(site: Running, stranger: httpx.Client, cookie: str) -> None:
    answer = stranger.get("/oelala/poll", headers={"Cookie": cookie.format(port=site.port)})
    assert answer.status_code == 401


def test_another_website_cannot_sign_in(stranger: httpx.Client) -> None:
    assert enter(stranger, Origin="http://evil.example").status_code == 403


def test_guessing_is_locked_out(site: Running, stranger: httpx.Client) -> None:
    with site.client() as friend:
        assert enter(friend).status_code == 303
        codes = [enter(stranger, f"guess {number}").status_code for number in range(1000)]
        assert codes[:FREE_TRIES] == [401] * FREE_TRIES
        assert set(codes[FREE_TRIES:]) == {429}
        locked = enter(stranger, PASSWORD, **{"Accept-Language": "nl"})
        assert locked.status_code == 429
        assert int(locked.headers["retry-after"]) > 0
        assert "Te veel foute pogingen" in locked.text
        assert friend.get("/oelala/poll").status_code == 200


def test_visitors_through_the_link_do_not_lock_out_this_machine(
    site: Running, stranger: httpx.Client
) -> None:
    site.server.guard.rules.hosts.add("abc.gradio.live")
    door_of(site).secure_hosts.add("abc.gradio.live")
    forged = {"Host": "abc.gradio.live", "X-Forwarded-For": "1.2.3.4"}
    codes = [enter(stranger, "guess", **forged).status_code for _ in range(FREE_TRIES + 1)]
    assert codes[-1] == 429
    assert enter(stranger).status_code == 303


@pytest.mark.parametrize(
    "body", [b"", b"password", b"password=%ff%fe", b"\xff\xfe", b"&" * 5000, b"a=b&" * 50, b"password[]=x"]
)
def test_odd_forms_are_wrong_passwords(stranger: httpx.Client, body: bytes) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert stranger.post("/login", content=body, headers=headers).status_code == 401


def test_a_long_form_is_refused(stranger: httpx.Client) -> None:
    assert stranger.post("/login", content=b"password=" + b"x" * 20_000).status_code == 413


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_sessions_lapse() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    unused, used = sessions.open(), sessions.open()
    assert unused != used
    assert len(unused) >= 43
    clock.now += IDLE_SECONDS - 1
    assert sessions.knows(used)
    clock.now += 2
    assert sessions.knows(used)
    assert not sessions.knows(unused)
    last = 1000.0 + LONGEST_SECONDS
    while clock.now < last:
        clock.now = min(clock.now + IDLE_SECONDS - 1, last)
        assert sessions.knows(used)
    clock.now += 1
    assert not sessions.knows(used)
    assert not sessions.knows(None)
    assert not sessions.knows("")


def test_sessions_are_bounded() -> None:
    sessions = Sessions()
    tokens = [sessions.open() for _ in range(MAX_SESSIONS + 1)]
    assert not sessions.knows(tokens[0])
    assert all(sessions.knows(token) for token in tokens[1:])


def test_the_wait_doubles_up_to_a_limit_and_is_forgotten() -> None:
    clock = Clock()
    attempts = Attempts(clock)
    waits = []
    for _ in range(40):
        attempts.wrong("10.0.0.1")
        waits.append(attempts.wait("10.0.0.1"))
    assert waits[: FREE_TRIES + 3] == [0.0] * (FREE_TRIES - 1) + [5.0, 10.0, 20.0, 40.0]
    assert waits[-1] == LONGEST_DELAY
    assert attempts.wait("10.0.0.2") == 0.0
    attempts.right("10.0.0.1")
    assert attempts.wait("10.0.0.1") == 0.0
    attempts.wrong("10.0.0.2")
    clock.now += 4000
    for _ in range(FREE_TRIES - 1):
        attempts.wrong("10.0.0.2")
    assert attempts.wait("10.0.0.2") == 0.0


def test_one_customer_is_one_address_and_a_crowd_is_noticed() -> None:
    attempts = Attempts(Clock())
    for number in range(FREE_TRIES):
        attempts.wrong(f"2001:db8:1:2::{number:x}")
    assert attempts.wait("2001:db8:1:2:ffff::1") > 0
    assert attempts.wait("2001:db8:1:3::1") == 0.0
    for number in range(FREE_TRIES_OF_ALL):
        attempts.wrong(f"10.1.{number}.1")
    assert attempts.wait("192.0.2.9") > 0
    assert attempts.wait("127.0.0.1") == 0.0


def test_attempts_are_bounded() -> None:
    attempts = Attempts(Clock())
    for number in range(MAX_ADDRESSES + 100):
        attempts.wrong(f"10.{number // 65536}.{number // 256 % 256}.{number % 256}")
    assert len(attempts._tries) == MAX_ADDRESSES


def test_passwords_are_compared_whole() -> None:
    assert same_password(PASSWORD, PASSWORD)
    for given in ("", PASSWORD[:-1], PASSWORD + "x", PASSWORD.upper(), "\ud800"):
        assert not same_password(given, PASSWORD)
