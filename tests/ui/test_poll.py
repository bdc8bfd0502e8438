"""The poll tells what is new, and only that."""

from __future__ import annotations

import json
import time

import pytest
from starlette.testclient import TestClient

from oelala.studio import Studio
from oelala.tasks.download import Download
from oelala.tasks.job import JobProgress, JobResult
from oelala.ui.head import BOOT, head
from oelala.ui.routes import FIRST_JOBS
from tests.ui.test_routes import OURS, TASK, client, studio

__all__ = ["client", "studio"]


def test_the_first_poll_attaches_and_the_next_tells_only_news(studio: Studio, client: TestClient) -> None:
    first = studio.store.enqueue(TASK)
    attached = client.get("/oelala/poll").json()
    assert [job["id"] for job in attached["jobs"]] == [first.id]
    assert attached["jobs"][0]["state"] == "queued"
    assert attached["jobs"][0]["facts"]["seed"] == 11
    assert abs(attached["now"] - time.time()) < 5
    cursors = {"jobs": attached["revision"], "log": attached["cursor"]}

    quiet = client.get("/oelala/poll", params=cursors)
    assert (quiet.status_code, quiet.content) == (204, b"")

    claimed = studio.store.claim("gpu", "worker")
    assert claimed is not None
    studio.store.report(first.id, claimed.attempt, JobProgress("denoising", 3, 20, 2))
    (job,) = client.get("/oelala/poll", params=cursors).json()["jobs"]
    assert (job["state"], job["phase"], job["step"], job["total"], job["preview"]) == (
        "running",
        "denoising",
        3,
        20,
        2,
    )


def test_states_and_faults_come_in_the_visitors_language(studio: Studio, client: TestClient) -> None:
    for end in ("done", "failed"):
        job = studio.store.enqueue(TASK)
        claimed = studio.store.claim("gpu", "worker")
        assert claimed is not None
        if end == "done":
            studio.store.finish(job.id, claimed.attempt, JobResult("outputs/2026-11-22/a b.mp4"))
        else:
            studio.store.fail(job.id, claimed.attempt, "out-of-memory", {})
    jobs = client.get("/oelala/poll", headers={"accept-language": "nl"}).json()["jobs"]
    by_state = {job["state"]: job for job in jobs}
    assert by_state["done"]["output"] == "2026-11-22/a b.mp4"
    assert by_state["failed"]["message"] == "Er was te weinig geheugen voor deze clip."
    assert "kleiner formaat" in by_state["failed"]["hint"]


def test_a_download_is_named_by_its_model_and_goes_on_once(studio: Studio, client: TestClient) -> None:
    job = studio.download("wan2.1-t2v-1.3b")
    other = studio.store.enqueue(Download(model="from-another-version"))
    for language in ("en", "nl"):
        jobs = client.get("/oelala/poll", headers={"accept-language": language}).json()["jobs"]
        titles = {job["id"]: job["title"] for job in jobs}
        assert titles == {job.id: "Download: Wan 2.1 T2V 1.3B", other.id: "Download: from-another-version"}
    paused = client.post(f"/oelala/jobs/{job.id}/cancel", headers=OURS).json()
    assert (paused["kind"], paused["state"]) == ("download", "cancelled")
    again = [client.post(f"/oelala/jobs/{job.id}/retry", headers=OURS).json() for _ in range(2)]
    assert again[0]["state"] == "queued"
    assert again[0]["id"] == again[1]["id"] != job.id


def test_a_page_of_another_run_is_told_so_and_no_more(client: TestClient) -> None:
    assert client.get("/oelala/poll", params={"boot": "before"}).json() == {"boot": BOOT}
    assert "jobs" in client.get("/oelala/poll", params={"boot": BOOT}).json()
    assert f'"boot":"{BOOT}"' in head("nl")


@pytest.mark.parametrize("jobs", ["-1", "x", "9" * 40, "1e3", ""])
def test_a_strange_cursor_starts_over(client: TestClient, jobs: str) -> None:
    assert client.get("/oelala/poll", params={"jobs": jobs}).json()["jobs"] == []


def test_log_lines_follow_their_cursor(studio: Studio, client: TestClient) -> None:
    feed = studio.workspace.logs / "feed-gpu.jsonl"
    line = {"t": 1.0, "level": "INFO", "process": "gpu", "job": None, "name": "n", "message": "<b>one</b>"}
    feed.write_text(json.dumps(line) + "\n")
    first = client.get("/oelala/poll").json()
    assert [record["message"] for record in first["log"]] == ["<b>one</b>"]
    with feed.open("a") as file:
        file.write(json.dumps({**line, "message": "two"}) + "\n")
    news = client.get("/oelala/poll", params={"jobs": first["revision"], "log": first["cursor"]}).json()
    assert [record["message"] for record in news["log"]] == ["two"]


def test_a_long_history_makes_no_long_answer(studio: Studio, client: TestClient) -> None:
    studio.store.enqueue_all([TASK] * 300)
    answer = client.get("/oelala/poll").json()
    assert len(answer["jobs"]) == FIRST_JOBS
    # Newer changes come in pieces; none is skipped.
    seen, cursor = 0, 0
    while news := client.get("/oelala/poll", params={"jobs": cursor, "log": "x"}).json()["jobs"]:
        seen += len(news)
        cursor = client.get("/oelala/poll", params={"jobs": cursor, "log": "x"}).json()["revision"]
    assert seen == 300


def test_a_clip_that_took_a_second_try_says_so(studio: Studio, client: TestClient) -> None:
    for told in ({}, {"leaner": True}, {"leaner": True, "int8": True}, {"chunk": True}):
        job = studio.store.enqueue(TASK)
        claimed = studio.store.claim("gpu", "worker")
        assert claimed is not None
        studio.store.finish(job.id, claimed.attempt, JobResult("outputs/2026-11-27/a.mp4", told))
        jobs = client.get("/oelala/poll").json()["jobs"]
        (view,) = [one for one in jobs if one["id"] == job.id]
        assert {name: view[name] for name in ("leaner", "int8", "chunk") if name in view} == told
