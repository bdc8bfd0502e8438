"""What a search for bodies found is found again, but not what earlier versions found in their own way."""

from __future__ import annotations

import hashlib
from pathlib import Path

from oelala.library.motions import keep_motion, keep_source
from oelala.library.searches import found_by, note_search
from oelala.library.workspace import Workspace
from oelala.tasks.read_motion import ReadMotion
from tests.media.bodies import pose_of, standing
from tests.media.films import film, walking_body


def test_people_whom_earlier_versions_followed_across_cuts_are_looked_for_again(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "workspace")
    kept = keep_source(workspace, film(tmp_path / "walk.mp4", walking_body(2))).reference
    search, motion = ReadMotion(file=kept), keep_motion(workspace, pose_of(standing()))
    asked = search.model_dump_json(exclude={"file", "name", "stills"})
    key = hashlib.sha256(asked.encode()).hexdigest()[:12]  # as it was before scenes were told apart
    (workspace.inputs / kept).with_suffix(f".{key}.found").write_text(motion)
    assert found_by(workspace, search) is None
    note_search(workspace, search, motion)
    assert found_by(workspace, search) == motion
