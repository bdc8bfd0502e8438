"""One sentence in every language we speak; a language left out is a type error."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    en: str
    nl: str
