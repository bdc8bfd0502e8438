"""`python -m oelala.mini.recipe STAGE --folder F --minutes M`: one stage of making Oelala Mini.

Every stage stops after its minutes and goes on from its own checkpoint when it is called again.
"""

import argparse
from pathlib import Path

import torch


def parse(argv: list[str] | None = None) -> argparse.Namespace:
    """The command line of the recipe."""
    parser = argparse.ArgumentParser(prog="python -m oelala.mini.recipe", description=__doc__)
    parser.add_argument("stage", choices=("vae", "latents", "captions", "transformer", "export"))
    parser.add_argument("--folder", type=Path, default=Path(".work/mini"), help="checkpoints and latents")
    parser.add_argument("--minutes", type=float, default=5.0, help="stop after this many minutes")
    parser.add_argument("--total-minutes", type=float, default=None, help="length of the whole schedule")
    parser.add_argument("--clips", type=int, default=20_000, help="latents: how many clips at most")
    parser.add_argument("--part", type=int, default=0, help="latents: which of several runs side by side")
    parser.add_argument(
        "--out", type=Path, default=Path("oelala/assets/oelala-mini"), help="export: where to"
    )
    parser.add_argument("--rehearse", action="store_true", help="tiny sizes, to try the code on a processor")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    """Run one stage."""
    args = parse(argv)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    total = args.total_minutes or args.minutes
    scale = 0.05 if args.rehearse else 1.0
    if args.stage == "vae":
        from oelala.mini.recipe.vae import VaeSettings, VaeStage

        VaeStage(VaeSettings(args.folder, args.minutes, total, device, scale, args.rehearse)).run()
    elif args.stage == "latents":
        from oelala.mini.recipe.latents import LatentSettings, make_latents

        make_latents(LatentSettings(args.folder, args.minutes, args.clips, device, args.rehearse, args.part))
    elif args.stage == "captions":
        from oelala.mini.recipe.latents import write_captions

        write_captions(args.folder)
    elif args.stage == "transformer":
        from oelala.mini.recipe.transformer import TransformerSettings, TransformerStage

        TransformerStage(
            TransformerSettings(args.folder, args.minutes, total, device, scale, args.rehearse)
        ).run()
    else:
        from oelala.mini.recipe.export import export

        export(args.folder, args.out, tiny=args.rehearse)


if __name__ == "__main__":
    main()
