"""The checks of the guard, one function each: who asks, from where, for what, and how much."""

from __future__ import annotations

import ipaddress
import os
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers
from starlette.types import Scope

from oelala.settings import Settings
from oelala.ui.headers import GRADIO_FILE, PAGES
from oelala.ui.login import LOGIN, LOGOUT, OPEN_PATHS, Door

MAX_BODY = 2 * 2**20
MAX_UPLOAD = 1024 * 2**20
MAX_LOGIN_FORM = 16 * 2**10
# Kept free while uploads come in, so that the queue and a running clip can still write.
SPARE_BYTES = 512 * 2**20
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
UPLOADS = ("/gradio_api/upload", "/oelala/upload", "/oelala/restore", "/oelala/motions")
# What the page uses. Anything else that Gradio or a new version of it offers is not served.
SERVED = frozenset(
    {"/", "/config", "/theme.css", "/favicon.ico", "/robots.txt", "/manifest.json"}
    | {f"/gradio_api/{name}" for name in ("info", "app_id", "theme.css", "startup-events", "cancel", "reset")}
    | {f"/gradio_api/{name}" for name in ("queue/join", "queue/data", "upload", "upload_progress")}
)
SERVED_UNDER = ("/assets/", "/static/", "/oelala/", "/gradio_api/heartbeat/", "/gradio_api/run/", GRADIO_FILE)


@dataclass(slots=True)
class Rules:
    """What the checks go by.

    `hosts`: the names this studio goes by. `uploads`: the only folder that `file=` serves from.
    `any_address`: it listens to the network, where visitors may type its number, which no website can rebind
    to. `spare`: bytes of disk that uploads leave free.
    """

    settings: Settings
    hosts: set[str]
    uploads: Path
    any_address: bool = False
    spare: int = SPARE_BYTES
    door: Door | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    status: int
    code: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, as far as the checks look at it."""

    scope: Scope
    method: str
    path: str
    headers: Headers

    @classmethod
    def of(cls, scope: Scope) -> Asked:
        # A websocket is opened with GET but can change everything, so it counts as unsafe.
        return cls(scope, scope.get("method", "WEBSOCKET"), scope["path"], Headers(scope=scope))

    @property
    def host(self) -> str:
        return self.headers.get("host", "").lower()

    @property
    def client(self) -> str:
        return self.scope["client"][0] if self.scope.get("client") else ""


_HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9_.-]+))(?::[0-9]{1,5})?")
Check = Callable[[Asked, Rules], Refusal | None]


def check_host(asked: Asked, rules: Rules) -> Refusal | None:
    """A name that is not ours got here by DNS rebinding or by a mistake."""
    names = [*asked.headers.getlist("host"), *asked.headers.getlist("x-forwarded-host")]
    if len(asked.headers.getlist("host")) == 1 and all(_is_ours(name, rules) for name in names):
        return None
    return Refusal(403, "unknown-host", {"host": asked.host[:80]})


def check_site(asked: Asked, rules: Rules) -> Refusal | None:
    """Other websites may link to the page, and nothing else: no posts, no embedding, no reading."""
    origins = asked.headers.getlist("origin")
    if any(not _same_origin(origin, asked.host) for origin in origins):
        return Refusal(403, "foreign-request")
    site = asked.headers.get("sec-fetch-site", "none")
    followed_link = (
        asked.method in SAFE_METHODS
        and asked.path in PAGES
        and asked.headers.get("sec-fetch-mode") == "navigate"
        and asked.headers.get("sec-fetch-dest", "document") == "document"
    )
    return None if site in {"none", "same-origin"} or followed_link else Refusal(403, "foreign-request")


def check_login(asked: Asked, rules: Rules) -> Refusal | None:
    if rules.door is None or asked.path in OPEN_PATHS or rules.door.knows(asked.scope):
        return None
    return Refusal(401, "signed-out")


def check_path(asked: Asked, rules: Rules) -> Refusal | None:
    """Only what the page uses, in plain spelling; of files only what visitors uploaded."""
    path = asked.path
    known = SERVED if rules.door is None else SERVED | {LOGIN, LOGOUT}
    if path not in known and not path.startswith(SERVED_UNDER):
        return Refusal(404, "not-served")
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in path) or ".." in path.split("/"):
        return Refusal(403, "not-served")
    if path.startswith(GRADIO_FILE):
        fine = is_inside(path.removeprefix(GRADIO_FILE), rules.uploads)
    else:
        fine = "\\" not in path
    return None if fine else Refusal(403, "not-served")


def check_size(asked: Asked, rules: Rules) -> Refusal | None:
    length = asked.headers.get("content-length", "0")
    if asked.path in UPLOADS and "transfer-encoding" in asked.headers:
        return Refusal(411, "not-served")  # how much will come has to be known beforehand
    if not (length.isascii() and length.isdigit() and len(length) < 20):
        return Refusal(400, "not-served")
    limit = body_limit(asked.path)
    if int(length) > limit:
        return Refusal(413, "upload-too-large", {"limit": megabytes(limit)})
    workspace = rules.settings.workspace
    if int(length) > MAX_BODY and (free := shutil.disk_usage(workspace).free) < int(length) + rules.spare:
        return Refusal(507, "out-of-disk", {"free": megabytes(free), "path": str(workspace)})
    return None


CHECKS: tuple[Check, ...] = (check_host, check_site, check_login, check_path, check_size)


def body_limit(path: str) -> int:
    if path in UPLOADS:
        return MAX_UPLOAD
    return MAX_LOGIN_FORM if path in (LOGIN, LOGOUT) else MAX_BODY


def host_name(host: str) -> str:
    """`name:port` without its port, IPv6 without its brackets; empty for what is no host."""
    match = _HOST.fullmatch(host)
    return str(match[1] or match[2]) if match else ""


def _is_ours(host: str, rules: Rules) -> bool:
    name = host_name(host.strip().lower())
    if name in rules.hosts:
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return rules.any_address and not address.is_unspecified


def _same_origin(origin: str, host: str) -> bool:
    """The scheme is left out: behind a tunnel or a proxy the page is https and this server is not."""
    scheme, separator, rest = origin.lower().partition("://")
    default = {"http": ":80", "https": ":443"}.get(scheme, "")
    return bool(separator and default) and rest.removesuffix(default) == host.removesuffix(default)


def is_inside(text: str, folder: Path) -> bool:
    """Whether the path, links followed, is in the folder. A late colon names a stream of a file on NTFS."""
    if ":" in text[2:] or not os.path.isabs(text):
        return False
    return Path(os.path.realpath(text)).is_relative_to(folder)


def megabytes(count: int) -> str:
    return f"{count / 2**20:.0f} MB"
