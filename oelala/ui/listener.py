"""The address of the studio, taken before anything slow happens, so that nobody else takes it meanwhile."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterable
from dataclasses import dataclass

from oelala.errors import OelalaError
from oelala.settings import DEFAULT_PORT, LOOPBACK, Settings

TRY_PORTS = 100
WILDCARDS = frozenset({"0.0.0.0", "::"})  # noqa: S104  only compared with


@dataclass(frozen=True, slots=True)
class Listener:
    """A bound socket; visitors wait in its queue until the page answers."""

    socket: socket.socket
    host: str
    port: int

    @property
    def address(self) -> str:
        """Where the browser on this machine finds the studio."""
        host = "127.0.0.1" if self.host in WILDCARDS else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/"

    @property
    def network_address(self) -> str | None:
        """Where other machines on this network find it, if it listens to them."""
        if self.host in LOOPBACK:
            return None
        host = _own_address() if self.host in WILDCARDS else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/" if host else None

    def close(self) -> None:
        self.socket.close()


def listen(settings: Settings) -> Listener:
    """Take the port asked for, or the first free one from 7860 on.

    Raises OelalaError ("port-in-use"; "bad-settings" for a host that is not this machine's).
    """
    ports: Iterable[int] = range(DEFAULT_PORT, DEFAULT_PORT + TRY_PORTS)
    if settings.port is not None:
        ports = [settings.port]
    for port in ports:
        if (bound := _bind(settings.host, port)) is not None:
            return Listener(bound, settings.host, port)
    raise OelalaError("port-in-use", port=settings.port or DEFAULT_PORT)


def own_names(settings: Settings) -> set[str]:
    """The names that a browser may call this studio by."""
    names = {*LOOPBACK, *(name.lower() for name in settings.allow_hosts)}
    if settings.host in WILDCARDS:
        machine = socket.gethostname().lower()
        return names | {machine, f"{machine.removesuffix('.local')}.local"}
    return names | {settings.host.lower()}


def _bind(host: str, port: int) -> socket.socket | None:
    """None: the port is in use."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind, protocol)
    except OSError as fault:
        raise OelalaError(
            "bad-settings", name="host", value=host, reason=fault.strerror or str(fault)
        ) from fault
    try:
        # Elsewhere this means "also while old connections fade away", on Windows "also when someone listens".
        option = "SO_EXCLUSIVEADDRUSE" if os.name == "nt" else "SO_REUSEADDR"
        bound.setsockopt(socket.SOL_SOCKET, getattr(socket, option), 1)
        bound.bind(place)
        bound.listen(128)
    except OSError as fault:
        bound.close()
        if fault.errno in ({errno.EADDRINUSE, errno.EACCES} if os.name == "nt" else {errno.EADDRINUSE}):
            return None
        name, value = ("port", str(port)) if fault.errno == errno.EACCES else ("host", host)
        raise OelalaError(
            "bad-settings", name=name, value=value, reason=fault.strerror or str(fault)
        ) from fault
    return bound


def _own_address() -> str | None:
    """This machine's number on its network: which one the system would send from (nothing is sent)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return None
