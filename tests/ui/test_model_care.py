"""Looking after models over the page's routes: in words, removed once, checked by a job, tokens unseen."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from loguru import logger
from starlette.applications import Starlette
from starlette.testclient import TestClient

from oelala.engines.verify import run
from oelala.errors import OelalaError
from oelala.models.catalog import find, locate
from oelala.models.catalog.installed import PARTIAL
from oelala.progress import RunContext
from oelala.settings import Settings
from oelala.studio import Studio
from oelala.tasks.download import Download
from oelala.tasks.job import JobResult
from oelala.tasks.text_to_video import TextToVideo
from oelala.tasks.verify import Verify
from oelala.ui.routes import routes
from tests.models.folders import write_cached
from tests.models.recognise.test_recognise import own_folder

OURS = {"X-Oelala": "1"}
MODEL, LORA = find("wan2.1-t2v-1.3b"), find("lightx2v-wan2.1-t2v-14b")
TOKEN = "hf_kept_and_never_told"


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    token = tmp_path / "home" / "token"
    return Studio(Settings(workspace=tmp_path / "w", models=tmp_path / "hub", hub_token_file=token))


@pytest.fixture
def client(studio: Studio) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=routes(studio))) as client:
        yield client


def care(client: TestClient, model: str = MODEL.id, language: str = "en") -> dict[str, Any]:
    answer = client.get(f"/oelala/models/{model}/care", headers={"Accept-Language": language})
    assert answer.status_code == 200
    return dict(answer.json())


def post(client: TestClient, what: str, model: str = MODEL.id) -> Any:
    return client.post(f"/oelala/models/{model}/{what}", headers=OURS)


def begin(studio: Studio, count: int = 5000) -> Path:
    """What a download left that stopped."""
    blobs = studio.settings.models / f"models--{MODEL.repo.replace('/', '--')}" / "blobs"
    blobs.mkdir(parents=True)
    partial = blobs / f"{'a' * 64}{PARTIAL}"
    partial.write_bytes(bytes(count))
    return partial


def test_what_is_here_is_said_with_its_place(studio: Studio, client: TestClient) -> None:
    folder = write_cached(studio.settings.models, MODEL)
    told = care(client)
    assert told["about"].endswith(f"on this disk, in {folder.parent.parent}")
    assert told["whole"] is True
    assert told["remove"].startswith(f"Remove {MODEL.title}? That frees ")
    assert told["why"] == ""
    assert told["check"] is None
    assert care(client, language="nl")["remove"].startswith(f"{MODEL.title} verwijderen?")
    assert folder.is_dir()


def test_removing_frees_it_once(studio: Studio, client: TestClient) -> None:
    write_cached(studio.settings.models, MODEL)
    answer = post(client, "remove")
    assert answer.json()["message"].endswith(" came free.")
    assert locate(MODEL, studio.settings.models) is None
    again = post(client, "remove")
    assert (again.status_code, again.json()["code"]) == (400, "model-missing")


def test_a_model_that_a_job_waits_for_stays(studio: Studio, client: TestClient) -> None:
    folder = write_cached(studio.settings.models, MODEL)
    job = studio.store.enqueue(TextToVideo(prompt="x", model=MODEL.id))
    assert care(client)["remove"] is None
    assert care(client)["why"].startswith(f"A job in the queue still needs {MODEL.title}.")
    assert post(client, "remove").json()["code"] == "model-in-use"
    assert folder.is_dir()
    studio.cancel(job.id)
    assert post(client, "remove").status_code == 200


def test_so_does_the_speed_that_it_is_to_be_made_with(studio: Studio, client: TestClient) -> None:
    write_cached(studio.settings.models, LORA)
    job = studio.store.enqueue(TextToVideo(prompt="x", model="wan2.1-t2v-14b", speed=LORA.id))
    assert post(client, "remove", LORA.id).json()["code"] == "model-in-use"
    studio.cancel(job.id)
    assert care(client, LORA.id)["remove"].startswith(f"Remove {LORA.title}?")
    assert post(client, "remove", LORA.id).status_code == 200
    assert locate(LORA, studio.settings.models) is None


def test_a_speed_is_fetched_though_it_makes_nothing_by_itself(studio: Studio, client: TestClient) -> None:
    assert post(client, "download", LORA.id).json()["state"] == "queued"
    assert [job.task["model"] for job in studio.jobs()] == [LORA.id]
    assert post(client, "download", "sdxl").json()["code"] == "no-use-yet"


def test_what_a_paused_download_left_is_discarded(studio: Studio, client: TestClient) -> None:
    partial = begin(studio)
    job = studio.store.enqueue(Download(model=MODEL.id))
    studio.cancel(job.id)
    (row,) = client.get("/oelala/poll").json()["jobs"]
    assert row["left"] is True
    told = care(client)
    assert (told["whole"], told["about"]) == (False, "5.0 kB of it has come so far.")
    assert told["remove"].startswith(f"Discard what came of {MODEL.title}? That frees 5.0 kB,")
    answer = post(client, "remove").json()
    assert [(row["id"], row["left"]) for row in answer["jobs"]] == [(job.id, False)]
    assert not partial.exists()
    assert care(client)["about"].startswith("Nothing of its own is here.")
    assert care(client)["remove"] is None


def test_what_comes_with_the_project_stays(client: TestClient) -> None:
    told = care(client, "oelala-mini")
    assert told["remove"] is None
    assert told["why"].startswith("Oelala Mini comes with Oelala.")
    assert post(client, "remove", "oelala-mini").json()["code"] == "embedded-stays"


def test_a_check_is_one_job_that_the_queue_does_not_show(studio: Studio, client: TestClient) -> None:
    write_cached(studio.settings.models, MODEL)
    check = post(client, "verify").json()["check"]
    assert post(client, "verify").json()["check"] == check
    (job,) = studio.jobs()
    assert (job.kind, job.lane, job.task["model"], job.id) == ("verify", "light", MODEL.id, check["job"])
    assert client.get("/oelala/poll").json()["jobs"] == []


@pytest.mark.parametrize(
    ("spoil", "words", "sound"),
    [
        (False, "All is well: ", True),
        (True, "Damaged or missing: 1 (vae/config.json). Press Download; only these come again.", False),
    ],
)
def test_its_end_is_said_in_words(
    studio: Studio, client: TestClient, spoil: bool, words: str, sound: bool
) -> None:
    folder = write_cached(studio.settings.models, MODEL)
    post(client, "verify")
    job = studio.store.claim("light", "me")
    assert job is not None
    if spoil:
        (folder / "vae" / "config.json").unlink()
    task = Verify(model=job.task["model"])
    result = run(task, studio.settings, RunContext(job.id, 0.0), studio.workspace)
    studio.store.finish(job.id, job.attempt, JobResult(details=result.details))
    check = care(client)["check"]
    assert check["words"].startswith(words)
    assert check["sound"] is sound
    studio.cancel(studio.store.enqueue(Download(model=MODEL.id)).id)
    assert care(client)["check"] is None, "it may have mended what was found then"


def test_a_folder_of_ones_own_is_not_sent_to_download(
    studio: Studio, client: TestClient, tmp_path: Path
) -> None:
    folder = own_folder(tmp_path, MODEL.id)
    model = studio.add_model([str(folder)]).id
    (folder / "vae" / "config.json").unlink()
    assert care(client, model)["about"].startswith(f"Files are missing in {folder}. Put them back")
    assert care(client, model)["remove"].startswith("Take my-model off the list?")
    post(client, "verify", model)
    job = studio.store.claim("light", "me")
    assert job is not None
    result = run(Verify(model=model), studio.settings, RunContext(job.id, 0.0), studio.workspace)
    studio.store.finish(job.id, job.attempt, JobResult(details=result.details))
    words = care(client, model)["check"]["words"]
    assert words.startswith(f"Damaged or missing: 1 (vae/config.json). Put them back into {folder}")
    assert post(client, "download", model).json()["code"] == "own-incomplete"


def test_the_token_is_kept_and_told_to_nobody(studio: Studio, client: TestClient) -> None:
    lines = list[str]()
    sink = logger.add(lines.append, level=0)
    try:
        answer = client.post("/oelala/hub-token", headers=OURS, content=f" {TOKEN}\n")
        wrong = client.post("/oelala/hub-token", headers=OURS, content="two words of no token")
        long = client.post("/oelala/hub-token", headers=OURS, content="x" * 2000)
    finally:
        logger.remove(sink)
    assert answer.json() == {"kept": True}
    file = studio.settings.hub_token_file
    assert file.read_text() == TOKEN
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [one.json()["code"] for one in (wrong, long)] == ["bad-token", "bad-token"]
    everything = "".join((*lines, wrong.text, long.text, answer.text, client.get("/oelala/poll").text))
    assert TOKEN not in everything
    assert "two words" not in everything
    assert client.get("/oelala/hub-token").status_code == 405


@pytest.mark.parametrize("address", ["models/x/verify", f"models/{MODEL.id}/remove", "hub-token"])
def test_another_site_changes_nothing(studio: Studio, client: TestClient, address: str) -> None:
    folder = write_cached(studio.settings.models, MODEL)
    answer = client.post(f"/oelala/{address}", content=TOKEN)
    assert (answer.status_code, answer.json()["code"]) == (403, "not-from-page")
    assert folder.is_dir()
    assert not studio.settings.hub_token_file.exists()
    assert studio.jobs() == []


def test_a_download_that_lacks_a_token_says_where_to_get_one(studio: Studio, client: TestClient) -> None:
    studio.store.enqueue(Download(model=MODEL.id))
    job = studio.store.claim("light", "me")
    assert job is not None
    page = "https://huggingface.co/some/model"
    fault = OelalaError("gated-model", repo="some/model", page=page)
    studio.store.fail(job.id, job.attempt, fault.code, fault.values)
    (row,) = client.get("/oelala/poll").json()["jobs"]
    assert (row["code"], row["page"]) == ("gated-model", page)
    assert row["tokens"] == "https://huggingface.co/settings/tokens"
    assert "models login" not in row["hint"]
    assert "field under the model's name" in row["hint"]
