"""`generate pose-transfer` says what does not fit before the clip, and how well it follows after it."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from oelala.kinds import read_task
from oelala.media.poses.openpose_write import write_zip
from oelala.media.video import probe
from oelala.settings import Settings
from oelala.studio import Studio
from oelala.tasks.job import Cancelled, Failed, Job
from oelala.tasks.pose_transfer import PoseTransfer
from oelala.terminal.console import Console
from oelala.terminal.pose_transfer import Ready, make_ready
from tests.media.bodies import pose_of, standing
from tests.media.films import Frame, film, walking_body
from tests.media.people import rendered
from tests.models.tiny_pose import VACE
from tests.terminal.conftest import OpenStudio
from tests.terminal.test_terminal import SMALL, run


def side_by_side(num_frames: int) -> list[Frame]:
    """Somebody, and their mirror image to the right of them."""
    return [np.concatenate([frame, frame[:, ::-1]], axis=1) for frame in walking_body(num_frames, width=304)]


def test_two_people_are_told_of_and_the_clip_is_measured(
    tmp_path: Path, open_studio: OpenStudio, capsys: pytest.CaptureFixture[str]
) -> None:
    motion, out = film(tmp_path / "both.mp4", side_by_side(8)), tmp_path / "clip.mp4"
    about = ["--motion", str(motion), "--motion-end", "0.4", "--prompt", "somebody walks", "--model", VACE]
    where = ["--out", str(out), "--json", *open_studio.flags, "--language", "en"]
    code, said, err = run(capsys, "generate", "pose-transfer", *about, *SMALL, *where)
    assert code == 0, err
    answer = json.loads(said)
    several = next(one for one in answer["findings"] if one["code"] == "several")
    assert several["values"] == {"count": 2}
    assert "2 people were found" in several["text"]
    assert err.index(several["text"]) < err.index("side by side")
    (score,) = answer["scores"]
    assert 0 <= score["pck"] <= 1
    assert f"{score['pck'] * 100:.1f} % of the joints" in err or "0 % of the joints" in err
    assert score["side_by_side"] == str(tmp_path / "clip-side-by-side.mp4")
    assert (probe(tmp_path / "clip-side-by-side.mp4").height, score["side_by_side"] in err) == (128, True)

    clip, search = sorted(open_studio.jobs(), key=lambda job: job.kind)
    assert (search.lane, search.task["end"], clip.task["motion_end"]) == ("light", 0.4, 0.4)
    assert clip.task["motion"] == search.task["file"], "of a part only the part is looked at"


class Prepared:
    """A studio without its clips: what is said before one is made."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio

    def __call__(self, **values: Any) -> Ready | Job:
        task = read_task("pose-transfer", {"model": VACE, "width": 128, "height": 128, **values})
        assert isinstance(task, PoseTransfer)
        return make_ready(self.studio, task, [], Console("en"), place=False)


def codes(findings: list[dict[str, Any]]) -> list[str]:
    return [finding["code"] for finding in findings]


def test_half_a_body_and_a_character_who_is_not_alone(
    tmp_path: Path, open_studio: OpenStudio, capsys: pytest.CaptureFixture[str]
) -> None:
    prepared = Prepared(open_studio.join())
    upper = film(tmp_path / "upper.mp4", [np.ascontiguousarray(frame[:140]) for frame in walking_body(6)])
    pair, _ = rendered("full body")
    Image.fromarray(np.concatenate([pair, pair[:, ::-1]], axis=1)).save(tmp_path / "pair.png")
    ready = prepared(motion=str(upper), image=str(tmp_path / "pair.png"))
    assert isinstance(ready, Ready)
    assert set(codes(ready.findings)) & {"missing-joints", "out-of-frame"}
    assert "several-characters" in codes(ready.findings)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "2 people are in the character's picture" in printed.err
    assert ready.task.motion.endswith(".zip"), "of a whole film the points are what a page can show"
    before = len(open_studio.jobs())
    again = prepared(motion=str(upper), image=str(tmp_path / "pair.png"))
    assert isinstance(again, Ready)
    assert (again.findings, len(open_studio.jobs())) == (ready.findings, before), "nobody looks twice"


def late_film(path: Path) -> Path:
    """Half a second of wall, and then somebody walks for as long."""
    frames = walking_body(8)
    return film(path, [np.full_like(frames[0], 90)] * 8 + frames, fps=16)


def test_a_motion_begins_where_somebody_is_first_seen(
    tmp_path: Path, open_studio: OpenStudio, capsys: pytest.CaptureFixture[str]
) -> None:
    prepared = Prepared(open_studio.join())
    late = str(late_film(tmp_path / "late.mp4"))
    begins = 0.0
    for part in ({}, {"motion_end": 0.9}):
        ready = prepared(motion=late, prompt="x", num_frames=5, **part)
        assert isinstance(ready, Ready)
        begins = ready.task.motion_start
        assert begins == pytest.approx(0.5, abs=0.07)
        assert ready.task.motion.endswith(".zip"), "what was found, and no other search"
        assert "late.mp4 begins at 0.5" in capsys.readouterr().err.replace("0.56", "0.5")
        assert not set(codes(ready.findings)) & {"nobody", "comes-later", "absent"}
    held = prepared(motion=late, prompt="x", num_frames=5, motion_start=0.0)
    assert isinstance(held, Ready)
    assert held.task.motion_start == 0, "as it was asked for"
    said = next(one for one in held.findings if one["code"] == "comes-later")
    assert said["values"] == {"clip": 0.3, "at": begins}
    assert "Choose another start with --motion-start" in capsys.readouterr().err


def test_a_clip_in_which_nobody_is_to_follow_has_no_score(
    tmp_path: Path, open_studio: OpenStudio, capsys: pytest.CaptureFixture[str]
) -> None:
    body = standing(150, num_frames=20)
    body[:12] = 0
    write_zip(pose_of(body), tmp_path / "late.zip")
    about = ["--motion", str(tmp_path / "late.zip"), "--motion-start", "0", "--prompt", "x", "--model", VACE]
    where = ["--json", *open_studio.flags, "--language", "en"]
    code, said, err = run(capsys, "generate", "pose-transfer", *about, *SMALL, *where)
    assert code == 0, err
    (score,) = json.loads(said)["scores"]
    assert score["pck"] is None
    assert "so there is nothing to measure" in err
    assert "% of the joints" not in err


def test_a_picture_without_anybody_is_said_and_a_film_without_ends_it(
    tmp_path: Path, tiny_models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With no studio open, one after the other in the command's own."""
    prepared = Prepared(Studio(Settings(workspace=tmp_path / "w", models=tiny_models)))
    Image.new("RGB", (128, 128), "white").save(tmp_path / "blank.png")
    ready = prepared(motion="wave", image=str(tmp_path / "blank.png"))
    assert isinstance(ready, Ready)
    assert "No body was found in the character's picture" in capsys.readouterr().err
    wall = film(tmp_path / "wall.mp4", [np.full((96, 128, 3), 90, np.uint8)] * 3)
    lost = prepared(motion=str(wall), prompt="x")
    assert isinstance(lost, Job)
    assert isinstance(lost.state, Failed)
    assert (lost.state.code, lost.state.values["name"]) == ("nobody-found", "wall.mp4")


def test_a_search_that_is_cancelled_leaves_no_clip_behind(tmp_path: Path, open_studio: OpenStudio) -> None:
    prepared = Prepared(open_studio.join())
    source = film(tmp_path / "walk.mp4", walking_body(3))
    watcher = open_studio.join()

    def cancel() -> None:
        while not (jobs := open_studio.jobs()):
            time.sleep(0.02)
        watcher.cancel(jobs[0].id)

    with ThreadPoolExecutor(1) as other:
        other.submit(cancel)
        lost = prepared(motion=str(source), prompt="x")
    assert isinstance(lost, Job)
    assert isinstance(lost.state, Cancelled)
    assert [job.kind for job in open_studio.jobs()] == ["read-motion"]
