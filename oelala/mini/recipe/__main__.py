"""`python -m oelala.mini.recipe STAGE`: one stage of making Mini, or `call`: several, on a lent GPU.

Every stage stops after its minutes and goes on from its own checkpoint when it is called again.
"""

import argparse
import os
import time
from pathlib import Path

# torch is imported late: the worker processes import this module too.
STARTED = time.monotonic()
ASSET, POSE_ASSET = Path("oelala/assets/oelala-mini"), Path("oelala/assets/oelala-mini-pose")
TRAINED = ("text", "critic", "vae", "transformer", "wordings", "pose", "decoder")
STAGES = ("begin", *TRAINED, "stills", "clips", "poses", "export", "export-pose", "call")


def parse(argv: list[str] | None = None) -> argparse.Namespace:
    """The command line of the recipe."""
    parser = argparse.ArgumentParser(prog="python -m oelala.mini.recipe", description=__doc__)
    parser.add_argument("stage", choices=STAGES)
    parser.add_argument("--stages", default="", help="call: stage:seconds:later, ... (0: all that are left)")
    parser.add_argument("--folder", type=Path, default=Path(".work/mini"), help="checkpoints and latents")
    parser.add_argument("--minutes", type=float, default=5.0, help="stop after this many minutes")
    parser.add_argument("--later-minutes", type=float, default=0.0, help="the schedule's, in later runs")
    parser.add_argument("--schedule", default="first", help="a new name restarts the learning rate")
    parser.add_argument("--seconds", type=float, default=560.0, help="call: when all must be packed")
    parser.add_argument("--carried", type=Path, default=Path(".work/mini"), help="call: what to start from")
    parser.add_argument("--out", type=Path, help=f"call: where to pack; export: else {ASSET}[-pose]")
    parser.add_argument("--layers", type=int, help="begin: the transformer's, if more than it has")
    parser.add_argument("--muon", action="store_true", help="transformers by Muon, not by AdamW")
    parser.add_argument("--rehearse", action="store_true", help="tiny sizes, to try the code on a processor")
    return parser.parse_args(argv)


def _call(args: argparse.Namespace) -> None:
    from oelala.mini.recipe.call import Call, CallSettings, Part

    out = args.out or Path(os.environ.get("OUT", ".work/out"))
    settings = CallSettings(
        tuple(Part.parse(text) for text in args.stages.split(",")),
        STARTED,
        args.seconds,
        args.folder,
        out,
        args.carried,
        args.schedule,
        tiny=args.rehearse,
        muon=args.muon,
    )
    Call(settings).run()


def _stage(args: argparse.Namespace) -> None:
    from oelala.mini.recipe.run import Run, RunSettings

    run = Run(RunSettings(args.folder, args.schedule, tiny=args.rehearse, muon=args.muon))
    seconds, later = args.minutes * 60, args.later_minutes * 60
    try:
        if args.stage in TRAINED:
            getattr(run, args.stage)(seconds, later)
        else:
            run.latents(args.stage, seconds)
    finally:
        run.close()


def main(argv: list[str] | None = None) -> None:
    """Run one stage, or one call."""
    args = parse(argv)
    if args.stage == "call":
        _call(args)
    elif args.stage == "begin":
        from oelala.mini.recipe.begin import begin

        begin(ASSET, POSE_ASSET, args.folder, args.layers)
    elif args.stage == "export":
        from oelala.mini.recipe.export import export

        export(args.folder, args.out or ASSET, tiny=args.rehearse)
    elif args.stage == "export-pose":
        from oelala.mini.recipe.export import export_pose

        export_pose(args.folder, args.out or POSE_ASSET, tiny=args.rehearse)
    else:
        _stage(args)


if __name__ == "__main__":
    main()
