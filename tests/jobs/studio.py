"""A studio without a page, as a program of its own: `python -m tests.jobs.studio ROOT [KILLS|stay]`.

It works until the queue is empty. With KILLS it kills its own worker that many times on the way, each at a
random moment of a job, and queues more jobs where they would run out before. The last line of its output is
what it did, as JSON.

Its workers import this file too, and none needs a task class: those are imported inside functions.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from oelala.jobs.store import JobStore
from oelala.jobs.supervisor import Supervisor
from oelala.log import start_logging
from tests.jobs.tiny_work import wait_until

FEW, MANY = 40, 10_000


def busy(store: JobStore) -> bool:
    return any(job.state.name == "running" for job in store.list(1))


def drained(store: JobStore) -> bool:
    return all(job.state.name not in ("queued", "running") for job in store.list(1))


def top_up(store: JobStore, jobs: int) -> int:
    """Keep a quick machine from running out of jobs to be killed in. Returns how many there are now."""
    if sum(job.state.name == "queued" for job in store.list(FEW)) == FEW:
        return jobs
    from tests.jobs.tiny import TinyTask

    return jobs + len(store.enqueue_all([TinyTask(number=number) for number in range(jobs, jobs + FEW)]))


def kill_worker(store: JobStore, keeper: Supervisor) -> bool:
    """Kill the worker in the middle of something. False: nothing is left to do."""
    wait_until(lambda: busy(store) or drained(store), 60)
    if drained(store):
        return False
    pid = keeper.pids["gpu"]
    time.sleep(random.uniform(0, 0.1))
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: keeper.pids.get("gpu") != pid, 60)
    return True


def main() -> None:
    from tests.jobs.tiny import open_store, supervisor

    root = Path(sys.argv[1])
    start_logging("studio", root / "private" / "logs", console=False)
    store = open_store(root)
    keeper = supervisor(root, store)
    keeper.start()
    print("started", flush=True)
    wish = sys.argv[2] if len(sys.argv) > 2 else "0"
    while wish == "stay":
        time.sleep(1)
    kills, jobs = 0, len(store.list(MANY))
    while kills < int(wish):
        jobs = top_up(store, jobs)
        kills += kill_worker(store, keeper)
    wait_until(lambda: drained(store), 60)
    keeper.stop()
    heavy = sorted({"torch", "diffusers", "gradio"} & sys.modules.keys())
    print(json.dumps({"kills": kills, "jobs": jobs, "heavy": heavy}))


if __name__ == "__main__":
    main()
