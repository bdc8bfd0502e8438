"""What the live panels ask for: deltas, outputs in ranges, settings back from files, and nothing beyond."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from oelala.library.outputs import SaveClip, save_clip
from oelala.progress import RunContext
from oelala.settings import Settings
from oelala.studio import Studio
from oelala.tasks.text_to_video import TextToVideo
from oelala.ui.head import asset_version
from oelala.ui.routes import routes

OURS = {"X-Oelala": "1"}
TASK = TextToVideo(
    prompt="<img src=x onerror=alert(1)> danst",
    negative_prompt="",
    width=128,
    height=128,
    num_frames=5,
    num_inference_steps=4,
    guidance_scale=3.0,
    flow_shift=3.0,
    seed=11,
)


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(Settings(workspace=tmp_path))


@pytest.fixture
def client(studio: Studio) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=routes(studio))) as client:
        yield client


def make_clip(studio: Studio, job: str = "20261122-171500-x7k2p9") -> str:
    """A real clip in the outputs folder; its address below /oelala/outputs."""
    frames = np.random.default_rng(0).integers(0, 255, (5, 128, 128, 3), dtype=np.uint8)
    context = RunContext(job, time.time())
    result = save_clip(
        SaveClip(studio.workspace, context, TASK, frames, 16, {"model": {"id": "oelala-mini"}})
    )
    assert result.output is not None
    return result.output.removeprefix("outputs/")


# jobs


def test_cancel_and_retry(studio: Studio, client: TestClient) -> None:
    job = studio.store.enqueue(TASK)
    assert client.post(f"/oelala/jobs/{job.id}/cancel", headers=OURS).json()["state"] == "cancelled"
    again = client.post(f"/oelala/jobs/{job.id}/retry", headers=OURS).json()
    assert again["state"] == "queued"
    assert again["id"] != job.id
    settings = client.get(f"/oelala/jobs/{job.id}").json()
    assert TextToVideo(**settings["values"]) == TASK


@pytest.mark.parametrize(
    "address", ["jobs/x/cancel", "jobs/x/retry", "models/x/download", "restore?name=a.mp4"]
)
def test_a_post_without_our_header_changes_nothing(client: TestClient, address: str) -> None:
    answer = client.post(f"/oelala/{address}", content=b"x")
    assert (answer.status_code, answer.json()["code"]) == (403, "not-from-page")


def test_an_unknown_job_is_said_so(client: TestClient) -> None:
    answer = client.post("/oelala/jobs/nothing/cancel", headers=OURS)
    assert (answer.status_code, answer.json()["message"]) == (404, "There is no job nothing.")
    assert client.get("/oelala/preview/nothing").status_code == 404


def test_a_model_is_queued_for_download_once(studio: Studio, client: TestClient) -> None:
    first, second = (client.post("/oelala/models/wan2.1-t2v-14b/download", headers=OURS) for _ in range(2))
    assert first.json()["id"] == second.json()["id"] == studio.jobs()[0].id
    unknown = client.post("/oelala/models/nobody/download", headers=OURS)
    assert (unknown.status_code, unknown.json()["code"]) == (400, "unknown-model")
    assert len(studio.jobs()) == 1


def test_a_preview_is_there_while_the_job_runs(studio: Studio, client: TestClient) -> None:
    job = studio.store.enqueue(TASK)
    path = studio.workspace.previews / f"{job.id}.webp"
    path.write_bytes(b"picture")
    assert client.get(f"/oelala/preview/{job.id}").status_code == 404
    studio.store.claim("gpu", "worker")
    answer = client.get(f"/oelala/preview/{job.id}")
    assert (answer.content, answer.headers["content-type"]) == (b"picture", "image/webp")


# outputs


def test_gallery_clips_and_their_ranges(studio: Studio, client: TestClient) -> None:
    output = make_clip(studio)
    (item,) = client.get("/oelala/gallery").json()
    assert (item["output"], item["title"]) == (output, TASK.prompt)
    assert client.get("/oelala/gallery", params={"offset": 1}).json() == []

    clip = client.get(f"/oelala/outputs/{output}")
    assert clip.headers["content-type"] == "video/mp4"
    assert clip.headers["x-content-type-options"] == "nosniff"
    part = client.get(f"/oelala/outputs/{output}", headers={"range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, b"ftyp")
    assert part.headers["content-range"] == f"bytes 4-7/{len(clip.content)}"
    assert client.get(f"/oelala/outputs/{item['poster']}").headers["content-type"] == "image/jpeg"
    saved = client.get(f"/oelala/outputs/{output}?save")
    assert saved.headers["content-disposition"].startswith("attachment")


def test_nothing_outside_the_outputs_is_served(studio: Studio, client: TestClient, tmp_path: Path) -> None:
    make_clip(studio)
    secret = tmp_path / "secret.mp4"
    secret.write_bytes(b"what nobody may read")
    (studio.workspace.outputs / "link.mp4").symlink_to(secret)
    (studio.workspace.outputs / "page.html").write_text("<script>1</script>")
    addresses = [
        "link.mp4",
        "page.html",
        "../secret.mp4",
        "%2e%2e/secret.mp4",
        "..%2fsecret.mp4",
        "",
        "x.mp4",
    ]
    addresses += [f"{secret}", "2026-11-22", "a%00.mp4", "../.oelala/queue.db", "a" * 5000 + ".mp4"]
    for address in addresses:
        for route in ("outputs", "settings"):
            answer = client.get(f"/oelala/{route}/{address}")
            assert answer.status_code in {400, 404}, address
            assert b"nobody may read" not in answer.content


# settings


def test_settings_come_back_from_a_clip(studio: Studio, client: TestClient) -> None:
    output = make_clip(studio)
    from_gallery = client.get(f"/oelala/settings/{output}").json()
    clip = (studio.workspace.outputs / output).read_bytes()
    dropped = client.post("/oelala/restore?name=holiday.MP4", content=clip, headers=OURS).json()
    document = (studio.workspace.outputs / output).with_suffix(".json").read_bytes()
    from_json = client.post("/oelala/restore?name=a.json", content=document, headers=OURS).json()
    assert from_gallery == dropped == from_json
    assert (dropped["kind"], TextToVideo(**dropped["values"])) == ("text-to-video", TASK)
    assert list(studio.workspace.tmp.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("mangled.mp4", b"\0\0\0\x20ftypisom" + b"\xff" * 4000, "unreadable-file"),
        ("empty.mp4", b"", "unreadable-file"),
        ("list.json", b"[1]", "unreadable-file"),
        ("broken.json", b'{"oelala": ', "unreadable-file"),
        ("song.mp3", b"ID3", "no-metadata"),
        ("", b"x", "no-metadata"),
    ],
)
def test_a_file_that_is_none_of_ours_gives_one_clear_message(
    studio: Studio, client: TestClient, name: str, content: bytes, code: str
) -> None:
    answer = client.post("/oelala/restore", params={"name": name}, content=content, headers=OURS)
    fault: dict[str, Any] = answer.json()
    assert (answer.status_code, fault["code"]) == (400, code)
    assert fault["message"].startswith(name or "?")
    assert fault["hint"]
    assert list(studio.workspace.tmp.iterdir()) == []


def test_a_file_that_is_too_large_is_not_kept(studio: Studio) -> None:
    with TestClient(Starlette(routes=routes(studio, max_restore=2**20))) as client:
        answer = client.post("/oelala/restore?name=a.mp4", content=b"x" * (2**20 + 1), headers=OURS)
    assert (answer.status_code, answer.json()["code"]) == (413, "upload-too-large")
    assert list(studio.workspace.tmp.iterdir()) == []


# the page's own files


def test_own_files_keep_for_ever_and_nothing_else_is_there(client: TestClient) -> None:
    fresh = client.get(f"/oelala/static/{asset_version()}/main.js")
    assert fresh.headers["content-type"].startswith("text/javascript")
    assert "immutable" in fresh.headers["cache-control"]
    assert client.get("/oelala/static/old/fonts/inter-latin.woff2").headers["cache-control"] == "no-cache"
    for path in ("%2e%2e/login/login.html", "fonts/LICENSE.txt", "../../../app.py", "nothing.css"):
        assert client.get(f"/oelala/static/x/{path}").status_code == 404
