from __future__ import annotations

import pytest

from oelala.media.ffmetadata import parse_tags, write_tags


@pytest.mark.parametrize(
    "value",
    [
        "",
        "plain",
        "a=b;c#d",
        "two\nlines",
        "\\",
        "\\\\n",
        "ends with =",
        "[CHAPTER]",
        "\n\n",
        " spaces ",
        "é😀",
    ],
)
def test_tags_come_back(value: str) -> None:
    tags = {"comment": value, "k=e;y": "x"}
    assert parse_tags(write_tags(tags).decode()) == tags


def test_tags_of_chapters_and_streams_are_left_out() -> None:
    text = ";FFMETADATA1\ntitle=mine\n; a remark\n[CHAPTER]\ntitle=theirs\n"
    assert parse_tags(text) == {"title": "mine"}


def test_what_is_no_tag_is_skipped() -> None:
    assert parse_tags("nonsense\n\n=\nkey=value\\") == {"": "", "key": "value"}
