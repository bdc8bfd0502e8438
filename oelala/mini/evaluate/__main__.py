"""`python -m oelala.mini.evaluate`: the table of scores, with renders as the ceiling, and a contact sheet."""

import argparse
import json
import math
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import WanPipeline
from loguru import logger
from PIL import Image

from oelala.media.pose import BodyFinder
from oelala.mini.evaluate.judge import Judge, Verdict
from oelala.mini.evaluate.prompts import Prompt, held_out_prompts
from oelala.mini.tokenizer import MAX_SEQUENCE_LENGTH
from oelala.mini.world.render import render_clips

ROWS = ("body", "wall", "top", "bottom", "clothes")
Points = dict[str, float]
NEEDED = {"body": 0.80, "wall": 0.80, "clothes": 0.60}


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m oelala.mini.evaluate", description=__doc__)
    parser.add_argument("--model", type=Path, default=Path("oelala/assets/oelala-mini"))
    parser.add_argument("--prompts", type=int, default=24)
    parser.add_argument("--scores", type=Path, help="also write the scores here, as Markdown")
    parser.add_argument("--num-frames", type=int, default=17)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--guidance", type=float, default=3.0)
    parser.add_argument("--out", type=Path, default=Path(".work/evaluate"))
    return parser.parse_args()


def interval(right: float, count: int) -> str:
    """A share with its 95 % Wilson interval."""
    if count == 0:
        return "-"
    p, z = right / count, 1.96
    middle = (p + z * z / (2 * count)) / (1 + z * z / count)
    reach = z / (1 + z * z / count) * math.sqrt(p * (1 - p) / count + z * z / (4 * count * count))
    return f"{p:.0%} ({middle - reach:.0%}-{middle + reach:.0%})"


def points(prompt: Prompt, seen: Verdict) -> Points:
    """One clip's points in each row; clothes are the mean of top and bottom."""
    clothes = prompt.spec.clothes
    top, bottom = float(seen.top == clothes.top_name), float(seen.bottom == clothes.bottom_name)
    wall = float(seen.wall == prompt.spec.scene.wall_name)
    return {"body": seen.body, "wall": wall, "top": top, "bottom": bottom, "clothes": (top + bottom) / 2}


def table(made: list[Points], ceiling: list[Points]) -> str:
    """The scores as Markdown."""
    lines = ["| what | Mini | renders | needed |", "|---|---|---|---|"]
    for row in ROWS:
        sums = [interval(sum(one[row] for one in rows), len(rows)) for rows in (made, ceiling)]
        lines.append(
            f"| {row} | {sums[0]} | {sums[1]} | {NEEDED.get(row, 0) or '':{'.0%' if row in NEEDED else ''}} |"
        )
    return "\n".join(lines)


def _bytes(frames: np.ndarray) -> np.ndarray:
    return (frames.clip(0, 1) * 255).round().astype(np.uint8)


def generate(
    pipeline: WanPipeline, prompt: Prompt, seed: int, args: argparse.Namespace
) -> tuple[np.ndarray, float]:
    """Every fourth frame of a clip (T, 256, 256, 3), and the seconds that it took."""
    start = time.monotonic()
    frames = pipeline(
        prompt=prompt.text, height=256, width=256, num_frames=args.num_frames,
        num_inference_steps=args.steps, guidance_scale=args.guidance,
        max_sequence_length=MAX_SEQUENCE_LENGTH, generator=torch.Generator().manual_seed(seed),
    ).frames[0]  # fmt: skip
    return _bytes(frames)[:: 4 if args.num_frames > 4 else 1], time.monotonic() - start


def _write(out: Path, sheet: list[np.ndarray], log: list[Any]) -> None:
    rows = [np.concatenate(sheet[k : k + 2], 1) for k in range(0, len(sheet) - len(sheet) % 2, 2)]
    if rows:
        Image.fromarray(np.concatenate(rows, 0)).save(out / "sheet.png")
    (out / "log.json").write_text(json.dumps(log, indent=1, ensure_ascii=False))


def scores(args: argparse.Namespace, made: list[Points], ceiling: list[Points], log: list[Any]) -> str:
    """SCORES.md: the table and what it was measured with."""
    seconds = float(np.median([one["seconds"] for one in log]))
    return f"""# What Oelala Mini scores

    python -m oelala.mini.evaluate --prompts {args.prompts} --num-frames {args.num_frames} \\
        --steps {args.steps} --guidance {args.guidance:g} --scores oelala/mini/SCORES.md

{len(made)} held-out prompts, half Dutch, a quarter in wordings that the caption generator cannot make; all
ask for a full body before a coloured wall. One seed each. Bodies are found by MediaPipe, which also places
the regions that colours are read from; "renders" are what the same judge finds on plain renders of the same
prompts. In brackets 95 % intervals (Wilson). Median {seconds:.1f} s a clip.

{table(made, ceiling)}
"""


def main() -> None:
    """Generate, render, judge, write."""
    args = parse()
    args.out.mkdir(parents=True, exist_ok=True)
    pipeline = WanPipeline.from_pretrained(args.model, dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    made, ceiling, log = [], [], []
    sheet: list[np.ndarray] = []
    with BodyFinder() as finder:
        judge = Judge(finder)
        for i, prompt in enumerate(held_out_prompts(args.prompts)):
            clip, took = generate(pipeline, prompt, i, args)
            truth = _bytes(render_clips([prompt.spec], 5).frames[0].permute(0, 2, 3, 1).numpy())
            seen, best = judge.look(clip), judge.look(truth[::2])
            made.append(points(prompt, seen))
            ceiling.append(points(prompt, best))
            log.append({"prompt": prompt.text, "seconds": took, "seen": asdict(seen), "points": made[-1]})
            sheet.append(np.concatenate([clip[0], clip[-1], truth[0]], 1))
            _write(args.out, sheet, log)
            logger.info("{} {} {}", i, {k: round(v, 2) for k, v in made[-1].items()}, prompt.text)
    text = scores(args, made, ceiling, log)
    (args.scores or args.out / "SCORES.md").write_text(text)
    logger.info("\n{}", text)


if __name__ == "__main__":
    main()
