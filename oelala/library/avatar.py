"""The document of an avatar, `avatar.json` in its folder:

    {"format": 1,
     "description": "a woman in a red coat", "trigger_word": "",
     "consent": {"affirmed": true, "on": "2026-11-28"},
     "references": [{"file": "<sha256>.png", "width": 768, "height": 1024}],
     "created": 1795882679.1, "changed": 1795882679.1}

The name is that of the folder. `references` lie beside the document, the best first. What a later version
adds is kept as it stands; `format` rises only with what an older one would misread.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from oelala.errors import OelalaError, reason_of
from oelala.library.avatar_names import checked_name

FORMAT = 1
DOCUMENT = "avatar.json"
MAX_DESCRIPTION, MAX_TRIGGER_WORD = 300, 60
_MAX_BYTES = 2**20


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow", allow_inf_nan=False, str_strip_whitespace=True)


class Reference(_Part):
    """A picture beside the document, in 8-bit RGB as it is meant to be seen; its size in pixels."""

    file: Annotated[str, Field(pattern=r"^[0-9a-f]{64}\.png$")]
    width: Annotated[int, Field(ge=1)]
    height: Annotated[int, Field(ge=1)]


class Consent(_Part):
    """That this is the user, a person who agreed, or nobody real: whether that was affirmed, and when."""

    affirmed: bool
    on: date


class AvatarDocument(_Part):
    """`created`, `changed`: epoch seconds. `trigger_word`: what a LoRA of this avatar listens to."""

    format: Annotated[int, Field(ge=1, le=FORMAT)] = FORMAT
    description: Annotated[str, Field(max_length=MAX_DESCRIPTION)] = ""
    trigger_word: Annotated[str, Field(max_length=MAX_TRIGGER_WORD)] = ""
    consent: Consent
    references: Annotated[tuple[Reference, ...], Field(min_length=1)]
    created: float
    changed: float


@dataclass(frozen=True, slots=True)
class Avatar:
    """A character that the workspace keeps. `pictures`: its references that were there when it was read, the
    best first; at least one."""

    name: str
    folder: Path
    document: AvatarDocument
    pictures: tuple[Path, ...]


def avatar_in(folder: Path) -> Avatar:
    """Raises OelalaError ("avatar-name", "avatar-damaged", "avatar-newer")."""
    checked_name(folder.name)
    document = _read_document(folder, folder.name)
    pictures = _present(folder, document)
    if not pictures:
        raise _damaged(folder, folder.name, reason_of("missing", name=document.references[0].file))
    return Avatar(folder.name, folder, document, pictures)


def _read_document(folder: Path, name: str) -> AvatarDocument:
    path = folder / DOCUMENT
    try:
        values = _read_json(path)
        if isinstance(values, dict) and _is_newer(values.get("format")):
            raise OelalaError("avatar-newer", name=name)
        return AvatarDocument.model_validate(values)
    except FileNotFoundError as fault:
        raise _damaged(folder, name, reason_of("missing", name=DOCUMENT)) from fault
    except ValidationError as fault:
        first = fault.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or DOCUMENT
        raise _damaged(folder, name, f"{place}: {first['msg']}") from fault
    except (ValueError, RecursionError) as fault:
        raise _damaged(folder, name, reason_of("not-json", name=DOCUMENT)) from fault
    except OSError as fault:
        raise _damaged(folder, name, fault.strerror or type(fault).__name__) from fault


def _present(folder: Path, document: AvatarDocument) -> tuple[Path, ...]:
    paths = (folder / reference.file for reference in document.references)
    return tuple(path for path in paths if path.is_file() and not path.is_symlink())


def _read_json(path: Path) -> Any:
    if path.stat().st_size > _MAX_BYTES:
        raise ValueError(f"> {_MAX_BYTES} bytes")
    return json.loads(path.read_bytes())


def _is_newer(number: object) -> bool:
    return isinstance(number, int) and number > FORMAT


def _damaged(folder: Path, name: str, reason: object) -> OelalaError:
    return OelalaError("avatar-damaged", name=name, reason=reason, path=str(folder))
