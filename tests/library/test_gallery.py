from __future__ import annotations

import json
import os
import time
from pathlib import Path

from oelala.library.gallery import list_outputs
from oelala.library.outputs import save_clip
from oelala.library.workspace import Workspace
from tests.library.conftest import CREATED, Clip


def put(workspace: Workspace, day: str, name: str, **document: object) -> Path:
    """Files as an output has them, without the cost of a real clip."""
    path = workspace.outputs / day / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"")
    if document:
        path.with_suffix(".json").write_text(json.dumps({"oelala": document}))
    return path


def test_the_newest_comes_first(workspace: Workspace) -> None:
    for number, age in enumerate((3 * 86400, 60, 0, 86400)):
        save_clip(Clip(job_id=f"20261122-171500-job{number}", created=CREATED - age).into(workspace))
    outputs = list_outputs(workspace)
    assert [output.job[-1] for output in outputs] == ["2", "1", "3", "0"]
    newest = outputs[0]
    assert (newest.kind, newest.title, newest.created) == ("text-to-video", "A woman waves", CREATED)
    assert newest.path.exists()
    assert newest.poster.exists()
    assert newest.metadata.exists()


def test_pages_of_the_list_fit_together(workspace: Workspace) -> None:
    for day in (1, 2, 3):
        for hour in range(5):
            put(workspace, f"2026-11-0{day}", f"{hour:02}0000-clip-{day}{hour}.mp4")
    whole = [output.path for output in list_outputs(workspace)]
    assert len(whole) == 15
    assert [o.path for at in range(0, 15, 4) for o in list_outputs(workspace, 4, at)] == whole
    assert list_outputs(workspace, 5, 15) == []


def test_what_is_no_output_is_left_out(workspace: Workspace, tmp_path: Path) -> None:
    kept = put(workspace, "2026-11-01", "120000-mine-aaaaaa.mp4")
    put(workspace, "2026-11-01", ".120000-draft-aaaaaa.mp4")
    put(workspace, "2026-11-01", "notes.txt")
    put(workspace, "holiday", "120000-mine-aaaaaa.mp4")
    (workspace.outputs / "2026-11-01" / "folder.mp4").mkdir()
    (workspace.outputs / "2026-11-02").write_text("a file")
    secret = tmp_path / "secret.mp4"
    secret.write_bytes(b"x")
    os.symlink(secret, workspace.outputs / "2026-11-01" / "130000-link-bbbbbb.mp4")
    os.symlink(tmp_path, workspace.outputs / "2026-11-03")
    assert [output.path for output in list_outputs(workspace)] == [kept]


def test_an_output_whose_settings_are_gone_or_broken_is_still_shown(workspace: Workspace) -> None:
    path = put(workspace, "2026-11-01", "120000-a-red-coat-x7k2p9.mp4")
    for broken in (
        None,
        "{",
        "[]",
        "7",
        '{"oelala": 3}',
        '{"oelala": {"task": [], "created": "x"}}',
        "[" * 99_999,
    ):
        if broken is not None:
            path.with_suffix(".json").write_text(broken)
        (output,) = list_outputs(workspace)
        assert (output.title, output.job, output.kind) == ("a red coat", "x7k2p9", "")
        assert output.created == path.stat().st_mtime


def test_a_workspace_without_outputs_lists_none(tmp_path: Path) -> None:
    assert list_outputs(Workspace(tmp_path / "new")) == []


def test_five_thousand_outputs_list_fast(workspace: Workspace) -> None:
    """Three files each, half of them in one day; the best of three, because the machine has other work."""
    for number in range(5000):
        day = f"2026-{1 + number % 50 // 28:02}-{1 + number % 28:02}" if number % 2 else "2026-03-01"
        path = put(
            workspace, day, f"{number:06}-a-person-waves-{number:06}.mp4", job=str(number), created=1.0
        )
        path.with_suffix(".jpg").touch()
    seconds = []
    for offset in (0, 0, 4900):
        started = time.perf_counter()
        assert len(list_outputs(workspace, 60, offset)) == 60
        seconds.append(time.perf_counter() - started)
    assert min(seconds) < 0.1
    assert max(seconds) < 1.0
