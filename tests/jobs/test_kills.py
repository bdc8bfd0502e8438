"""kill -9 at random moments: of workers, and of whole studios with their worker running on for a moment."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from oelala.jobs import schema
from oelala.jobs.store import JobStore
from oelala.tasks.job import MAX_ATTEMPTS, Done, Failed
from tests.jobs.studio import busy, drained, top_up
from tests.jobs.tiny import TinyTask, open_store
from tests.jobs.tiny_work import content_of, output_path, wait_until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")

STUDIOS, KILLS_EACH, JOBS_EACH = 2, 50, 120
STUDIO_KILLS = 20
REPOSITORY = Path(__file__).parents[2]


def start_studio(root: Path, *kills: str) -> subprocess.Popen[str]:
    program = [sys.executable, "-m", "tests.jobs.studio", str(root), *kills]
    return subprocess.Popen(program, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)


def queue_of(root: Path, jobs: int) -> JobStore:
    (root / "outputs").mkdir(parents=True)
    store = open_store(root)
    store.enqueue_all([TinyTask(number=number) for number in range(jobs)])
    return store


def verify(root: Path, jobs: int) -> dict[str, int]:
    """Exactly one right output for each finished job, none lost, nothing wrong at a final path."""
    store = open_store(root)
    found = store.list(10 * jobs)
    assert len(found) == jobs
    count = {"done": 0, "given up": 0, "retried": sum(job.attempt > 1 for job in found)}
    for job in found:
        match job.state:
            case Done(result=result):
                assert result.output == f"outputs/{job.id}.bin"
                assert output_path(root, job.id).is_file()
                count["done"] += 1
            case Failed(code=code):
                assert (code, job.attempt) == ("interrupted", MAX_ATTEMPTS)
                count["given up"] += 1
            case state:
                pytest.fail(f"{job.id} is left {state}")
    numbers = {output_path(root, job.id).name: job.task["number"] for job in found}
    for path in (root / "outputs").iterdir():
        if path.suffix != ".part":  # the rest of an attempt that was killed; a start sweeps them
            assert path.read_bytes() == content_of(numbers[path.name]), path
    connection = schema.open_database(root / "queue.db")
    assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    connection.close()
    store.close()
    return count


def test_workers_killed_at_100_moments(tmp_path: Path) -> None:
    roots = [tmp_path / str(number) for number in range(STUDIOS)]
    for root in roots:
        queue_of(root, JOBS_EACH).close()
    studios = [start_studio(root, str(KILLS_EACH)) for root in roots]
    reports = [json.loads(studio.communicate(timeout=120)[0].splitlines()[-1]) for studio in studios]
    assert [studio.returncode for studio in studios] == [0] * STUDIOS
    assert sum(report["kills"] for report in reports) == STUDIOS * KILLS_EACH
    assert not any(report["heavy"] for report in reports)
    counts = [verify(root, report["jobs"]) for root, report in zip(roots, reports, strict=True)]
    print(f"\nworkers killed: {counts}")
    assert sum(count["retried"] for count in counts) > STUDIOS * KILLS_EACH / 4  # the kills did hit jobs


def test_a_studio_killed_at_20_moments(tmp_path: Path) -> None:
    jobs = 150
    store = queue_of(tmp_path, jobs)
    kills = 0
    while kills < STUDIO_KILLS:
        jobs = top_up(store, jobs)
        studio = start_studio(tmp_path)
        assert studio.stdout is not None
        assert studio.stdout.readline() == "started\n"
        wait_until(lambda: busy(store) or drained(store), 60)
        time.sleep(random.uniform(0, 0.03))
        studio.kill()
        studio.wait()
        studio.stdout.close()
        kills += 1
    last = start_studio(tmp_path)
    last.communicate(timeout=60)
    store.close()
    count = verify(tmp_path, jobs)
    print(f"\nstudio killed {kills} times: {count}")
    assert kills == STUDIO_KILLS
    assert count["retried"] > 0


@pytest.mark.parametrize(("act", "state"), [("deaf", "running"), ("write", "done")])
def test_a_worker_ends_with_its_parent(tmp_path: Path, act: str, state: str) -> None:
    """In the middle of a job that listens to nobody, and while idle."""
    store = queue_of(tmp_path, 0)
    job = store.enqueue(TinyTask(act=act))
    studio = start_studio(tmp_path, "stay")
    pid_file = tmp_path / "worker-pid"
    wait_until(
        lambda: store.get(job.id).state.name == state and pid_file.exists() and pid_file.read_text() != ""
    )
    pid = int(pid_file.read_text())
    assert not gone(pid)
    studio.kill()
    killed = time.monotonic()
    wait_until(lambda: gone(pid), 5)
    assert time.monotonic() - killed < 2
    studio.communicate()
    store.close()


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    try:  # an orphan that nobody waits for stays a zombie in a container without an init
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return Path("/proc").is_dir()
