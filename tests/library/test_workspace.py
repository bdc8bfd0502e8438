from __future__ import annotations

from pathlib import Path

import pytest

from oelala.errors import OelalaError
from oelala.library.workspace import (
    Workspace,
    chosen_workspace,
    known_workspaces,
    remember_workspace,
    require_writable,
)
from oelala.settings import Settings


def test_prepare_makes_what_the_contract_names(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "a" / "b")
    workspace.prepare()
    workspace.prepare()
    folders = {path.relative_to(workspace.root).as_posix() for path in workspace.root.rglob("*")}
    private = {".oelala", ".oelala/logs", ".oelala/tmp", ".oelala/previews"}
    assert folders == {"outputs", "loras", "presets", *private}
    assert workspace.queue_db == workspace.root / ".oelala" / "queue.db"
    assert workspace.private == Settings(workspace=workspace.root).private


@pytest.mark.parametrize("blocked", ["", "outputs", ".oelala", ".oelala/logs"])
def test_a_file_in_the_way_is_said(tmp_path: Path, blocked: str) -> None:
    root = tmp_path / "work"
    path = root / blocked
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("mine")
    with pytest.raises(OelalaError) as fault:
        Workspace(root).prepare()
    assert fault.value.code == "not-writable"
    assert path.read_text() == "mine"


def test_asking_whether_one_may_write_leaves_nothing(tmp_path: Path) -> None:
    require_writable(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_paths_are_stored_with_forward_slashes(workspace: Workspace) -> None:
    assert workspace.relative(workspace.outputs / "2026-11-22" / "a.mp4") == "outputs/2026-11-22/a.mp4"


def test_space_is_asked_for_in_bytes(workspace: Workspace) -> None:
    workspace.require_space(1)
    with pytest.raises(OelalaError) as fault:
        workspace.require_space(10**18)
    assert fault.value.code == "out-of-disk"


def test_workspaces_are_remembered_and_chosen(tmp_path: Path) -> None:
    default, one, two = tmp_path / "default", tmp_path / "één", tmp_path / "two"
    assert known_workspaces(default) == [default]
    assert chosen_workspace(default) == default
    remember_workspace(one, use=False, default=default)
    assert Workspace(one).outputs.is_dir()
    assert chosen_workspace(default) == default
    remember_workspace(two, use=True, default=default)
    remember_workspace(one, use=False, default=default)
    assert known_workspaces(default) == [default, one, two]
    assert chosen_workspace(default) == two
    remember_workspace(default, use=True, default=default)
    assert chosen_workspace(default) == default
    assert known_workspaces(default) == [default, one, two]


def test_a_workspace_that_is_gone_is_neither_listed_nor_chosen(tmp_path: Path) -> None:
    default, other = tmp_path / "default", tmp_path / "usb stick"
    remember_workspace(other, use=True, default=default)
    other.rename(tmp_path / "unplugged")
    assert known_workspaces(default) == [default]
    assert chosen_workspace(default) == default
    (tmp_path / "unplugged").rename(other)
    assert chosen_workspace(default) == other


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"current": 3, "known": 4}', '{"current": null}', "\xff"]
)
def test_a_broken_list_is_an_empty_one(tmp_path: Path, content: str) -> None:
    workspace = Workspace(tmp_path)
    workspace.prepare()
    workspace.workspaces_file.write_text(content, encoding="latin-1")
    assert known_workspaces(tmp_path) == [tmp_path]
    assert chosen_workspace(tmp_path) == tmp_path
    remember_workspace(tmp_path / "new", use=True, default=tmp_path)
    assert chosen_workspace(tmp_path) == tmp_path / "new"
