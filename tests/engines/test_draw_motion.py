"""A kept motion becomes a film of its skeleton, once."""

from __future__ import annotations

import pytest

from oelala.engines.draw_motion import run
from oelala.errors import Cancelled, OelalaError
from oelala.library.motions import drawing_of, keep_motion
from oelala.library.workspace import Workspace
from oelala.media.video import probe, read_frames
from oelala.progress import Progress
from oelala.settings import Settings
from oelala.tasks.draw_motion import DrawMotion
from tests.engines.test_text_to_video import Stop, context_of
from tests.media.bodies import pose_of, standing


def test_the_skeleton_is_drawn_once(workspace: Workspace) -> None:
    pose = pose_of(standing(150))
    motion = keep_motion(workspace, pose)
    reports: list[Progress] = []
    task, settings = DrawMotion(motion=motion), Settings(workspace=workspace.root)
    assert run(task, settings, context_of(reports.append), workspace).details == {"motion": motion}
    film = drawing_of(workspace, motion)
    about = probe(film)
    assert (about.width, about.height, about.num_frames, about.fps) == (256, 256, 5, 16)
    assert (reports[-1].step, reports[-1].total) == (5, 5)
    first = next(iter(read_frames(film)))
    x, y = (round(place) for place in pose.people[0].body[0, 4, :2])
    red, green, blue = (int(value) for value in first[y, x])
    assert red > 120, "the right wrist is yellow"
    assert green > 120
    assert blue < 120
    assert first[2:20, 2:20].max() < 20, "on black"

    made = film.stat().st_mtime_ns
    run(task, settings, context_of(), workspace)
    assert film.stat().st_mtime_ns == made
    assert list(workspace.tmp.iterdir()) == []


def test_a_cancel_leaves_nothing(workspace: Workspace) -> None:
    motion = keep_motion(workspace, pose_of(standing(150)))
    settings = Settings(workspace=workspace.root)
    with pytest.raises(Cancelled):
        run(DrawMotion(motion=motion), settings, context_of(cancel=Stop(2)), workspace)
    assert not drawing_of(workspace, motion).exists()
    assert list(workspace.tmp.iterdir()) == []


def test_a_motion_that_is_gone_is_said(workspace: Workspace) -> None:
    with pytest.raises(OelalaError) as caught:
        run(DrawMotion(motion="0" * 64 + ".zip"), Settings(workspace=workspace.root), context_of(), workspace)
    assert caught.value.code == "no-motion-file"
