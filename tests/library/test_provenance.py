from __future__ import annotations

import json
from pathlib import Path

import pytest

from oelala.errors import OelalaError
from oelala.library.provenance import read_settings_of
from oelala.media.video import VideoSpec, write_video
from tests.media.clips import moving_gradient

GOOD = {"oelala": {"format": 1, "task": {"kind": "text-to-video", "prompt": "é 😀"}}}


def mp4(path: Path, comment: str | None) -> Path:
    tags = {} if comment is None else {"comment": comment}
    write_video(path, moving_gradient(1, 16, 16), VideoSpec(16, 16, 1, 16), tags)
    return path


@pytest.mark.parametrize(
    "comment", [None, "", "made by hand", "[1]", '{"a": 1}', '{"oelala": {}}', "[" * 50_000]
)
def test_a_clip_of_another_program_holds_no_settings(tmp_path: Path, comment: str | None) -> None:
    with pytest.raises(OelalaError) as fault:
        read_settings_of(mp4(tmp_path / "clip.mp4", comment))
    assert (fault.value.code, fault.value.values) == ("no-metadata", {"name": "clip.mp4"})


@pytest.mark.parametrize("name", ["clip.mp4", "upload.bin", "clip.json"])
def test_the_content_decides_not_the_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    mp4(path, json.dumps(GOOD))
    assert read_settings_of(path) == GOOD["oelala"]["task"]
    for mark in (b"", b"\xef\xbb\xbf", b"\n  "):
        path.write_bytes(mark + json.dumps(GOOD, ensure_ascii=False).encode())
        assert read_settings_of(path) == GOOD["oelala"]["task"]


@pytest.mark.parametrize(
    "task", [None, [], "text-to-video", {}, {"kind": 3}, {"kind": None}], ids=lambda task: json.dumps(task)
)
def test_json_without_a_task_holds_no_settings(tmp_path: Path, task: object) -> None:
    path = tmp_path / "clip.json"
    path.write_text(json.dumps({"oelala": {"task": task}}))
    with pytest.raises(OelalaError) as fault:
        read_settings_of(path)
    assert fault.value.code == "no-metadata"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b'{"a": ' * 50_000,
        b'{"a": "\xff\xfe"}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b"\0\0\0\0",
        b"hello",
    ],
    ids=["empty", "cut off", "deep", "no UTF-8", "a long number", "zeros", "text"],
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "dropped.mp4"
    path.write_bytes(content)
    with pytest.raises(OelalaError) as fault:
        read_settings_of(path)
    assert fault.value.code == "unreadable-file"
    assert fault.value.values["name"] == "dropped.mp4"
    assert fault.value.values["reason"]


def test_a_folder_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "gone.mp4"):
        with pytest.raises(OelalaError) as fault:
            read_settings_of(path)
        assert fault.value.code == "unreadable-file"
