"""Frozen settings of one start: the only reader of flags and of the environment."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import get_args
from urllib.parse import urlsplit

from oelala.errors import OelalaError
from oelala.texts import LANGUAGES, Language, choose_language

PROJECT = Path(__file__).resolve().parent.parent
ASSETS = PROJECT / "oelala" / "assets"
SHIPPED_PRESETS = PROJECT / "presets"
DEFAULT_PORT = 7860
HUB = "https://huggingface.co"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Settings:
    """`port` None: the first free one from 7860 on. `password` None: loopback only, no login.

    `models` is the Hugging Face cache that holds downloaded weights, `hub_endpoint` where they come from.
    `lazy`: what makes clips starts with the first one, not with the studio.
    `hub_token_file` is read at each download, so that a login counts at once; `hub_token` goes before it.
    Everything here pickles, because the workers are handed it.
    """

    workspace: Path = PROJECT
    models: Path = Path.home() / ".cache" / "huggingface" / "hub"
    hub_endpoint: str = HUB
    hub_token: str | None = field(default=None, repr=False)
    hub_token_file: Path = Path.home() / ".cache" / "huggingface" / "token"
    language: Language = "en"
    language_given: bool = False
    host: str = "127.0.0.1"
    port: int | None = None
    open_browser: bool = True
    lazy: bool = False
    share: bool = False
    allow_hosts: tuple[str, ...] = ()
    password: str | None = field(default=None, repr=False)

    @property
    def private(self) -> Path:
        """The workspace's own folder: queue, logs, previews, temporary files."""
        return self.workspace / ".oelala"

    @property
    def reachable_by_others(self) -> bool:
        return self.share or self.host not in LOOPBACK


def prepare_environment(environ: MutableMapping[str, str] = os.environ) -> None:
    """What must hold before any big library is imported, in this process and in its workers."""
    environ["DIFFUSERS_DISABLE_REMOTE_CODE"] = "1"
    environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    environ.setdefault("CUDA_DEVICE_ORDER", "PCI_BUS_ID")  # the driver's own order: a number means one card
    # Threads that wait by spinning take the processor from whatever they wait for: with a browser busy on the
    # same two cores, a clip took two to six times as long.
    environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def add_common_flags(parser: argparse.ArgumentParser, default: str | None = None) -> None:
    """The flags that the page and the command line share."""
    parser.add_argument("--workspace", metavar="DIR", default=default)
    parser.add_argument("--language", choices=get_args(Language), default=default)


def add_studio_flags(parser: argparse.ArgumentParser) -> None:
    add_common_flags(parser)
    parser.add_argument("--host")
    parser.add_argument("--port", metavar="N")
    parser.add_argument("--no-browser", action="store_true", default=None)
    parser.add_argument("--lazy", action="store_true", default=None)
    parser.add_argument("--share", action="store_true", default=None)
    parser.add_argument("--allow-host", action="append", metavar="NAME")
    parser.add_argument("--password-file", metavar="F")


def read_language(flags: argparse.Namespace, environ: Mapping[str, str] = os.environ) -> Language:
    """The user's language, for saying what is wrong with the other settings as well."""
    wish = _Wishes(flags, environ).text("language")
    system = environ.get("LC_ALL") or environ.get("LC_MESSAGES") or environ.get("LANG")
    return choose_language(wish if wish in LANGUAGES else system)


def read_settings(
    flags: argparse.Namespace, environ: Mapping[str, str] = os.environ, default_workspace: Path = PROJECT
) -> Settings:
    """Flags win over `OELALA_…` variables, these over the defaults.

    What only a page needs (host, port, password …) is read where `flags` come from `add_studio_flags`.
    Raises OelalaError ("bad-settings", "password-needed").
    """
    wish = _Wishes(flags, environ)
    language = wish.text("language")
    if language is not None and language not in LANGUAGES:
        raise OelalaError("bad-settings", name="language", value=language, reason="/".join(LANGUAGES))
    settings = Settings(
        workspace=Path(wish.text("workspace") or default_workspace).expanduser().resolve(),
        models=_hub_cache(environ),
        hub_endpoint=_endpoint(environ.get("HF_ENDPOINT")),
        hub_token=environ.get("HF_TOKEN", "").strip() or None,
        hub_token_file=Path(environ.get("HF_TOKEN_PATH") or _hub_home(environ) / "token").expanduser(),
        language=read_language(flags, environ),
        language_given=language is not None,
    )
    return _with_page(settings, wish, environ) if hasattr(flags, "host") else settings


def _with_page(settings: Settings, wish: _Wishes, environ: Mapping[str, str]) -> Settings:
    settings = replace(
        settings,
        host=wish.text("host") or "127.0.0.1",
        port=_port(wish.text("port")),
        open_browser=not wish.flag("no_browser"),
        lazy=wish.flag("lazy"),
        share=wish.flag("share"),
        allow_hosts=tuple(wish.words("allow_host")),
        password=_password(wish.text("password_file"), environ),
    )
    if settings.reachable_by_others and not settings.password:
        raise OelalaError("password-needed")
    return settings


class _Wishes:
    def __init__(self, flags: argparse.Namespace, environ: Mapping[str, str]) -> None:
        self._flags, self._environ = flags, environ

    def text(self, name: str) -> str | None:
        flag = getattr(self._flags, name, None)
        return flag if flag is not None else self._environ.get(f"OELALA_{name.upper()}") or None

    def flag(self, name: str) -> bool:
        flag = getattr(self._flags, name, None)
        if flag is not None:
            return bool(flag)
        return self._environ.get(f"OELALA_{name.upper()}", "").lower() in {"1", "true", "yes", "on"}

    def words(self, name: str) -> list[str]:
        flag = getattr(self._flags, name, None)
        return flag if flag is not None else self._environ.get(f"OELALA_{name.upper()}", "").split()


def _hub_cache(environ: Mapping[str, str]) -> Path:
    """Where huggingface_hub would look, or `OELALA_MODELS`."""
    if own := environ.get("OELALA_MODELS") or environ.get("HF_HUB_CACHE"):
        return Path(own).expanduser().resolve()
    return _hub_home(environ) / "hub"


def _hub_home(environ: Mapping[str, str]) -> Path:
    home = environ.get("HF_HOME") or Path(environ.get("XDG_CACHE_HOME") or "~/.cache") / "huggingface"
    return Path(home).expanduser().resolve()


def _endpoint(text: str | None) -> str:
    """`HF_ENDPOINT` names a mirror of the hub."""
    if not text:
        return HUB
    parts = urlsplit(text)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username or parts.query:
        raise OelalaError("bad-settings", name="HF_ENDPOINT", value=text, reason="https://…")
    return text.rstrip("/")


def _port(text: str | None) -> int | None:
    if text is None:
        return None
    if text.isascii() and text.isdigit() and 0 < int(text) < 65536:
        return int(text)
    raise OelalaError("bad-settings", name="port", value=text, reason="1 … 65535")


def _password(file: str | None, environ: Mapping[str, str]) -> str | None:
    if file is None:
        return environ.get("OELALA_PASSWORD") or None
    try:
        password = Path(file).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as fault:
        raise OelalaError("bad-settings", name="password-file", value=file, reason=str(fault)) from fault
    if not password:
        raise OelalaError("bad-settings", name="password-file", value=file, reason="empty")
    return password
