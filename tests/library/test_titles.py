"""What clips without a prompt are called."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from oelala.library.film_parts import note_film
from oelala.library.gallery import list_outputs
from oelala.library.inputs import keep_clip, keep_picture
from oelala.library.motions import keep_motion, keep_source
from oelala.library.names import name_of, note_name
from oelala.library.titles import title_of
from oelala.library.workspace import Workspace
from oelala.media.poses.motions import shipped_motion
from oelala.models.catalog import find, own_prompts
from tests.media.films import film, walking_body

OWN = str(find("wan2.2-animate-14b").defaults["pose-transfer"]["prompt"])


@pytest.fixture
def picture(workspace: Workspace, tmp_path: Path) -> str:
    Image.new("RGB", (32, 32), "red").save(tmp_path / "Anna_in red.png")
    return keep_picture(workspace, tmp_path / "Anna_in red.png").reference


def test_a_models_own_prompt_is_no_title(workspace: Workspace, picture: str) -> None:
    assert OWN in own_prompts()
    task = {"prompt": OWN, "image": picture, "motion": "wave"}
    assert title_of(task, workspace, own_prompts()) == "Anna in red · wave"
    assert title_of({**task, "prompt": " a  wave\n"}, workspace, own_prompts()) == "a wave"
    assert title_of({"prompt": OWN, "motion": "gone.mp4"}, workspace, own_prompts()) == ""


def test_a_motion_is_called_as_the_film_that_it_was_found_in(workspace: Workspace, tmp_path: Path) -> None:
    source = film(tmp_path / "clip.mp4", walking_body(3))
    kept = keep_source(workspace, source, "Tango.mp4").reference
    assert title_of({"motion": kept}, workspace) == "Tango"
    found = keep_motion(workspace, shipped_motion("walk"))
    assert title_of({"motion": found}, workspace) == ""
    note_film(workspace, found, kept)
    assert title_of({"motion": found}, workspace) == "Tango"
    assert title_of({"motion": found, "extend": keep_clip(workspace, source)}, workspace) == "clip"


def test_a_name_is_short_words_of_the_newest_who_brought_it(workspace: Workspace, picture: str) -> None:
    note_name(workspace, picture, "?")
    assert name_of(workspace, picture) == "Anna in red"
    note_name(workspace, picture, f"/home/me/{'x' * 200}.png")
    assert name_of(workspace, picture) == "x" * 80
    (note,) = (workspace.private / "names").iterdir()
    note.write_bytes(b"\xff\xfe")
    assert name_of(workspace, picture) == ""


def test_the_gallery_tells_it_of_clips_made_before(workspace: Workspace, picture: str) -> None:
    path = workspace.outputs / "2026-11-01" / "120000-clip-x7k2p9.mp4"
    path.parent.mkdir()
    path.write_bytes(b"")
    task = {"kind": "pose-transfer", "prompt": OWN, "image": picture, "motion": "dance"}
    path.with_suffix(".json").write_text(json.dumps({"oelala": {"task": task}}))
    assert [one.title for one in list_outputs(workspace, unsaid=own_prompts())] == ["Anna in red · dance"]
    path.with_suffix(".json").write_text(json.dumps({"oelala": {"task": {"prompt": OWN}}}))
    assert [one.title for one in list_outputs(workspace, unsaid=own_prompts())] == ["clip"]
