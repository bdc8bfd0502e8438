"""The list of the user's own models."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from oelala.errors import OelalaError
from oelala.models.catalog import ROWS, Component, Row, add_row, find, forget_row, locate, resolve, rows
from oelala.models.catalog.added import list_file
from oelala.settings import Settings
from oelala.tasks.text_to_video import TextToVideo
from tests.models.folders import write_cached, write_safetensors

BASE = find("wan2.1-t2v-14b")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(workspace=tmp_path / "workspace", models=tmp_path / "hub")


def own(file: Path, title: str = "My Wan (v2)") -> Row:
    part = Component("transformer", 100, 50, path=file)
    parts = {**BASE.components, "transformer": part}
    return replace(BASE, title=title, base=BASE.id, components=parts, added=True)


def test_it_stays_after_a_restart_and_keeps_its_id(settings: Settings, tmp_path: Path) -> None:
    added = add_row(own(tmp_path / "x.safetensors"), settings, ROWS)
    assert added.id == "my-wan-v2"
    assert rows(settings=settings) == (*ROWS, added)
    assert find("my-wan-v2", settings) == added
    assert [row.id for row in rows("text-to-video", settings)][-1] == "my-wan-v2"
    assert rows("image-to-video", settings) == rows("image-to-video")
    with pytest.raises(OelalaError, match="my-wan-v2"):
        add_row(own(tmp_path / "x.safetensors", "Another name"), settings, ROWS)
    other = add_row(own(tmp_path / "y.safetensors"), settings, ROWS)
    assert other.id == "my-wan-v2-2"
    forget_row(added, settings)
    assert rows(settings=settings) == (*ROWS, other)
    with pytest.raises(OelalaError):
        find("my-wan-v2", settings)


def test_nobody_else_sees_it(settings: Settings, tmp_path: Path) -> None:
    add_row(own(tmp_path / "x.safetensors"), settings, ROWS)
    assert rows() == ROWS
    assert rows(settings=replace(settings, workspace=tmp_path / "another")) == ROWS


def test_it_is_here_when_its_file_and_the_rest_of_its_base_are(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "x.safetensors"
    added = add_row(own(file), settings, ROWS)
    parts = tuple(name for name in BASE.components if name != "transformer")
    snapshot = write_cached(settings.models, BASE, only=parts)
    assert locate(added, settings.models) is None
    write_safetensors(file)
    assert locate(added, settings.models) == snapshot
    assert locate(BASE, settings.models) is None
    task = resolve(TextToVideo(prompt="a", model=added.id), settings)
    assert (task.num_inference_steps, task.flow_shift) == (50, 5.0)


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "[" * 100_000, '{"format": 9, "models": [{}]}', '{"format": 1, "models": 7}'),
        *(
            '{"format": 1, "models": [7, {}, {"id": "../x"}]}',
            "\ud800".encode("utf-16", "surrogatepass").hex(),
        ),
    ],
)
def test_a_list_that_cannot_be_read_is_no_list(settings: Settings, text: str) -> None:
    list_file(settings).parent.mkdir(parents=True)
    list_file(settings).write_text(text)
    assert rows(settings=settings) == ROWS


@pytest.mark.parametrize(
    ("key", "value"),
    [("subfolder", "../../etc"), ("subfolder", "/etc"), ("files", ["..\\x"]), ("bytes", "many"), ("also", 7)],
)
def test_an_entry_that_leads_elsewhere_is_left_out(
    settings: Settings, tmp_path: Path, key: str, value: object
) -> None:
    add_row(own(tmp_path / "x.safetensors"), settings, ROWS)
    add_row(own(tmp_path / "y.safetensors"), settings, ROWS)
    document = json.loads(list_file(settings).read_text())
    document["models"][0]["parts"]["transformer"][key] = value
    list_file(settings).write_text(json.dumps(document))
    assert [row.id for row in rows(settings=settings)[len(ROWS) :]] == ["my-wan-v2-2"]
