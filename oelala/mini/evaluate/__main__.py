"""`python -m oelala.mini.evaluate`: the table of scores, with renders as the ceiling, and a contact sheet."""

import argparse
import json
import math
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from diffusers import WanPipeline
from loguru import logger
from PIL import Image

from oelala.mini.evaluate.judge import Judge, Verdict
from oelala.mini.evaluate.prompts import Prompt, held_out_prompts
from oelala.mini.tokenizer import MAX_SEQUENCE_LENGTH
from oelala.mini.world.render import render_clips

ROWS = ("body", "wall", "top", "bottom", "clothes")
NEEDED = {"body": 0.80, "wall": 0.80, "clothes": 0.60}


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m oelala.mini.evaluate", description=__doc__)
    parser.add_argument("--model", type=Path, default=Path("oelala/assets/oelala-mini"))
    parser.add_argument("--pose-model", type=Path, required=True, help="made by oelala.mini.pose_model")
    parser.add_argument("--prompts", type=int, default=24)
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


def points(prompt: Prompt, seen: Verdict) -> dict[str, float]:
    """One clip's points in each row; clothes are the mean of top and bottom."""
    clothes = prompt.spec.clothes
    top, bottom = float(seen.top == clothes.top_name), float(seen.bottom == clothes.bottom_name)
    wall = float(seen.wall == prompt.spec.scene.wall_name)
    return {"body": seen.body, "wall": wall, "top": top, "bottom": bottom, "clothes": (top + bottom) / 2}


def table(made: list[dict[str, float]], ceiling: list[dict[str, float]]) -> str:
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


def main() -> None:
    """Generate, render, judge, write."""
    args = parse()
    args.out.mkdir(parents=True, exist_ok=True)
    judge = Judge(args.pose_model)
    pipeline = WanPipeline.from_pretrained(args.model, dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    made, ceiling, sheet, log = [], [], [], []
    for i, prompt in enumerate(held_out_prompts(args.prompts)):
        start = time.monotonic()
        frames = pipeline(
            prompt=prompt.text, height=256, width=256, num_frames=args.num_frames,
            num_inference_steps=args.steps, guidance_scale=args.guidance,
            max_sequence_length=MAX_SEQUENCE_LENGTH, generator=torch.Generator().manual_seed(i),
        ).frames[0]  # fmt: skip
        took = time.monotonic() - start
        clip = _bytes(frames)[:: 4 if args.num_frames > 4 else 1]
        truth = render_clips([prompt.spec], 5).frames[0].permute(0, 2, 3, 1).numpy()
        seen, best = judge.look(clip), judge.look(_bytes(truth)[::2])
        made.append(points(prompt, seen))
        ceiling.append(points(prompt, best))
        log.append({"prompt": prompt.text, "seconds": took, "seen": asdict(seen), "points": made[-1]})
        sheet.append(np.concatenate([clip[0], clip[-1], _bytes(truth)[0]], 1))
        rows = [np.concatenate(sheet[k : k + 2], 1) for k in range(0, len(sheet) - len(sheet) % 2, 2)]
        if rows:
            Image.fromarray(np.concatenate(rows, 0)).save(args.out / "sheet.png")
        (args.out / "log.json").write_text(json.dumps(log, indent=1, ensure_ascii=False))
        (args.out / "table.md").write_text(table(made, ceiling) + "\n")
        logger.info("{} {} {}", i, {k: round(v, 2) for k, v in made[-1].items()}, prompt.text)
    judge.close()
    logger.info("\n{}", table(made, ceiling))


if __name__ == "__main__":
    main()
