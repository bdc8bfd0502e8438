"""A link for others, through Gradio's tunnel. What the tunnel's program is, is checked before every use."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from oelala.errors import OelalaError


def open_tunnel(port: int, private: Path) -> str:
    """The host name that leads to `port` of this machine, for a week at most.

    `private`: where the tunnel's certificate is kept. Raises OelalaError ("share-failed").
    """
    import httpx
    from gradio import tunneling
    from gradio.exceptions import ChecksumMismatchError

    try:
        _refuse_strange_program(Path(tunneling.BINARY_PATH), tunneling.CHECKSUMS.get(tunneling.BINARY_URL))
        tunneling.Tunnel.download_binary()
        host, remote_port, certificate = _ask_for_server()
        certificate_file = private / "share.pem"
        certificate_file.write_text(certificate, encoding="ascii")
        token = secrets.token_urlsafe(32)
        tunnel = tunneling.Tunnel(host, remote_port, "127.0.0.1", port, token, str(certificate_file))
        name = urlsplit(tunnel.start_tunnel()).hostname
    except ChecksumMismatchError as fault:
        # Left in place it would be run unchecked the next time.
        Path(tunneling.BINARY_PATH).unlink(missing_ok=True)
        raise OelalaError("share-failed", reason="sha256 of the tunnel program") from fault
    except (httpx.HTTPError, OSError, ValueError, LookupError, TypeError) as fault:
        raise OelalaError("share-failed", reason=str(fault) or type(fault).__name__) from fault
    if not name:
        raise OelalaError("share-failed", reason="no address")
    return name.lower()


def _refuse_strange_program(program: Path, expected: str | None) -> None:
    """Gradio checks the program right after downloading it and never again."""
    if expected is None:
        raise OelalaError("share-failed", reason="this operating system")
    if program.exists() and hashlib.sha256(program.read_bytes()).hexdigest() != expected:
        program.unlink()


def _ask_for_server() -> tuple[str, int, str]:
    import httpx
    from gradio.networking import GRADIO_API_SERVER

    answer = httpx.get(GRADIO_API_SERVER, timeout=30).raise_for_status().json()[0]
    return str(answer["host"]), int(answer["port"]), str(answer["root_ca"])
