"""`generate pose-transfer --place` puts the body where the character stands, as a button of the page does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oelala.errors import InvalidTask
from oelala.studio import Studio
from oelala.tasks.job import Done, Job
from oelala.tasks.pose_transfer import PoseTransfer
from oelala.terminal.console import Console
from oelala.terminal.watch import run_and_watch

PLACED = ("pose_scale", "shift_x", "shift_y")


def refuse_both(given: Mapping[str, Any]) -> None:
    """Raises InvalidTask ("placed-already") where flags say as well where the body goes."""
    if field := next((name for name in PLACED if given.get(f"task_{name}") is not None), None):
        raise InvalidTask("placed-already", field=field)


def place_body(studio: Studio, task: PoseTransfer, console: Console) -> PoseTransfer | Job:
    """The task with size and shifts of the body, or the search that came to no end.

    Raises as `Studio.search_for_place` and `Studio.placed`.
    """
    kept, searches = studio.search_for_place(task)
    found: dict[str, str] = {}
    for field, job in zip(searches, run_and_watch(studio, list(searches.values()), console), strict=True):
        if not isinstance(job.state, Done):
            return job
        found[field] = str(job.state.result.details["motion"])
    return studio.placed(kept, found)
