"""Kept pictures: under the hash of their content, once, and found again when the original is gone."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from oelala.errors import InvalidTask, OelalaError
from oelala.library.inputs import is_kept, is_reference, keep_frame, keep_inputs, keep_picture, kept_path
from oelala.library.workspace import Workspace
from oelala.media.video import VideoSpec, write_video
from oelala.tasks.image_to_video import ImageToVideo
from oelala.tasks.text_to_video import TextToVideo
from tests.media import pictures
from tests.media.clips import moving_gradient


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return pictures.save(pictures.two_halves(), tmp_path / "my photo.jpeg")


def test_a_picture_is_kept_as_it_came_and_once(workspace: Workspace, photo: Path) -> None:
    kept = keep_picture(workspace, photo)
    assert (kept.width, kept.height) == (96, 64)
    assert kept.reference == hashlib.sha256(photo.read_bytes()).hexdigest() + ".jpg"
    assert kept_path(workspace, kept.reference).read_bytes() == photo.read_bytes()
    assert keep_picture(workspace, photo.rename(photo.with_name("other"))) == kept
    assert len(list(workspace.inputs.iterdir())) == 1


def test_a_task_names_what_is_kept(workspace: Workspace, photo: Path) -> None:
    task = keep_inputs(ImageToVideo(image=str(photo), prompt="waves"), workspace)
    assert is_reference(task.image)
    photo.unlink()
    assert keep_inputs(task, workspace) == task, "the original may go"
    plain = TextToVideo(prompt="waves")
    assert keep_inputs(plain, workspace) is plain or keep_inputs(plain, workspace) == plain


def test_a_fault_stands_at_its_field(workspace: Workspace, photo: Path, tmp_path: Path) -> None:
    poem = tmp_path / "poem.png"
    poem.write_text("no picture")
    for values, field, code in (
        ({"image": str(poem)}, "image", "picture-unknown"),
        ({"image": str(photo), "last_image": str(tmp_path / "gone.png")}, "last_image", "no-picture"),
        ({"image": "0" * 64 + ".png"}, "image", "picture-gone"),
        ({"image": "\0"}, "image", "no-picture"),
    ):
        with pytest.raises(InvalidTask) as fault:
            keep_inputs(ImageToVideo(**values), workspace)  # type: ignore[arg-type]
        assert (fault.value.field, fault.value.code) == (field, code)


def test_only_kept_names_lead_to_a_file(workspace: Workspace, photo: Path) -> None:
    kept = keep_picture(workspace, photo)
    (workspace.inputs / "secret.txt").write_text("x")
    (workspace.inputs / ("1" * 64 + ".png")).symlink_to(photo)
    assert is_kept(workspace, kept.reference)
    for name in ("secret.txt", "../../queue.db", "1" * 64 + ".png", "2" * 64 + ".png", None, 7):
        assert not is_kept(workspace, name)
        if isinstance(name, str):
            with pytest.raises(OelalaError, match="no longer in the workspace"):
                kept_path(workspace, name)


def test_a_frame_of_a_clip(workspace: Workspace, tmp_path: Path) -> None:
    frames = moving_gradient(9, 64, 96)
    clip = tmp_path / "clip.mp4"
    write_video(clip, frames, VideoSpec(96, 64, 9, 16))
    for seconds, wanted in ((0, frames[0]), (0.25, frames[4]), (None, frames[8]), (99, frames[8])):
        kept = keep_frame(workspace, clip, seconds)
        found = np.asarray(Image.open(kept_path(workspace, kept.reference)), np.float64)
        assert np.abs(found - wanted).mean() < 4
        assert (kept.width, kept.height) == (96, 64)
    assert keep_frame(workspace, clip, None) == keep_frame(workspace, clip, 0.5)


def test_half_a_picture_is_swept(workspace: Workspace, photo: Path) -> None:
    kept = keep_picture(workspace, photo)
    (workspace.inputs / ".abc.png.0123.part").write_bytes(b"half")
    assert workspace.sweep() == 1
    assert [path.name for path in workspace.inputs.iterdir()] == [kept.reference]
