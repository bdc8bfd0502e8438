"""A clip written while it is made keeps every promise of one that is saved as a whole."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
from PIL import Image

from oelala.errors import Cancelled, OelalaError
from oelala.library.clip_writer import ClipWriter
from oelala.library.outputs import read_settings_of, save_clip
from oelala.library.workspace import Workspace
from oelala.media.video import read_frames, read_metadata
from oelala.progress import Progress
from oelala.tasks.job import JobResult
from tests.library.conftest import Clip, SmallDisk, files_in
from tests.media.clips import noise


def written(clip: Clip, workspace: Workspace, chunk: int = 4) -> JobResult:
    request = clip.into(workspace)
    with ClipWriter(request.clip) as writer:
        for start in range(0, len(clip.frames), chunk):
            writer.write(clip.frames[start : start + chunk])
        return writer.finish(clip.provenance)


def test_it_is_the_clip_that_saving_makes(workspace: Workspace) -> None:
    clip, other = Clip(), Clip(job_id="20261122-171500-other2")
    made, saved = written(clip, workspace), save_clip(other.into(workspace))
    assert made.output is not None
    assert saved.output is not None
    first, second = workspace.root / made.output, workspace.root / saved.output
    for one, two in zip(read_frames(first), read_frames(second), strict=True):
        assert np.array_equal(one, two)
    assert json.loads(read_metadata(first)["comment"]) == json.loads(first.with_suffix(".json").read_text())
    assert read_settings_of(first) == read_settings_of(second)
    posters = [np.asarray(Image.open(path.with_suffix(".jpg"))) for path in (first, second)]
    assert np.array_equal(posters[0], posters[1])
    assert made.details.keys() == saved.details.keys()
    assert clip.reports[-1] == Progress("saving", 9, 9)
    assert len(files_in(workspace)) == 6


def test_what_is_looked_at_before_the_end_is_what_the_clip_shows(workspace: Workspace) -> None:
    clip = Clip(frames=noise(9, 64, 64))
    with ClipWriter(clip.into(workspace).clip) as writer:
        writer.write(clip.frames)
        seen = list(read_frames(writer.encoded()))
        assert list(workspace.outputs.rglob("*.mp4")) == []
        made = writer.finish({"first": int(seen[0][0, 0, 0])})
    assert made.output is not None
    shown = list(read_frames(workspace.root / made.output))
    assert np.array_equal(np.stack(seen), np.stack(shown))
    assert not np.array_equal(np.stack(seen), clip.frames), "encoded, and so not quite what was handed over"
    assert clip.reports[-1] == Progress("saving", 9, 9)
    assert len(files_in(workspace)) == 3


@pytest.mark.parametrize("moment", ["before", "between", "at the end"])
def test_a_cancel_leaves_nothing(workspace: Workspace, moment: str) -> None:
    clip = Clip()
    request = clip.into(workspace)

    def act() -> None:
        with ClipWriter(request.clip) as writer:
            for number, frame in enumerate(clip.frames):
                if moment == "before" or (moment == "between" and number == 4):
                    clip.cancel.cancel()
                writer.write(frame[None])
            clip.cancel.cancel()
            writer.finish({})

    with pytest.raises(Cancelled):
        act()
    assert files_in(workspace) == []


def test_a_failed_second_attempt_keeps_the_first(workspace: Workspace) -> None:
    written(Clip(), workspace)
    with pytest.raises(OelalaError):
        written(Clip(attempt=2, frames=Clip().frames[:0]), workspace)
    assert len(files_in(workspace)) == 3


def test_a_disk_that_somebody_fills_up_meanwhile(small_disk: SmallDisk) -> None:
    small_disk.mount("size=8m")
    workspace = Workspace(small_disk.folder / "work")
    workspace.prepare()
    clip, filler = Clip(frames=noise(17, 128, 128)), small_disk.folder / "filler"

    def act() -> None:
        with ClipWriter(clip.into(workspace).clip) as writer:
            writer.write(clip.frames[:2])
            filler.write_bytes(bytes(shutil.disk_usage(small_disk.folder).free - 20_000))
            writer.write(clip.frames[2:])
            writer.finish({})

    with pytest.raises(OelalaError) as fault:
        act()
    assert fault.value.code == "out-of-disk"
    assert files_in(workspace) == []
    filler.unlink()
    written(clip, workspace)
    assert len(files_in(workspace)) == 3


def test_a_disk_without_room_is_said_before_the_first_frame(small_disk: SmallDisk) -> None:
    small_disk.mount("size=1m")
    workspace = Workspace(small_disk.folder / "work")
    workspace.prepare()
    with pytest.raises(OelalaError) as fault:
        written(Clip(), workspace)
    assert fault.value.code == "out-of-disk"
    assert files_in(workspace) == []
