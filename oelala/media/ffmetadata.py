"""ffmpeg's own text form of a file's tags: `key=value` lines with `=`, `;`, `#`, `\\` and line end escaped.

A value that ends in a backslash comes back with a line end behind it: ffmpeg's reader sees one of the two.
"""

from __future__ import annotations

from collections.abc import Mapping

_HEADER = ";FFMETADATA1"
_SPECIAL = "=;#\\\n"


def write_tags(tags: Mapping[str, str]) -> bytes:
    lines = [_HEADER, *(f"{_escape(key)}={_escape(value)}" for key, value in tags.items()), ""]
    return "\n".join(lines).encode("utf-8")


def parse_tags(text: str) -> dict[str, str]:
    """The global tags; what follows a `[CHAPTER]` or `[STREAM]` heading is theirs and left out."""
    tags: dict[str, str] = {}
    for line in _logical_lines(text.removeprefix(_HEADER)):
        if line.startswith("["):
            break
        if line.startswith((";", "#")):
            continue
        key, separator, value = _split(line)
        if separator:
            tags[key] = value
    return tags


def _escape(text: str) -> str:
    return "".join(f"\\{letter}" if letter in _SPECIAL else letter for letter in text)


def _logical_lines(text: str) -> list[str]:
    """Lines, where one that ends in an odd number of backslashes goes on in the next."""
    lines: list[str] = []
    parts: list[str] = []
    for line in text.split("\n"):
        parts.append(line)
        if (len(line) - len(line.rstrip("\\"))) % 2 == 0:
            lines.append("\n".join(parts))
            parts = []
    return [line for line in [*lines, "\n".join(parts)] if line]


def _split(line: str) -> tuple[str, str, str]:
    """Key, "=" or "", value: unescaped."""
    key, letters, separator = "", [], ""
    escaped = False
    for letter in line:
        if escaped or letter not in "\\=" or (letter == "=" and separator):
            letters.append(letter)
            escaped = False
        elif letter == "\\":
            escaped = True
        else:
            key, separator = "".join(letters), "="
            letters = []
    return key, separator, "".join(letters)
