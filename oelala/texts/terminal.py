"""Sentences of: terminal."""

from __future__ import annotations

from oelala.texts.text import Text

TEXTS: dict[str, Text] = {}
