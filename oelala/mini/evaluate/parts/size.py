"""Megabytes on disk of the model's folder, and of the pose transformer beside it."""

from pathlib import Path

from oelala.mini.evaluate.bench import Bench
from oelala.mini.evaluate.results import PartResult, Row
from oelala.mini.evaluate.statistics import Estimate


def measure(bench: Bench) -> PartResult:
    """Add up the files."""
    options = bench.options
    result = bench.result("size", {"model": options.model_hash})
    result.rows = [
        Row("size, text and image", "MB", _exactly(megabytes(options.model)), reach=56.0, at_least=False)
    ]
    if options.pose.is_dir():
        pose = _exactly(megabytes(options.pose))
        result.rows.append(Row("size, pose", "MB", pose, reach=32.0, at_least=False))
    result.note = "all files of the folders, in millions of bytes"
    result.write()
    return result


def megabytes(folder: Path) -> float:
    """Of every file in it."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def _exactly(value: float) -> Estimate:
    return Estimate(value, value, value, 1, 1)
