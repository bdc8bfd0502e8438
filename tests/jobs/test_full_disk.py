"""A disk that fills up in the middle of a job: the reason is kept, nothing is lost, space is all it takes."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from oelala.errors import OelalaError
from oelala.jobs.supervisor import Supervisor
from oelala.tasks.job import Done, Failed
from tests.jobs.tiny import TinyTask, open_store, spec, wait_for
from tests.jobs.tiny_work import output_path, wait_until
from tests.library.conftest import SmallDisk


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    if not sys.platform.startswith("linux"):
        pytest.skip("needs tmpfs")
    disk = SmallDisk(tmp_path)
    disk.mount("size=4m")
    yield tmp_path
    disk.unmount()


def test_a_full_disk_costs_one_job_its_output_and_nothing_more(small_disk: Path) -> None:
    store = open_store(small_disk)
    before, full, after = store.enqueue_all([TinyTask(), TinyTask(act="fill-disk"), TinyTask(number=7)])
    keeper = Supervisor([spec(small_disk)], store)
    keeper.start()
    try:
        pid = wait_for(store, before.id, "done").state.result.details["pid"]  # type: ignore[union-attr]
        wait_until(lambda: (small_disk / "filler").exists())
        time.sleep(1.5)  # the worker has been trying to write down its fault for a while
        with pytest.raises(OelalaError) as caught:
            store.enqueue_all([TinyTask(act="x" * 4000)] * 20)
        assert caught.value.code == "out-of-disk"
        (small_disk / "filler").unlink()
        state = wait_for(store, full.id, "done", "failed").state
        assert isinstance(state, Failed)
        assert (state.code, state.values["path"]) == ("out-of-disk", str(small_disk))
        state = wait_for(store, after.id, "done", "failed").state
        assert isinstance(state, Done)
        assert state.result.details["pid"] == pid
        assert not output_path(small_disk, full.id).exists()
    finally:
        keeper.stop()
        store.close()
