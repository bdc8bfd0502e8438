"""`python -m oelala.mini.evaluate [PART …]`: judges Oelala Mini, part by part, and writes a table.

Every part keeps what it has judged in `--out` and goes on from there. `generate` writes latents instead, on a
machine with a GPU, for `--latents`.
"""

import argparse
import math
from importlib import import_module
from pathlib import Path

import torch
from loguru import logger

from oelala.mini.evaluate.latents import KINDS
from oelala.mini.evaluate.options import POSE_FOLDER, Options
from oelala.settings import ASSETS, prepare_environment

# The cheapest first.
ORDER = ("size", "sheets", "vae", "image", "pose", "text", "action", "speed", "world")
GENERATE = "generate"


def parse(argv: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m oelala.mini.evaluate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add(
        "parts",
        nargs="*",
        metavar="PART",
        help=f"of {', '.join(ORDER)} (default: all); table; or generate [{'] ['.join(KINDS)}]",
    )
    add("--model", type=Path, default=ASSETS / "oelala-mini")
    add("--pose", type=Path, default=POSE_FOLDER, help="the pose transformer's folder")
    add("--out", type=Path, default=Path(".work/evaluate"), help="results, latents and sheets")
    add("--scores", type=Path, help="where the table goes (default: SCORES.md in --out)")
    add("--latents", type=Path, help="a file or folder of latents made by `generate`")
    add("--prompts", type=int, default=200, help="for text and action")
    add("--seeds", type=int, default=3, help="clips for each prompt of text")
    add("--clips", type=int, default=24, help="for vae, image and pose, each")
    add("--runs", type=int, default=5, help="of speed, at each length")
    add("--num-frames", type=int, default=33)
    add("--steps", type=int, default=20)
    add("--guidance", type=float, default=3.0)
    add("--threads", type=int, default=2)
    add("--batch", type=int, default=32, help="prompts at once, for generate")
    add("--people", type=int, default=500, help="for world")
    add("--minutes", type=float, default=math.inf, help="that each part may take; the next run goes on")
    args = parser.parse_args(argv)
    known = (GENERATE, *KINDS) if args.parts[:1] == [GENERATE] else (*ORDER, "table")
    unknown = set(args.parts) - set(known)
    if unknown:
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    return args


def options_of(args: argparse.Namespace) -> Options:
    """What the command line asks."""
    names = Options.__dataclass_fields__
    return Options(**{name: value for name, value in vars(args).items() if name in names})


def judge(options: Options, parts: list[str], scores: Path) -> str:
    """Measure the parts, cheapest first, and write the table anew after each; answers it."""
    from oelala.mini.evaluate.bench import Bench
    from oelala.mini.evaluate.table import table

    scores.parent.mkdir(parents=True, exist_ok=True)
    page = table(options.out)
    with Bench(options) as bench:
        for name in (part for part in ORDER if part in parts):
            import_module(f"oelala.mini.evaluate.parts.{name}").measure(bench)
            page = table(options.out)
            scores.write_text(page, encoding="utf-8")
    scores.write_text(page, encoding="utf-8")
    return page


def main(argv: list[str] | None = None) -> None:
    """Generate, or judge and write."""
    prepare_environment()
    args = parse(argv)
    options = options_of(args)
    options.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(options.threads)
    if args.parts[:1] == [GENERATE]:
        from oelala.mini.evaluate.generate import generate

        for path in generate(options, args.batch, args.parts[1:] or KINDS, say=logger.info):
            logger.info("{} ({:.1f} MB)", path, path.stat().st_size / 1e6)
        return
    page = judge(options, args.parts or list(ORDER), args.scores or options.out / "SCORES.md")
    logger.info("\n{}", page)


if __name__ == "__main__":
    main()
