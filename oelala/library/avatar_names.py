"""What an avatar may be called: as its folder is, on every system that a workspace may be moved to."""

from __future__ import annotations

import unicodedata

from oelala.errors import OelalaError

LONGEST = 60  # characters
_MOST_BYTES = 200  # a file system takes 255, some encrypted ones fewer
_FORBIDDEN = frozenset('<>:"/\\|?*')
_NUMBERED = "0123456789¹²³"
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{device}{number}" for device in ("com", "lpt") for number in _NUMBERED}
)
_JOINERS = frozenset("\u200c\u200d")  # unseen, and yet part of words and of emoji


def checked_name(text: str) -> str:
    """The name as it is kept: composed (NFC), with single spaces. Raises OelalaError ("avatar-name")."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not _is_fine(name):
        raise OelalaError("avatar-name", name=_seen(text)[:LONGEST])
    return name


def name_key(name: str) -> str:
    """The same for names that a system may take for one: Windows and macOS know no capitals."""
    return " ".join(unicodedata.normalize("NFC", name).split()).casefold()


def _is_fine(name: str) -> bool:
    kinds = {unicodedata.category(letter)[0] for letter in name if letter not in _JOINERS}
    return (
        len(name) <= LONGEST
        and "C" not in kinds  # controls, and what turns the text around; checked before its bytes: surrogates
        and len(name.encode()) <= _MOST_BYTES
        and bool(kinds & {"L", "N", "S"})
        and not _FORBIDDEN & set(name)
        and not name.startswith(".")
        and not name.endswith(".")
        and name.split(".")[0].rstrip().casefold() not in _RESERVED
    )


def _seen(text: str) -> str:
    return "".join(letter if letter.isprintable() else "�" for letter in text)
