"""A running job's reports: what cannot be written is lost, and the job goes on."""

from __future__ import annotations

from pathlib import Path

from oelala.jobs.reporter import Reporter, preview_path
from oelala.progress import Progress
from oelala.tasks.job import JobProgress, Running
from tests.jobs.tiny import TinyTask, open_store


def test_a_preview_that_cannot_be_written_costs_the_job_nothing(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    store.enqueue(TinyTask())
    job = store.claim("gpu", "w")
    assert job is not None
    folder = preview_path(tmp_path, job.id).parent
    folder.write_text("a file where the folder should be")
    reporter = Reporter(store, tmp_path, job)
    reporter(Progress("denoising", 3, 20, preview=b"picture"))
    reporter.remove_preview()
    state = store.get(job.id).state
    assert isinstance(state, Running)
    assert state.progress == JobProgress("denoising", 3, 20, preview=0)
    folder.unlink()
    reporter(Progress("denoising", 20, 20, preview=b"picture"))
    assert preview_path(tmp_path, job.id).read_bytes() == b"picture"
    store.close()
