"""Builds a model, adds it as a user would, queues a job, waits, tells; then the next. See `ABOUT`."""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import diffusers
import torch
import transformers

from benchmarks.whole_jobs.card import GIB, Card, card_of
from benchmarks.whole_jobs.folders import Builder, build_tiny
from benchmarks.whole_jobs.job import JobRequest, run_job
from oelala.models.catalog import find
from oelala.models.machine import ram_total
from oelala.settings import Settings, prepare_environment
from oelala.studio import Studio

MODELS = ("wan2.1-t2v-14b", "wan2.1-t2v-1.3b", "wan2.1-vace-14b", "wan2.2-animate-14b")
# Seconds that a model takes on an H100, roughly: none is begun with less left.
_TAKES = {"wan2.1-t2v-1.3b": 40, "wan2.1-t2v-14b": 90, "wan2.1-vace-14b": 80, "wan2.2-animate-14b": 80}
ABOUT = """Whole jobs, from a prompt to an mp4, through the studio's own queue and worker on a small card.

    python -m benchmarks.whole_jobs                 # an 80 GB card, 128 GiB of main memory, 50 GB for files
    python -m benchmarks.whole_jobs --tiny          # a rehearsal in kilobytes, on a processor as well
    python -m benchmarks.whole_jobs --sparse        # only: are full-size folders known, and what is planned?

Models of full size (the exact configs of the catalog, random weights) are written to `--folder`, added the
way a user adds one, run on a card of `--cap` GiB (another process holds the rest), and deleted. One line of
JSON for each thing, at once. A job's line has: its state, seconds by phase, the card's peak as seen from
outside (contexts and torch's reserve included) and the tensors' own, pinned memory, the plan as shown before
against what was measured, and what the mp4 holds.
"""


@dataclass(slots=True)
class Bench:
    options: argparse.Namespace
    begun: float = field(default_factory=time.monotonic)

    @property
    def left(self) -> float:
        return float(self.options.seconds) - (time.monotonic() - self.begun)

    def tell(self, part: str, **values: Any) -> None:
        rounded = {name: round(one, 3) if isinstance(one, float) else one for name, one in values.items()}
        line = json.dumps({"part": part, "at": round(time.monotonic() - self.begun, 1), **rounded})
        print(line, flush=True)
        if self.options.out is not None:
            with Path(self.options.out).open("a", encoding="utf-8") as file:
                file.write(line + "\n")


def main() -> None:
    options = _read_options()
    prepare_environment()
    bench = Bench(options)
    cuda = torch.cuda.is_available()
    bench.tell(
        "about",
        device=torch.cuda.get_device_name(0) if cuda else "processor",
        versions={"torch": torch.__version__, "diffusers": diffusers.__version__},
        transformers=transformers.__version__,
        cap_gib=options.cap,
        ram_gib=_grown_ram(options.touch_ram),
    )
    with tempfile.TemporaryDirectory(dir=options.folder) as name, card_of(options.cap) as card:
        for model in options.models:
            if not (options.tiny or options.sparse) and bench.left < _TAKES[model]:
                bench.tell("left out", model=model, seconds_left=bench.left)
                continue
            try:
                _one(bench, model, Path(name), card)
            except Exception as fault:  # noqa: BLE001 - told, and the next one goes on
                bench.tell("failed", model=model, error=f"{type(fault).__name__}: {fault}"[:500])
                traceback.print_exc()
    bench.tell("end")


def _one(bench: Bench, model: str, root: Path, card: Card) -> None:
    row, options = find(model), bench.options
    settings = Settings(workspace=root / "workspace", models=root / "hub")
    started = time.perf_counter()
    if options.tiny:
        folder, size = build_tiny(row, settings.models), 0
    else:
        folder, size = Builder(root / "models", options.sparse).build(row)
    spent = time.perf_counter() - started
    bench.tell("built", model=model, seconds=spent, gb=size / 1e9, disk_free_gb=_free(root))
    try:
        added = model if options.tiny else Studio(settings).add_model([str(folder)]).id
        request = JobRequest(added, row, settings, options, card)
        run_job(request, bench.tell, min(bench.left - 10, options.patience))
    finally:
        shutil.rmtree(folder)


def _grown_ram(least: float) -> float:
    """GiB of main memory. Some virtual machines are given theirs only as they use it, and plans look at what
    there is: where that is less than `least`, so much is filled once."""
    held = []
    while ram_total() < least * GIB and len(held) < least:
        held.append(torch.ones(GIB, dtype=torch.uint8))
    return ram_total() / GIB


def _free(folder: Path) -> float:
    return shutil.disk_usage(folder).free / 1e9


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=ABOUT, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--num-frames", type=int, default=17)
    parser.add_argument("--width", type=int, default=832)
    parser.add_argument("--height", type=int, default=480)
    parser.add_argument("--num-inference-steps", type=int, default=4)
    parser.add_argument("--again", type=int, default=0, help="more jobs of each model, which find it warm")
    parser.add_argument("--sage-attention", action="store_true")
    parser.add_argument("--first-block-cache", type=float, default=0.0)
    parser.add_argument("--cap", type=float, default=12.0, help="GiB of the card")
    parser.add_argument(
        "--seconds", type=float, default=550.0, help="for everything; no model is begun later"
    )
    parser.add_argument("--patience", type=float, default=240.0, help="seconds for one job")
    parser.add_argument("--touch-ram", type=float, default=0.0, help="GiB to fill once, see the code")
    parser.add_argument("--folder", default=None, help="for models and workspace; /dev/shm is fastest")
    parser.add_argument("--out", default=None, help="a file for the results as well")
    parser.add_argument("--keep", default=None, help="a folder for the mp4s")
    parser.add_argument("--tiny", action="store_true")
    parser.add_argument("--sparse", action="store_true")
    options = parser.parse_args()
    if options.tiny:
        options.width, options.height = 128, 128
        options.num_frames = min(options.num_frames, 9)
    return options


if __name__ == "__main__":
    main()
