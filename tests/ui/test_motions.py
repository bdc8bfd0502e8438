"""Motions that a page brings: kept, shown as points, fitted, refused in words, and never a path."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from oelala.engines.draw_motion import run
from oelala.engines.read_motion import run as look
from oelala.errors import InvalidTask
from oelala.media.poses.layouts import MIRRORED18
from oelala.media.poses.measure import compare
from oelala.media.poses.motions import shipped_motion
from oelala.media.poses.openpose_read import read_openpose
from oelala.media.poses.openpose_write import write_zip
from oelala.media.video import probe
from oelala.studio import Studio
from oelala.tasks.draw_motion import DrawMotion
from oelala.tasks.pose_transfer import PoseTransfer
from oelala.tasks.read_motion import ReadMotion
from oelala.tasks.text_to_video import TextToVideo
from oelala.terminal.console import Console
from oelala.terminal.pose_transfer import tell_scores
from oelala.ui.form import Form
from tests.engines.test_text_to_video import context_of
from tests.media.bodies import pose_of, standing
from tests.media.films import film, walking_body
from tests.media.test_pose_detectors import posix, put_openpose
from tests.ui.test_pictures import OURS, VALUES, clip_of

FIT: dict[str, Any] = {
    "motion": "wave",
    "model": "wan2.1-vace-1.3b",
    "width": 256,
    "height": 256,
    "num_frames": 9,
}


def upload(client: TestClient, path: Path, name: str | None = None) -> Any:
    return client.post(f"/oelala/motions?name={name or path.name}", content=path.read_bytes(), headers=OURS)


def fit(client: TestClient, **values: Any) -> Any:
    return client.post("/oelala/motions/fit", json={**FIT, **values}, headers=OURS)


def test_points_are_shown_at_once(studio: Studio, client: TestClient, tmp_path: Path) -> None:
    write_zip(shipped_motion("walk"), tmp_path / "walk.zip")
    answer = upload(client, tmp_path / "walk.zip").json()
    assert answer["job"] is None
    view = client.get(f"/oelala/motions/{answer['reference']}").json()
    assert (view["frames"], view["fps"], view["seconds"], view["detected"]) == (65, 16, 4.062, 1)
    joints = shipped_motion("walk").people[0].body[3, 4, :2] / 256
    assert view["persons"][0]["body"][3][4] == pytest.approx(joints, abs=1e-4)
    assert list(studio.workspace.tmp.iterdir()) == []


def test_a_film_is_searched_by_a_job_that_the_queue_does_not_show(
    studio: Studio, client: TestClient, tmp_path: Path
) -> None:
    source = film(tmp_path / "walk.mp4", walking_body(3))
    answer = upload(client, source, "my walk.mp4").json()
    (job,) = studio.jobs()
    assert (job.id, job.kind, job.lane) == (answer["job"], "read-motion", "light")
    assert (job.task["file"], job.task["name"]) == (answer["reference"], "my walk.mp4")
    assert client.get(f"/oelala/motions/jobs/{job.id}").json() == {"state": "queued"}
    assert client.get("/oelala/poll").json()["jobs"] == []
    assert client.get(f"/oelala/motions/{answer['reference']}").status_code == 404, "nobody is found yet"


def detectors(client: TestClient, language: str = "en") -> dict[str, Any]:
    answer = client.get("/oelala/detectors", headers={"Accept-Language": language})
    return {one["name"]: one for one in answer.json()}


@pytest.mark.parametrize("shipped", [True, False])
def test_a_motion_is_taken_along(studio: Studio, client: TestClient, tmp_path: Path, shipped: bool) -> None:
    pose = shipped_motion("walk") if shipped else pose_of(standing(150))
    write_zip(pose, tmp_path / "mine.zip")
    motion = "walk" if shipped else upload(client, tmp_path / "mine.zip").json()["reference"]
    title = "walk" if shipped else "motion"
    points = client.get(f"/oelala/motions/{motion}/openpose.zip")
    assert points.headers["content-disposition"] == f'attachment; filename="{title}-openpose.zip"'
    (tmp_path / "points.zip").write_bytes(points.content)
    assert read_openpose(tmp_path / "points.zip").people[0].body.tolist() == pose.people[0].body.tolist()
    with ZipFile(tmp_path / "points.zip") as archive:
        names = archive.namelist()
    assert len(names) == pose.num_frames
    assert names[1] == "pose_000000000001_keypoints.json"

    film = f"/oelala/motions/{motion}/skeleton.mp4"
    assert (client.get(film).status_code, client.get(film).json()["code"]) == (404, "no-such-file")
    answer = client.post(f"/oelala/motions/{motion}/draw", headers=OURS).json()
    job = studio.job(answer["job"])
    assert (job.kind, job.lane) == ("draw-motion", "light")
    assert client.get(f"/oelala/motions/jobs/{job.id}").json() == {"state": "queued"}
    assert client.get("/oelala/poll").json()["jobs"] == [], "it is followed at its button"
    run(DrawMotion(motion=job.task["motion"]), studio.settings, context_of(), studio.workspace)
    drawn = client.get(film)
    assert drawn.headers["content-disposition"] == f'attachment; filename="{title}-skeleton.mp4"'
    (tmp_path / "drawn.mp4").write_bytes(drawn.content)
    about = probe(tmp_path / "drawn.mp4")
    assert (about.width, about.height, about.num_frames) == (pose.width, pose.height, pose.num_frames)


def test_the_film_is_seen_behind_its_skeleton(studio: Studio, client: TestClient, tmp_path: Path) -> None:
    frames = walking_body(12)
    answer = upload(client, film(tmp_path / "walk.mp4", frames)).json()
    search = studio.job(answer["job"])
    assert search.task["stills"]
    result = look(ReadMotion(**search.task), studio.settings, context_of(), studio.workspace)
    motion = result.details["motion"]
    assert client.get(f"/oelala/motions/{motion}").json()["stills"] == {
        "count": 12,
        "columns": 10,
        "seconds": 0.75,
    }
    shown = client.get(f"/oelala/motions/{motion}/film.webp")
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/webp")
    sheet = np.asarray(Image.open(io.BytesIO(shown.content)).convert("RGB")).astype(int)
    high, wide = sheet.shape[0] // 2, sheet.shape[1] // 10
    assert (wide, high) == (320, 213)
    small = np.asarray(Image.fromarray(frames[11]).resize((wide, high)))
    assert np.abs(sheet[high:, wide : 2 * wide] - small).mean() < 6, "the last one, in the second row"
    place = {"motion": motion, "model": "wan2.2-animate-14b"}
    assert fit(client, **place, mode="replace").json()["stills"]["count"] == 12
    assert fit(client, **place).json()["stills"] is None
    assert client.get("/oelala/motions/wave").json()["stills"] is None
    assert client.get("/oelala/motions/wave/film.webp").json()["code"] == "no-such-file"


@posix
def test_the_detectors_that_are_here_are_offered(
    studio: Studio, client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as without:
        without.setenv("PATH", str(tmp_path))
        found = detectors(client)
        dutch = detectors(client, "nl")
    assert [found[name]["title"] for name in found] == ["MediaPipe (built in)", "DWPose", "OpenPose"]
    assert found["mediapipe"]["get"] is None
    assert "./launch.sh models download dwpose" in found["dwpose"]["get"]
    assert "on the PATH of this computer (openpose, openpose.bin" in found["openpose"]["get"]
    assert "in het PATH van deze computer" in dutch["openpose"]["get"]
    put_openpose(tmp_path, monkeypatch, "works")
    assert detectors(client)["openpose"]["get"] is None

    source = film(tmp_path / "walk.mp4", walking_body(3))
    query = "?name=walk.mp4&detector="
    answer = client.post(f"/oelala/motions{query}openpose", content=source.read_bytes(), headers=OURS).json()
    assert studio.job(answer["job"]).task["model"] == "openpose"
    again = client.post(f"/oelala/motions/find/{answer['reference']}?closely=1", headers=OURS).json()
    assert studio.job(again["job"]).task["model"] == "mediapipe"
    absent = client.post(f"/oelala/motions{query}dwpose", content=source.read_bytes(), headers=OURS)
    assert (absent.status_code, absent.json()["code"]) == (400, "no-dwpose")
    unknown = client.post(f"/oelala/motions/find/{answer['reference']}?detector=eyes", headers=OURS)
    assert (unknown.status_code, unknown.json()["field"]) == (400, "model")
    assert len(studio.jobs()) == 2


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("poem.mp4", b"no film", "poem.mp4"),
        ("broken.json", b"no", "broken.json is not OpenPose's JSON"),
        ("nobody.json", b'{"people": []}', "nobody.json has no points of anybody's body."),
        ("empty.zip", b"PK\x05\x06" + bytes(18), "There is no pose in empty.zip."),
    ],
)
def test_what_is_no_motion_is_named_as_the_visitor_named_it(
    studio: Studio, client: TestClient, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    answer = upload(client, tmp_path / name)
    assert answer.status_code == 400
    assert words in answer.json()["message"]
    assert studio.jobs() == []
    assert list(studio.workspace.tmp.iterdir()) == []


def test_only_our_own_page_may_bring_one(client: TestClient) -> None:
    for path in ("motions", "motions/fit", "motions/wave/draw", f"motions/find/{'0' * 64}.png"):
        assert client.post(f"/oelala/{path}", content=b"{}").status_code == 403


@pytest.mark.parametrize("name", ["0" * 64 + ".zip", "..%2f..%2fqueue.db", "%2fetc%2fpasswd", "walk.json"])
def test_nothing_else_is_shown_nor_followed(studio: Studio, client: TestClient, name: str) -> None:
    assert client.get(f"/oelala/motions/{name}").status_code == 404
    assert client.get(f"/oelala/motions/{name}/openpose.zip").status_code == 404
    assert client.get(f"/oelala/motions/{name}/skeleton.mp4").status_code == 404
    assert client.get(f"/oelala/motions/{name}/film.webp").status_code == 404
    assert client.post(f"/oelala/motions/{name}/draw", headers=OURS).status_code == 404
    assert fit(client, motion=name).status_code == 404
    with pytest.raises(InvalidTask) as caught:
        Form(PoseTransfer, studio)._motion("motion", name)
    assert (caught.value.code, caught.value.field) == ("motion-gone", "motion")


def test_the_fit_moves_with_the_sliders_and_says_what_is_wrong(client: TestClient) -> None:
    still, moved = fit(client).json(), fit(client, shift_x=0.25).json()
    assert (still["width"], still["fps"], len(still["body"])) == (256, 16, 9)
    assert moved["body"][2][1][0] - still["body"][2][1][0] == pytest.approx(0.25, abs=1e-3)
    small = fit(client, pose_scale=0.2).json()
    assert "of the frame's height" in small["words"][0]["text"]
    out = fit(client, shift_x=0.9).json()
    assert any("Outside the frame" in one["text"] and one["serious"] for one in out["words"])
    dutch = client.post(
        "/oelala/motions/fit",
        json={**FIT, "pose_scale": 0.2},
        headers={**OURS, "Accept-Language": "nl"},
    )
    assert "van de beeldhoogte" in dutch.json()["words"][0]["text"]


def test_bones_come_from_the_character(studio: Studio, client: TestClient, tmp_path: Path) -> None:
    write_zip(pose_of(standing(150, num_frames=1)), tmp_path / "someone.zip")
    character = upload(client, tmp_path / "someone.zip").json()["reference"]
    own, fitted = fit(client).json(), fit(client, character=character).json()
    assert own["body"][0] != fitted["body"][0]
    unlike = fit(client, character=character, bones=0).json()
    assert unlike["body"] == own["body"]
    assert own["place"] is None
    placed = fit(client, character=character, **fitted["place"]).json()
    hips = np.mean([placed["body"][0][joint] for joint in (8, 11)], axis=0)
    assert hips == pytest.approx(standing(150)[0, [8, 11], :2].mean(axis=0) / 256, abs=0.01)
    cropped = fit(client, character=character, framing="crop", width=128, focus_x=0.0).json()
    assert (
        cropped["place"]["shift_x"] > fit(client, character=character, width=128).json()["place"]["shift_x"]
    )
    assert fit(client, character=character, mode="replace").json()["place"] is None


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"bones": 3}, "bones"),
        ({"person": 5}, "person"),
        ({"motion_start": 3, "motion_end": 1}, "motion_end"),
    ],
)
def test_a_wrong_fit_is_refused_at_its_field(client: TestClient, values: dict[str, Any], field: str) -> None:
    answer = fit(client, **values)
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert fit(client, motion_start=99).json()["code"] == "cut-empty"
    for body in (b"no", b"[]", b"{}"):
        assert client.post("/oelala/motions/fit", content=body, headers=OURS).status_code == 400


def test_a_clip_seen_from_behind_is_told_of(
    studio: Studio, client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    body = standing(150)
    turned = pose_of(body[:, list(MIRRORED18)])
    pose = {"score": compare(pose_of(body), turned).as_json()}
    clip = clip_of(studio, TextToVideo(**VALUES), pose=pose)
    score = client.get(f"/oelala/scores/{clip}").json()
    assert (score["pck_mirrored"], score["seen_from_behind"]) == (1.0, True)
    path = studio.workspace.outputs / clip
    (told,) = tell_scores(studio, [path], [path], Console("en"))
    assert told is not None
    assert told["pck_mirrored"] == 1.0
    said = "takes this person for seen from behind; with left and right exchanged it is 100.0 %."
    assert said in capsys.readouterr().err


def test_a_clip_that_follows_nothing_has_no_score(studio: Studio, client: TestClient) -> None:
    assert client.get(f"/oelala/scores/{clip_of(studio, TextToVideo(**VALUES))}").json() == {}
    assert client.get("/oelala/scores/..%2f.oelala%2fqueue.db").status_code == 404
