"""Motions that a page brings and that need a word more: parts of long films, files that say too little."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from oelala.engines.read_motion import run as read
from oelala.studio import Studio
from oelala.tasks.pose_transfer import PoseTransfer
from oelala.tasks.read_motion import ReadMotion
from tests.engines.test_text_to_video import context_of
from tests.library.test_motions import bare_frames
from tests.media.films import film, walking_body
from tests.ui.test_motions import fit, upload
from tests.ui.test_pictures import OURS


def test_of_a_long_film_the_first_part_is_searched_and_then_the_one_chosen(
    studio: Studio, client: TestClient, tmp_path: Path
) -> None:
    source = film(tmp_path / "long.mp4", walking_body(36), fps=1)
    answer = client.post("/oelala/motions?name=long.mp4&fps=16", content=source.read_bytes(), headers=OURS)
    reference, job = answer.json()["reference"], studio.job(answer.json()["job"])
    assert (job.task["start"], job.task["end"], job.task["fps"]) == (0, 20, None)
    assert client.get(f"/oelala/motions/film/{reference}").json() == {"seconds": 36, "fps": 1}
    assert client.get(f"/oelala/motions/film/{'0' * 64}.mp4").status_code == 404

    find = f"/oelala/motions/find/{reference}"
    chosen = client.post(f"{find}?start=30&end=32.5&fps=0.5", headers=OURS).json()
    task = studio.job(chosen["job"]).task
    assert (task["start"], task["end"], task["fps"]) == (30, 32.5, 0.5)
    backwards = client.post(f"{find}?start=9&end=3", headers=OURS)
    assert (backwards.status_code, backwards.json()["code"]) == (400, "bad-part")
    for query in ("start=-1&end=3", "end=1e99"):
        assert client.post(f"{find}?{query}", headers=OURS).status_code == 400
    whole = client.post(f"{find}?start=0&end=inf", headers=OURS).json()
    assert studio.job(whole["job"]).task["end"] is None, "no number is no wish"


@pytest.mark.parametrize(
    ("given", "searched"),
    [
        ({}, (0, 20)),
        ({"motion_start": 3}, (3, 23)),
        ({"motion_start": 30}, (30, None)),
        ({"motion_end": 9}, (0, 9)),
    ],
)
def test_the_command_line_does_the_same(
    studio: Studio, tmp_path: Path, given: dict[str, float], searched: tuple[float, float | None]
) -> None:
    source = film(tmp_path / "long.mp4", walking_body(36), fps=1)
    about = {"motion": str(source), "prompt": "somebody walks", "model": "oelala-mini-pose", **given}
    task = studio.read_task("pose-transfer", about)
    assert isinstance(task, PoseTransfer)
    found = studio.search_for_bodies(task)
    (search,) = found.films
    assert (search.task["start"], search.task["end"]) == searched
    assert found.task.motion_end == searched[1], "the clip is made of the same part"


def test_a_part_of_a_film_is_shown_as_one_and_searched_again(
    studio: Studio, client: TestClient, tmp_path: Path
) -> None:
    source = film(tmp_path / "long.mp4", walking_body(36), fps=1)
    reference = upload(client, source).json()["reference"]
    task = ReadMotion(file=reference, start=3, end=7)
    motion = read(task, studio.settings, context_of(), studio.workspace).details["motion"]
    view = client.get(f"/oelala/motions/{motion}").json()
    assert (view["frames"], view["seconds"], view["film"]) == (4, 4, True)
    assert view["searched"] == {"start": 3, "end": 7, "seconds": 36}
    closely = client.post(f"/oelala/motions/find/{motion}?closely=1", headers=OURS).json()
    again = studio.job(closely["job"]).task
    assert (again["file"], again["start"], again["end"]) == (reference, 3, 7)
    cancelled = studio.cancel(closely["job"])
    told = client.get(f"/oelala/motions/jobs/{cancelled.id}").json()
    assert told == {"state": "cancelled", "film": reference}


def test_what_a_file_leaves_open_is_guessed_and_put_right(
    studio: Studio, client: TestClient, tmp_path: Path
) -> None:
    reference = upload(client, bare_frames(tmp_path / "bare.json")).json()["reference"]
    view = client.get(f"/oelala/motions/{reference}").json()
    assert (view["unsaid"], view["fps"], view["width"]) == ({"fps": True, "size": True}, 30, 512)
    words = [one["text"] for one in fit(client, motion=reference).json()["words"]]
    assert any("guessed as 512 × 512" in text for text in words)
    assert any("taken as 30." in text for text in words)

    address = f"/oelala/motions/{reference}/read"
    better = client.post(f"{address}?fps=25&width=640&height=360", headers=OURS).json()["reference"]
    view = client.get(f"/oelala/motions/{better}").json()
    assert (view["fps"], view["width"], view["height"]) == (25, 640, 360)
    assert view["unsaid"] == {"fps": True, "size": True}, "it can be put right once more"
    words = [one["text"] for one in fit(client, motion=better).json()["words"]]
    assert not any("not in the file" in text for text in words)
    assert client.get("/oelala/motions/wave").json()["unsaid"] is None
    assert client.post("/oelala/motions/wave/read?fps=25", headers=OURS).status_code == 404
    assert client.post(f"{address}?fps=0", headers=OURS).status_code == 400
