"""How long a cancel takes, at random moments of a warm job of the embedded model.

    python -m benchmarks.cancel --runs 20

Prints, as medians and worst cases: until the row says "cancelled" (the page shows it with its next poll,
every 0.5 s), and until the worker runs the next job.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from pathlib import Path

from oelala.settings import Settings, prepare_environment
from oelala.studio import Studio
from oelala.tasks.job import Cancelled, Done, Job, Queued, Running
from oelala.tasks.text_to_video import TextToVideo

CLIP = TextToVideo(prompt="A woman in a red shirt waves", num_frames=17, num_inference_steps=20, seed=7)


def wait(studio: Studio, job_id: str, *, running: bool) -> Job:
    """Until the job runs, or (`running` False) until it has ended."""
    waiting: tuple[type, ...] = (Queued,) if running else (Queued, Running)
    while isinstance((job := studio.job(job_id)).state, waiting):
        time.sleep(0.005)
    return job


def one(studio: Studio, longest: float) -> tuple[float, float, str] | None:
    """Seconds to "cancelled" and to the next job's start, and the phase hit; None: it was done before."""
    (job,), (following,) = studio.submit(CLIP), studio.submit(CLIP)
    wait(studio, job.id, running=True)
    time.sleep(random.uniform(0, longest))
    state = studio.job(job.id).state
    phase = state.progress.phase if isinstance(state, Running) else ""
    asked = time.perf_counter()
    studio.cancel(job.id)
    ended = wait(studio, job.id, running=False)
    shown = time.perf_counter() - asked
    wait(studio, following.id, running=True)
    idle = time.perf_counter() - asked
    studio.cancel(following.id)
    wait(studio, following.id, running=False)
    return (shown, idle, phase) if isinstance(ended.state, Cancelled) else None


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=20)
    flags = parser.parse_args()
    prepare_environment()
    with tempfile.TemporaryDirectory() as folder:
        studio = Studio(Settings(workspace=Path(folder)))
        assert studio.acquire("") is None
        studio.start()
        try:
            measure(studio, flags.runs)
        finally:
            studio.stop()


def measure(studio: Studio, runs: int) -> None:
    (job,) = studio.submit(CLIP)
    done = wait(studio, job.id, running=False)
    assert isinstance(done.state, Done), done.state
    longest = done.state.finished - done.state.started
    results = [result for _ in range(runs) if (result := one(studio, longest)) is not None]
    for shown, idle, phase in results:
        print(f"{phase:<10} cancelled after {shown:.3f} s, next job after {idle:.3f} s")
    for name, column in (("cancelled", 0), ("next job", 1)):
        times = [float(result[column]) for result in results]
        print(f"{name}: median {statistics.median(times):.3f} s, worst {max(times):.3f} s of {len(times)}")


if __name__ == "__main__":
    main()
