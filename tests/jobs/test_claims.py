"""Many claim at once, from threads of several processes: each job goes to one."""

from __future__ import annotations

import collections
import json
import subprocess
import sys
import threading
import time
from pathlib import Path

from oelala.jobs.store import JobStore
from oelala.tasks.job import Done, JobResult
from tests.jobs.tiny import TinyTask, open_store

JOBS, PROCESSES, THREADS = 400, 4, 2
REPOSITORY = Path(__file__).parents[2]


def claim_all(store: JobStore, name: str, mine: list[str]) -> None:
    while job := store.claim("gpu", name):
        mine.append(job.id)
        assert store.finish(job.id, 1, JobResult(name))


def main() -> None:
    """`python -m tests.jobs.test_claims ROOT NAME`: open together with the others, claim all there is."""
    store = open_store(Path(sys.argv[1]))
    claimed: list[str] = []
    threads = []
    for number in range(THREADS):
        arguments = (store, f"{sys.argv[2]}-{number}", claimed)
        threads.append(threading.Thread(target=claim_all, args=arguments))
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps({"claimed": claimed, "seconds": time.monotonic() - begun}))


def test_each_job_is_claimed_once(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    ids = [job.id for job in store.enqueue_all([TinyTask()] * JOBS)]
    programs = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.jobs.test_claims", str(tmp_path), str(number)],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(PROCESSES)
    ]
    reports = [json.loads(program.communicate(timeout=60)[0]) for program in programs]
    claimed = collections.Counter(job for report in reports for job in report["claimed"])
    assert claimed == collections.Counter(ids)
    assert all(isinstance(job.state, Done) for job in store.list(JOBS))
    store.close()


def test_many_threads_open_a_new_queue_at_once(tmp_path: Path) -> None:
    faults: list[Exception] = []
    barrier = threading.Barrier(8)

    def open_and_use() -> None:
        barrier.wait()
        try:
            store = open_store(tmp_path)
            store.enqueue_all([TinyTask()] * 5)
            store.close()
        except Exception as fault:  # noqa: BLE001 - any, to be shown by the test's own thread
            faults.append(fault)

    threads = [threading.Thread(target=open_and_use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    store = open_store(tmp_path)
    jobs = store.list(100)
    assert len(jobs) == 40
    assert len({job.revision for job in jobs}) == 40
    store.close()


if __name__ == "__main__":
    main()
