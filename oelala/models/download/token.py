"""The user's access token for the hub: kept where the hub's other programs look, for the user alone."""

from __future__ import annotations

import os
import re
import secrets

from oelala.errors import OelalaError
from oelala.media.faults import disk_fault
from oelala.settings import Settings

_TOKEN = re.compile(r"[!-~]{8,500}")


def keep_token(text: str, settings: Settings) -> None:
    """An empty `text` forgets it. Raises OelalaError ("bad-token", "not-writable", "out-of-disk")."""
    path, token = settings.hub_token_file, text.strip()
    if token and not _TOKEN.fullmatch(token):
        raise OelalaError("bad-token")
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        if not token:
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        # made for the owner alone, before a byte of it is written
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(token)
        part.replace(path)
    except OSError as fault:
        raise disk_fault(fault, path.parent) from fault
    finally:
        part.unlink(missing_ok=True)
