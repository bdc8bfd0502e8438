"""What a long history costs: the verbs behind page load and queue panel, with 50 jobs and with 5,000.

    python -m benchmarks.history

Prints the median time of `jobs` and `jobs_since` on both, and the ratios. What the page loads is the answer
of these verbs, and tests/ui/test_poll.py holds that it stays short.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from oelala.settings import Settings
from oelala.studio import Studio
from oelala.tasks.job import JobResult
from oelala.tasks.text_to_video import TextToVideo


def studio_with(jobs: int, folder: Path) -> Studio:
    studio = Studio(Settings(workspace=folder))
    tasks = [TextToVideo(prompt=f"person number {n} waves", seed=n) for n in range(jobs)]
    for job in studio.store.enqueue_all(tasks):
        claimed = studio.store.claim("gpu", "benchmark")
        assert claimed is not None
        studio.store.finish(claimed.id, claimed.attempt, JobResult(output=f"outputs/2026-01-01/{job.id}.mp4"))
    return studio


def median_ms(call: Callable[[], object], runs: int = 200) -> float:
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1000


def main() -> None:
    with tempfile.TemporaryDirectory() as small_folder, tempfile.TemporaryDirectory() as large_folder:
        small, large = studio_with(50, Path(small_folder)), studio_with(5000, Path(large_folder))
        newest = {id(one): max(job.revision for job in one.jobs()) for one in (small, large)}
        verbs: dict[str, Callable[[Studio], object]] = {
            "jobs": lambda studio: studio.jobs(50),
            "jobs_since": lambda studio: studio.jobs_since(newest[id(studio)]),
        }
        for name, verb in verbs.items():
            short, long = median_ms(lambda v=verb: v(small)), median_ms(lambda v=verb: v(large))  # type: ignore[misc]
            print(f"{name}: 50 jobs {short:.3f} ms, 5,000 jobs {long:.3f} ms, ratio {long / short:.2f}")


if __name__ == "__main__":
    main()
