"""What the studio adds to a clip: a warm job against the same pipeline call in a bare script.

    python -m benchmarks.job_overhead --runs 7

The job counts from submit to verified mp4. Both sides run the embedded model warm, on the same task, in
alternation; the bare side calls WanPipeline and hands its frames to imageio-ffmpeg. Prints every pair, both
medians and the median of the pairs' ratios.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from oelala.settings import ASSETS, Settings, prepare_environment
from oelala.studio import Studio
from oelala.tasks.job import Done, Queued, Running
from oelala.tasks.text_to_video import TextToVideo


def bare_side(task: TextToVideo, folder: Path) -> Callable[[], float]:
    """The script a user would write with diffusers alone. Returns a function that times one clip."""
    import imageio_ffmpeg
    import torch
    from diffusers import UniPCMultistepScheduler, WanPipeline

    pipeline = WanPipeline.from_pretrained(ASSETS / "oelala-mini", dtype=torch.float32, local_files_only=True)
    pipeline.set_progress_bar_config(disable=True)
    pipeline.scheduler = UniPCMultistepScheduler.from_config(
        pipeline.scheduler.config, flow_shift=task.flow_shift
    )

    def clip() -> float:
        started = time.perf_counter()
        frames = pipeline(
            prompt=task.prompt,
            negative_prompt=task.negative_prompt,
            height=task.height,
            width=task.width,
            num_frames=task.num_frames,
            num_inference_steps=task.num_inference_steps,
            guidance_scale=task.guidance_scale,
            max_sequence_length=64,
            generator=torch.Generator("cpu").manual_seed(task.seed or 0),
        ).frames[0]
        size = (task.width or 0, task.height or 0)
        writer = imageio_ffmpeg.write_frames(str(folder / "bare.mp4"), size, fps=16, macro_block_size=1)
        writer.send(None)
        for frame in frames:
            writer.send((frame * 255).round().astype("uint8").tobytes())
        writer.close()
        return time.perf_counter() - started

    return clip


def studio_side(studio: Studio, task: TextToVideo) -> float:
    """Seconds from submit until the row says done (and the file is verified)."""
    started = time.perf_counter()
    (job,) = studio.submit(task)
    while isinstance(studio.job(job.id).state, Queued | Running):
        time.sleep(0.01)
    elapsed = time.perf_counter() - started
    assert isinstance(studio.job(job.id).state, Done), studio.job(job.id).state
    return elapsed


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--num-frames", type=int, default=17)
    parser.add_argument("--num-inference-steps", type=int, default=20)
    flags = parser.parse_args()
    prepare_environment()
    with tempfile.TemporaryDirectory() as folder:
        studio = Studio(Settings(workspace=Path(folder)))
        assert studio.acquire("") is None
        studio.start()
        try:
            measure(studio, flags, Path(folder))
        finally:
            studio.stop()


def measure(studio: Studio, flags: argparse.Namespace, folder: Path) -> None:
    wish = TextToVideo(
        prompt="A woman in a red shirt waves",
        num_frames=flags.num_frames,
        num_inference_steps=flags.num_inference_steps,
        seed=7,
    )
    (warm_up,) = studio.submit(wish)
    while isinstance(studio.job(warm_up.id).state, Queued | Running):
        time.sleep(0.1)
    task = TextToVideo(**studio.job(warm_up.id).task)
    bare = bare_side(task, folder)
    bare()
    pairs = []
    for run in range(flags.runs):
        first_bare = run % 2 == 0
        a = bare() if first_bare else None
        b = studio_side(studio, task)
        pairs.append((a if a is not None else bare(), b))
        print(f"bare {pairs[-1][0]:.2f} s   studio {pairs[-1][1]:.2f} s", flush=True)
    ratio = statistics.median(b / a for a, b in pairs)
    print(f"medians: bare {statistics.median(a for a, _ in pairs):.2f} s, ", end="")
    print(f"studio {statistics.median(b for _, b in pairs):.2f} s; ratio {ratio:.3f}")


if __name__ == "__main__":
    main()
