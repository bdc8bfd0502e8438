"""What the command line says: results on stdout, everything else on stderr, in the user's language."""

from __future__ import annotations

import json
import sys
from typing import Any

from oelala.errors import InvalidTask, OelalaError
from oelala.texts import Language, explain, say

DONE, FAILED, USAGE, CANCELLED = 0, 1, 2, 130
# What was asked cannot be; everything else is a failure.
USAGE_CODES = frozenset(
    {
        "unknown-kind",
        "unknown-preset",
        "unknown-model",
        "unknown-job",
        "unknown-avatar",
        "avatar-name",
        "avatar-exists",
        "consent-needed",
        "unknown-field",
        "bad-settings",
        "password-needed",
        "missing-argument",
        "one-at-a-time",
        "no-such-source",
        "no-such-folder",
        "out-is-folder",
        "out-other-kind",
        "out-is-input",
        "not-a-folder",
    }
)


def exit_code(fault: OelalaError) -> int:
    return USAGE if isinstance(fault, InvalidTask) or fault.code in USAGE_CODES else FAILED


class Console:
    def __init__(self, language: Language, as_json: bool = False) -> None:
        self.language = language
        self.as_json = as_json

    def result(self, text: str) -> None:
        print(text, flush=True)

    def json(self, value: Any) -> None:
        print(json.dumps(value, ensure_ascii=False), flush=True)

    def note(self, key: str, **values: Any) -> None:
        self.say_aside(say(key, self.language, **values))

    def say_aside(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    def say(self, key: str, **values: Any) -> str:
        return say(key, self.language, **values)

    def explain(self, fault: OelalaError) -> tuple[str, str]:
        """Message and hint; a fault of a field names its flag."""
        message, hint = explain(fault.code, fault.values, self.language)
        if isinstance(fault, InvalidTask) and fault.field:
            message = f"--{fault.field.replace('_', '-')}: {message}"
        return message, hint

    def cancelled(self, job: str | None = None) -> None:
        message = self.say("terminal.cancelled")
        if self.as_json:
            self.json({"state": "cancelled", "job": job, "code": "cancelled", "message": message, "hint": ""})
        print(message, file=sys.stderr, flush=True)

    def fault(self, fault: OelalaError, job: str | None = None) -> None:
        message, hint = self.explain(fault)
        if self.as_json:
            self.json({"state": "failed", "job": job, "code": fault.code, "message": message, "hint": hint})
        print(f"{message}\n{hint}".strip(), file=sys.stderr, flush=True)
