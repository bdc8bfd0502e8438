"""`python -m oelala.mini.judge_assets build|verify`: make the judges' models, or check them."""

from __future__ import annotations

import argparse
from pathlib import Path

from oelala.mini.judge_assets.packages import PackageFault
from oelala.mini.judge_assets.shipped import SHIPPED, build, fault_of
from oelala.settings import ASSETS, PROJECT


def parse(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m oelala.mini.judge_assets", description=__doc__)
    parser.add_argument("verb", choices=("build", "verify"))
    parser.add_argument("--assets", type=Path, default=ASSETS, help="where the files are or go")
    parser.add_argument(
        "--downloads", type=Path, default=PROJECT / ".work" / "packages", help="where fetched packages stay"
    )
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """0: every file is what it must be. A file that came out otherwise is not written."""
    args = parse(argv)
    faults = 0
    for shipped in SHIPPED:
        path = args.assets / shipped.path
        try:
            data = build(shipped, args.downloads) if args.verb == "build" else _read(path)
        except PackageFault as fault:
            print(fault)
            return 1
        difference = fault_of(shipped, data)
        print(f"{shipped.path} {difference or 'is right'}")
        if difference:
            faults += 1
        elif args.verb == "build" and data is not None and _read(path) != data:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    return 1 if faults else 0


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


if __name__ == "__main__":
    raise SystemExit(main())
