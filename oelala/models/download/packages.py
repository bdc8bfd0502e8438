"""Packages of PyPI that an extra runs with, put into the studio's environment by its own pip.

Only what the catalog names, at the version that it names, as built wheels, and only where a download of that
extra was asked for. Without their dependencies: rtmlib's would overwrite the studio's OpenCV, and all that
these use is here already.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from loguru import logger

from oelala.errors import OelalaError
from oelala.installer.steps import MISLEADING, PIP_VARIABLES, REASONS
from oelala.media.faults import disk_full
from oelala.media.process import end_process, own_group
from oelala.models.catalog.row import Row
from oelala.models.catalog.rows_detectors import wanted_packages
from oelala.progress import CancelToken

_POLL = 0.2  # seconds
_PLACING = b"Installing collected packages"


def pip_command(requirements: Sequence[str]) -> list[str]:
    """One call for all: pip fetches everything before it puts the first file in place. A package that was
    left half in place counts as installed for pip, so what is there is ignored."""
    pip = [sys.executable, "-I", "-m", "pip", "install"]
    how = ["--no-deps", "--ignore-installed", "--only-binary=:all:", "--no-compile", "--retries", "2"]
    return [*pip, *how, *requirements]


def install_packages(row: Row, cancel: CancelToken) -> tuple[str, ...]:
    """Bring what lacks of the row's packages; returns what pip was asked for.

    Raises OelalaError ("no-pip", "packages-offline", "packages-failed", "out-of-disk") and Cancelled; then
    nothing has changed.
    """
    wanted = wanted_packages(row)
    if not wanted:
        return ()
    command = pip_command(wanted)
    if find_spec("pip") is None:
        raise OelalaError("no-pip", packages=", ".join(wanted), python=sys.executable)
    logger.info("installing {}", ", ".join(wanted))
    run_pip(command, wanted, cancel)
    if left := wanted_packages(row):
        raise _failed(left, "")
    return wanted


def run_pip(command: Sequence[str], wanted: Sequence[str], cancel: CancelToken) -> None:
    """Raises as `install_packages`. To cancel is heard until pip begins to put files in place, which takes a
    few seconds and is not to be broken off."""
    environment = {name: value for name, value in os.environ.items() if name not in MISLEADING}
    with tempfile.TemporaryDirectory(prefix="oelala-pip-") as folder:
        told = Path(folder) / "pip.txt"
        with told.open("wb") as out:
            process = subprocess.Popen(
                command,
                env=environment | PIP_VARIABLES,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                **own_group(),
            )
            try:
                while not _ended(process):
                    if _PLACING not in told.read_bytes():
                        cancel.check()
            finally:
                end_process(process, ())
        words = told.read_text("utf-8", errors="replace")
    if process.returncode:
        logger.warning("pip: {}", words)
        raise _failed(wanted, words)


def _ended(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(_POLL)
    except subprocess.TimeoutExpired:
        return False
    return True


def _failed(wanted: Sequence[str], words: str) -> OelalaError:
    packages = ", ".join(wanted)
    complaints = [line.strip() for line in words.splitlines() if "error" in line.lower()]
    kind = next((key for key, pattern in REASONS if pattern.search(words)), "failed")
    if kind == "disk":
        return disk_full(Path(sys.prefix))
    if kind == "offline":
        return OelalaError("packages-offline", packages=packages)
    return OelalaError("packages-failed", packages=packages, reason=(complaints or ["pip"])[0][:300])
