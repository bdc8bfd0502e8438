"""What can go wrong, as data: a code and its values. The sentences live in `oelala.texts`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class OelalaError(Exception):
    """A fault the user can do something about.

    `code` names the texts `error.<code>` (what happened) and `error.<code>.hint` (what to do next);
    `values` fill their placeholders and must be JSON values, because a job's row stores them.
    """

    def __init__(self, code: str, /, **values: Any) -> None:
        super().__init__(code, values)
        self.code = code
        self.values: Mapping[str, Any] = values

    def __str__(self) -> str:
        from oelala.texts import explain  # texts knows no errors; the other way round only while printing

        message, hint = explain(self.code, self.values, "en")
        return f"{message} {hint}".strip()


def reason_of(code: str, /, **values: Any) -> dict[str, Any]:
    """A value of a fault that is said in the user's language itself: `reason.<code>` of the texts."""
    return {"reason": code, **values}


class InvalidTask(OelalaError):
    """A task that cannot be run as asked. `field` names the field to put the message at, if there is one."""

    def __init__(self, code: str, /, field: str | None = None, **values: Any) -> None:
        super().__init__(code, **values)
        self.field = field


class ModelMissing(OelalaError):
    """The model is known but not on this disk."""


class OutOfMemory(OelalaError):
    """The device or the machine ran out of memory; the manager is emptied afterwards."""


class Cancelled(Exception):
    """The user asked to stop. Not a failure: the worker turns it into the state of the same name."""
