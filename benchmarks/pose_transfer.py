"""How well clips follow a motion taken from a real film, as the studio itself measures it.

    python -m benchmarks.pose_transfer FILM [--prompt "a woman in a red shirt, in the park"] [--clips 3]
        [--motion-start 2.5] [--num-frames 33] [--image F] [--out FOLDER] --model MODEL

FILM may also be a picture, OpenPose's JSON, or a shipped motion's name (wave, walk, jump, dance, turn).
Every clip goes through the studio's own queue: the person is found, the skeleton fitted and drawn, the clip
made, and looked at by MediaPipe again. Prints for each clip PCK@0.05, the mean error, the share of the frames
with a body and the worst frame, then the mean PCK of all. `--out` copies clips and side-by-side films there.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from oelala.settings import Settings, prepare_environment
from oelala.studio import Studio
from oelala.tasks.job import Done, Job, Queued, Running


def task_values(flags: argparse.Namespace) -> dict[str, Any]:
    """Fields of a pose-transfer task; what was not given is the model's own."""
    film = Path(flags.film).expanduser()
    asked = {
        "motion": str(film.resolve()) if film.exists() else flags.film,
        "motion_start": flags.motion_start,
        "prompt": flags.prompt,
        "image": flags.image,
        "model": flags.model,
        "num_frames": flags.num_frames,
        "num_inference_steps": flags.num_inference_steps,
        "num_videos_per_prompt": flags.clips,
        "seed": flags.seed,
    }
    return {name: value for name, value in asked.items() if value is not None}


def ended(studio: Studio, job: Job) -> Job:
    while isinstance((now := studio.job(job.id)).state, Queued | Running):
        time.sleep(0.1)
    return now


def tell(studio: Studio, job: Job, out: Path | None) -> float | None:
    """One line for a clip; returns its PCK."""
    match job.state:
        case Done(started, finished, result) if result.output is not None:
            clip = studio.workspace.root / result.output
        case _:
            print(f"{job.id}: {job.state}")
            return None
    score = studio.clip_score(clip)
    if not score:
        print(f"{job.id}: not measured; the log says why")
        return None
    if score["pck"] is None:
        print(f"{job.id}: the motion shows nobody there")
        return None
    error = "–" if score["mean_error"] is None else f"{score['mean_error']:.3f}"
    print(
        f"seed {job.task['seed']}: PCK@0.05 {score['pck']:.3f}, mean error {error} heights, "
        f"body in {score['found_rate']:.0%}, worst frame {score['worst_frame']}, {finished - started:.1f} s"
    )
    if findings := result.details["pose"]["findings"]:
        print(f"  does not fit: {', '.join(findings)}")
    if out is not None:
        keep(studio, clip, score, out)
    return float(score["pck"])


def keep(studio: Studio, clip: Path, score: dict[str, Any], out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    shutil.copy2(clip, out)
    if score["side_by_side"]:
        beside = studio.workspace.outputs / score["side_by_side"]
        shutil.copy2(beside, out / f"{clip.stem}-side-by-side.mp4")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("film")
    parser.add_argument("--prompt", default="a woman in a red shirt and blue trousers, in the park")
    parser.add_argument("--image")
    parser.add_argument("--model", required=True, help="one that follows a motion: see `models`")
    parser.add_argument("--motion-start", type=float)
    parser.add_argument("--num-frames", type=int)
    parser.add_argument("--num-inference-steps", type=int)
    parser.add_argument("--clips", type=int, default=3)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--models", type=Path, default=Settings().models, help="the Hugging Face cache")
    parser.add_argument("--out", type=Path)
    flags = parser.parse_args()
    prepare_environment()
    with tempfile.TemporaryDirectory() as folder:
        studio = Studio(Settings(workspace=Path(folder), models=flags.models))
        assert studio.acquire("") is None
        studio.start()
        try:
            jobs = studio.submit(studio.read_task("pose-transfer", task_values(flags)))
            scores = [tell(studio, ended(studio, job), flags.out) for job in jobs]
        finally:
            studio.stop()
    known = [score for score in scores if score is not None]
    if known:
        print(f"mean PCK@0.05 of {len(known)}: {sum(known) / len(known):.3f} (wanted: 0.80)")


if __name__ == "__main__":
    main()
