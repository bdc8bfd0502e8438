"""Seconds of a warm job, from the task to a saved mp4, and how that compares with the bare pipeline call."""

import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

from oelala.engines.text_to_video import run
from oelala.library.workspace import Workspace
from oelala.mini.evaluate.bench import Bench
from oelala.mini.evaluate.prompts import noise_seed
from oelala.mini.evaluate.results import PartResult, Row
from oelala.mini.evaluate.statistics import median_of
from oelala.mini.tokenizer import MAX_SEQUENCE_LENGTH
from oelala.models.catalog import find
from oelala.models.manager import ModelManager
from oelala.progress import RunContext
from oelala.settings import Settings
from oelala.tasks.text_to_video import TextToVideo

MODEL = "oelala-mini"
REACH = {17: 8.0, 33: 16.0}
RATIO = 1.05
_PROMPT = "A woman in a red shirt and blue trousers waves before a yellow wall"


def measure(bench: Bench) -> PartResult:
    """`runs` pairs at 17 and at 33 frames, one after the other in turns; what came before is warm-up."""
    options = bench.options
    about = {name: value for name, value in options.sampling.items() if name != "num_frames"}
    result = bench.result("speed", about | {"threads": options.threads})
    wanted = {f"{frames}-{number}": frames for frames in REACH for number in range(options.runs)}
    with tempfile.TemporaryDirectory() as folder:
        job = warm_job(bench, Path(folder))
        warm = 0
        for key in bench.turn(result, list(wanted)):
            frames = wanted[key]
            if frames != warm:
                job(frames)
                bare(bench, frames)
                warm = frames
            result.add(key, {"job": job(frames), "bare": bare(bench, frames)})
    result.rows = _rows(result, wanted)
    result.note = (
        f"{options.threads} threads of a processor, {options.steps} steps, {options.runs} runs, medians; the "
        "job borrows the model, samples with previews, and ends with an mp4, decoded again to verify it"
    )
    result.write()
    return result


def _rows(result: PartResult, wanted: dict[str, int]) -> list[Row]:
    rows = []
    for frames, reach in REACH.items():
        items = result.of([key for key, count in wanted.items() if count == frames])
        job = median_of([item["job"] for item in items])
        rows.append(Row(f"speed, {frames} frames", "s", job, reach=reach, at_least=False))
        ratio = median_of([item["job"] / item["bare"] for item in items])
        what = f"speed, {frames} frames, against the bare call"
        rows.append(Row(what, "ratio", ratio, reach=RATIO, at_least=False))
    return rows


def warm_job(bench: Bench, folder: Path) -> Callable[[int], float]:
    """A function that runs a whole job of so many frames in this process, and answers its seconds."""
    options = bench.options
    settings = Settings(workspace=folder)
    workspace = Workspace(folder)
    workspace.prepare()
    row = replace(find(MODEL, settings), folder=options.model.resolve())
    models = ModelManager(settings, torch.device("cpu"), row=lambda model: row)
    torch.set_num_threads(options.threads)
    usual = row.defaults["text-to-video"]

    def job(num_frames: int) -> float:
        values = dict(usual) | {
            "num_frames": num_frames,
            "num_inference_steps": options.steps,
            "guidance_scale": options.guidance,
        }
        task = TextToVideo(model=MODEL, prompt=_PROMPT, seed=noise_seed(0, 0), **values)
        started = time.perf_counter()
        run(task, models, RunContext(f"job-{started}", time.time()), workspace)
        return time.perf_counter() - started

    return job


def bare(bench: Bench, num_frames: int) -> float:
    """Seconds of diffusers' own call, to decoded frames."""
    options = bench.options
    started = time.perf_counter()
    bench.sampler.text_pipeline(
        prompt=_PROMPT, height=256, width=256, num_frames=num_frames, num_inference_steps=options.steps,
        guidance_scale=options.guidance, max_sequence_length=MAX_SEQUENCE_LENGTH,
        generator=torch.Generator().manual_seed(noise_seed(0, 0)),
    )  # fmt: skip
    return time.perf_counter() - started
