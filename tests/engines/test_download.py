"""A download as a job: progress, pause, kill -9 of its worker, and no torch in that process."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from oelala.engines.download import keep_pace
from oelala.errors import OelalaError
from oelala.library.workspace import Workspace
from oelala.models.catalog import locate
from oelala.models.speeds import read_speeds, speeds_file
from oelala.settings import Settings
from oelala.studio import Studio
from oelala.tasks.job import Done, Job, Queued, Running
from tests.models.download.conftest import HOST, LARGE, SMALL, repository
from tests.models.download.hub import Hub, running_hub
from tests.models.download.test_download import NEEDED

SCALE = 30  # the models of other tests are smaller than a megabyte


@pytest.fixture
def hub() -> Iterator[Hub]:
    with running_hub() as running:
        running.repos = {
            row.repo: {
                name: data if len(data) < 100_000 else data + b"\0" * (SCALE * len(data))
                for name, data in repository(row).items()
            }
            for row in (SMALL, HOST)
        }
        running.faults.rate = 12_000_000
        yield running


@pytest.fixture
def studio(hub: Hub, tmp_path: Path) -> Iterator[Studio]:
    settings = Settings(
        workspace=tmp_path / "workspace",
        models=tmp_path / "hub",
        hub_endpoint=hub.address,
        hub_token_file=tmp_path / "token",
    )
    made = Studio(settings)
    assert made.acquire("") is None
    yield made
    made.stop()


def total_of(hub: Hub) -> int:
    return sum(len(hub.repos[SMALL.repo][name]) for name in NEEDED)


def wait_for_step(studio: Studio, job: Job, step: int) -> None:
    while True:
        state = studio.job(job.id).state
        assert isinstance(state, Queued | Running)
        if isinstance(state, Running) and state.progress.step >= step:
            assert state.progress.phase == "working"
            return
        time.sleep(0.02)


def finished(studio: Studio, job: Job) -> Job:
    while isinstance(studio.job(job.id).state, Queued | Running):
        time.sleep(0.02)
    return studio.job(job.id)


def workers() -> set[psutil.Process]:
    """Of this process: tests before this one may have left some that are about to end."""
    found = set()
    for child in psutil.Process().children():
        with suppress(psutil.Error):
            if "spawn_main" in " ".join(child.cmdline()):
                found.add(child)
    return found


def test_a_killed_worker_s_download_goes_on(studio: Studio, hub: Hub) -> None:
    others = workers()
    job = studio.download(SMALL.id)
    assert studio.download(SMALL.id).id == job.id, "one download of a model is enough"
    with pytest.raises(OelalaError, match="being downloaded"):
        studio.remove_model(SMALL.id)
    studio.start(only=[job.id])
    wait_for_step(studio, job, 5)
    (worker,) = workers() - others
    if sys.platform == "linux":
        assert "libtorch" not in Path(f"/proc/{worker.pid}/maps").read_text()
    worker.kill()
    done = finished(studio, job)
    assert isinstance(done.state, Done)
    assert done.attempt == 2
    details = done.state.result.details
    assert details["folder"] == str(locate(SMALL, studio.settings.models))
    assert details["model"] == SMALL.id
    assert 0 < details["bytes"] < total_of(hub) - 4_000_000
    assert hub.sent <= total_of(hub) + 1_000_000
    assert studio.model_folder(LARGE.id) is None


def test_a_cancel_pauses_and_a_retry_goes_on(studio: Studio, hub: Hub) -> None:
    job = studio.download(SMALL.id)
    again = studio.retry(studio.cancel(job.id).id)
    studio.start(only=[again.id])
    wait_for_step(studio, again, 5)
    asked = time.monotonic()
    studio.cancel(again.id)
    assert finished(studio, again).state.name == "cancelled"
    assert time.monotonic() - asked < 2
    assert studio.model_folder(SMALL.id) is None
    sent = hub.sent
    studio.stop()
    hub.faults.rate = 0
    assert studio.acquire("") is None
    third = studio.download(SMALL.id)
    assert third.id != again.id
    studio.start(only=[third.id])
    assert finished(studio, third).state.name == "done"
    assert hub.sent - sent < total_of(hub) - 4_000_000


def test_an_unknown_model(studio: Studio) -> None:
    with pytest.raises(OelalaError) as fault:
        studio.download("nobody")
    assert fault.value.code == "unknown-model"


def test_a_finished_download_tells_the_lines_speed(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    for fetched, seconds in ((10_000_000, 1.0), (0, 5.0), (90_000_000, 0.0)):
        keep_pace(fetched, seconds, workspace)  # too little to tell anything, here already, no time at all
    assert read_speeds(speeds_file(workspace.private)).download is None
    keep_pace(4_000_000_000, 100.0, workspace)
    assert read_speeds(speeds_file(workspace.private)).download == 40e6
