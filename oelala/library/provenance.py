"""The settings of a clip, inside the mp4 and beside it: enough to make it again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from oelala.errors import OelalaError
from oelala.media.video import VideoSpec, read_metadata
from oelala.progress import RunContext
from oelala.tasks.base import Task

FORMAT = 1
_MAX_JSON = 4 * 2**20
_TITLE = 200


def describe(
    task: Task, context: RunContext, video: VideoSpec, provenance: Mapping[str, Any]
) -> dict[str, Any]:
    """`{"oelala": {format, job, attempt, created, task, video, …provenance}}`, JSON values only."""
    return {
        "oelala": {
            **provenance,
            "format": FORMAT,
            "job": context.job_id,
            "attempt": context.attempt,
            "created": context.created,
            "task": {"kind": task.kind, **task.model_dump(mode="json")},
            "video": {
                "width": video.width,
                "height": video.height,
                "num_frames": video.num_frames,
                "fps": video.fps,
            },
        }
    }


def as_tags(document: Mapping[str, Any], title: str) -> dict[str, str]:
    """mp4 tags. The JSON is plain ASCII: players and other programs cannot garble it."""
    return {"title": title[:_TITLE], "comment": json.dumps(document, separators=(",", ":"))}


def read_settings_of(path: Path) -> dict[str, Any]:
    """The task, with its `kind`, in an mp4 or a JSON that Oelala made; the content decides which it is.

    Raises OelalaError ("unreadable-file", "no-metadata"). The values are unchecked.
    """
    text = _read_start(path)
    if text.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":  # with or without a byte order mark
        document = _parse(text, path)
    else:
        comment = read_metadata(path).get("comment", "")
        try:
            document = json.loads(comment)
        except (ValueError, RecursionError):
            document = None
    task = document.get("oelala", {}) if isinstance(document, dict) else {}
    task = task.get("task") if isinstance(task, dict) else None
    if not isinstance(task, dict) or not isinstance(task.get("kind"), str):
        raise OelalaError("no-metadata", name=path.name)
    return task


def joins_of(path: Path) -> list[dict[str, Any]]:
    """What an mp4 that Oelala made tells of where it was joined; none where it tells nothing."""
    try:
        document = json.loads(read_metadata(path).get("comment", ""))
        joins = document["oelala"]["joins"]
    except (OelalaError, ValueError, KeyError, TypeError, RecursionError):
        return []
    return [one for one in joins if isinstance(one, dict)] if isinstance(joins, list) else []


def read_document(path: Path) -> dict[str, Any]:
    """What the JSON beside an output says under "oelala", or {} where it says nothing readable."""
    try:
        document = json.loads(path.read_bytes())
        described = document["oelala"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}
    return described if isinstance(described, dict) else {}


def _read_start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_MAX_JSON)
    except OSError as fault:
        raise OelalaError("unreadable-file", name=path.name, reason=fault.strerror or "") from fault


def _parse(text: bytes, path: Path) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as fault:
        reason = "JSON" if isinstance(fault, RecursionError) else str(fault)[:100]
        raise OelalaError("unreadable-file", name=path.name, reason=reason) from fault
