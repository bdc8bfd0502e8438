"""The disk is full or read-only, or the power goes: a clear message, nothing half, nothing left behind."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time

import pytest

from oelala.errors import OelalaError
from oelala.library.files import copy_file
from oelala.library.outputs import list_outputs, save_clip
from oelala.library.workspace import Workspace
from oelala.media.video import VideoSpec, verify_video
from oelala.progress import Progress
from oelala.settings import PROJECT
from tests.library.conftest import Clip, SmallDisk, files_in
from tests.media.clips import noise


def workspace_on(disk: SmallDisk) -> Workspace:
    workspace = Workspace(disk.folder / "work")
    workspace.prepare()
    return workspace


@pytest.mark.parametrize("left", [0, 4096, 20_000, 65_536])
def test_a_disk_that_somebody_fills_up_while_encoding(small_disk: SmallDisk, left: int) -> None:
    small_disk.mount("size=8m")
    workspace = workspace_on(small_disk)
    filler = small_disk.folder / "filler"

    def fill(progress: Progress) -> None:
        if progress.step == 2:
            filler.write_bytes(bytes(shutil.disk_usage(small_disk.folder).free - left))

    with pytest.raises(OelalaError) as fault:
        save_clip(Clip(frames=noise(17, 128, 128), report=fill).into(workspace))
    assert fault.value.code == "out-of-disk"
    assert fault.value.values["path"].startswith(str(workspace.outputs))
    assert files_in(workspace) == []
    filler.unlink()
    save_clip(Clip(frames=noise(17, 128, 128)).into(workspace))
    assert len(files_in(workspace)) == 3


def test_a_disk_without_room_is_said_before_the_first_frame(small_disk: SmallDisk) -> None:
    small_disk.mount("size=1m")
    workspace = workspace_on(small_disk)
    clip = Clip()
    with pytest.raises(OelalaError) as fault:
        save_clip(clip.into(workspace))
    assert fault.value.code == "out-of-disk"
    assert fault.value.values["free"].endswith(("MB", "kB"))
    assert clip.reports == []
    assert files_in(workspace) == []


def test_a_disk_that_is_full_at_any_file(small_disk: SmallDisk) -> None:
    """The number of files a disk holds runs out at each of them in turn: folder, tags, mp4, poster, JSON."""
    small_disk.mount("size=20m,nr_inodes=40")
    workspace = workspace_on(small_disk)
    used = os.statvfs(small_disk.folder).f_files - os.statvfs(small_disk.folder).f_ffree
    faults = 0
    for room in range(8):
        small_disk.remount(f"nr_inodes={used + room}")
        try:
            save_clip(Clip().into(workspace))
            break
        except OelalaError as fault:
            assert fault.code == "out-of-disk"  # noqa: PT017 - how many fail is what is counted
            assert files_in(workspace) == []
            faults += 1
    assert faults >= 3
    assert len(files_in(workspace)) == 3


def test_a_copy_is_whole_or_the_former_one_stays(small_disk: SmallDisk) -> None:
    small_disk.mount("size=1m")
    target = small_disk.folder / "clip.mp4"
    target.write_bytes(b"the former")
    source = small_disk.folder.parent / "large.mp4"
    source.write_bytes(bytes(2**21))
    with pytest.raises(OelalaError) as fault:
        copy_file(source, target)
    assert fault.value.code == "out-of-disk"
    assert [path.name for path in small_disk.folder.iterdir()] == ["clip.mp4"]
    assert target.read_bytes() == b"the former"
    source.write_bytes(b"the new one")
    copy_file(source, target)
    assert target.read_bytes() == b"the new one"


def test_a_read_only_disk(small_disk: SmallDisk) -> None:
    small_disk.mount("size=20m")
    workspace = workspace_on(small_disk)
    save_clip(Clip().into(workspace))
    before = files_in(workspace)
    small_disk.remount("ro")
    with pytest.raises(OelalaError) as fault:
        save_clip(Clip(job_id="20261122-171500-bbbbbb").into(workspace))
    assert (fault.value.code, fault.value.values) == ("not-writable", {"path": str(workspace.outputs)})
    with pytest.raises(OelalaError) as fault:
        workspace.prepare()
    assert fault.value.code == "not-writable"
    assert files_in(workspace) == before
    assert len(list_outputs(workspace)) == 1


_SAVE_FOR_EVER = """
import sys, time
from pathlib import Path
from oelala.library.outputs import save_clip
from oelala.library.workspace import Workspace
from tests.library.conftest import Clip
workspace = Workspace(Path(sys.argv[1]))
print("ready", flush=True)
for number in range(10_000):
    save_clip(Clip(job_id=f"20261122-171500-n{number:05}").into(workspace))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_a_kill_at_any_moment_leaves_only_whole_clips(workspace: Workspace) -> None:
    dice = random.Random(11)
    for _ in range(3):
        command = [sys.executable, "-c", _SAVE_FOR_EVER, str(workspace.root)]
        with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            time.sleep(dice.uniform(0.02, 0.4))
            process.send_signal(signal.SIGKILL)
    time.sleep(0.3)  # an orphaned ffmpeg closes its draft
    workspace.sweep()
    outputs = list_outputs(workspace, limit=1000)
    assert outputs
    for output in outputs:
        verify_video(output.path, VideoSpec(64, 48, 9, 16))
        assert output.poster.exists()
        assert output.metadata.exists()
    assert not [name for name in files_in(workspace) if name.endswith(".part")]


def test_rests_of_a_crash_are_swept(workspace: Workspace) -> None:
    save_clip(Clip().into(workspace))
    kept = files_in(workspace)
    day = list_outputs(workspace)[0].path.parent
    mine = [workspace.loras / "style.safetensors.part", workspace.root / "outputs" / "notes.part"]
    rests = [
        day / ".x.mp4.12ab.part",
        day / ".x.mp4.12ab.part.tags.part",
        workspace.outputs / ".probe-12ab.part",
        workspace.tmp / "upload" / "a.mp4",
        workspace.previews / "1.webp",
        workspace.private / ".settings.json.12ab.part",
    ]
    for path in (*mine, *rests):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    elsewhere = workspace.root.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "y.part").write_bytes(b"x")
    os.symlink(elsewhere, workspace.outputs / "link")
    os.symlink(elsewhere, workspace.tmp / "link")
    assert workspace.sweep() == 7
    assert not any(path.exists() for path in rests)
    assert all(path.exists() for path in (*mine, elsewhere / "y.part"))
    assert set(kept) <= set(files_in(workspace))
    assert workspace.sweep() == 0
