"""The virtual environment itself: whether it works, and what an interruption or a move left in it."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
from pathlib import Path

from oelala.installer.__main__ import NEWEST, OLDEST, ROOT, VENV

WINDOWS = os.name == "nt"
SCRIPTS = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = SCRIPTS / ("python.exe" if WINDOWS else "python")
PLACE, LOCK, LOG = VENV / "place.txt", VENV / "install.lock", VENV / "install.log"
QUESTIONS = Path(__file__).with_name("__main__.py")
# A shebang cannot hold a space; this is the form that pip itself falls back on.
SCRIPT_START = b"""#!/bin/sh
'''exec' "%b/bin/python" "$0" "$@"
' '''
"""


def answers(*arguments: str | Path) -> bool:
    """Whether the environment's Python starts and exits with 0."""
    try:
        done = subprocess.run([PYTHON, *arguments], stdin=subprocess.DEVNULL, capture_output=True, cwd=ROOT)
    except OSError:
        return False
    return done.returncode == 0


def is_ready(test: bool) -> bool:
    """The launchers' own question, which only the environment's Python can answer."""
    return answers("-I", "-S", "-B", QUESTIONS, "--check", *(["--test"] if test else []))


def stamp(test: bool) -> bool:
    """Marks the environment as complete."""
    return answers("-I", "-S", "-B", QUESTIONS, "--stamp", *(["--test"] if test else []))


def installed(pattern: str) -> list[Path]:
    """The entries of packages whose folder name, like `pip-26.3.dist-info`, fits the pattern."""
    packages = "Lib/site-packages/" if WINDOWS else "lib/python3*/site-packages/"
    return list(VENV.glob(packages + pattern))


def is_whole(info: Path) -> bool:
    """Whether a package has the files that its own record names, whole. pip writes that record last."""
    try:
        with (info / "RECORD").open(encoding="utf-8", newline="") as record:
            sizes = {path: int(size) for path, _, size in csv.reader(record) if size and path[:2] != ".."}
        return bool(sizes) and all((info.parent / path).stat().st_size == sizes[path] for path in sizes)
    except (OSError, ValueError):
        return False


def pip_version() -> tuple[int, ...]:
    """Major and minor version of the environment's pip; () when it has none that is whole."""
    for info in installed("pip-*.dist-info"):
        if is_whole(info):
            return tuple(int(part) for part in info.stem.partition("-")[2].split(".")[:2])
    return ()


def works() -> bool:
    """Whether what is there can be built on: a Python that starts, of a fitting version, with a whole pip."""
    fits = f"import sys, pip._internal; sys.exit(not {OLDEST} <= sys.version_info[:2] <= {NEWEST})"
    return bool(pip_version()) and answers("-I", "-c", fits)


def forget_broken() -> None:
    """Takes away the entry of every package that is not whole, so that pip installs it again."""
    for info in installed("*.dist-info"):
        if not is_whole(info):
            shutil.rmtree(info)
    for leftover in installed("~*"):  # where pip puts aside what it replaces
        remove(leftover)


def follow_move() -> None:
    """Puts the new place in the scripts of an environment that was moved; its packages do not mind."""
    old, new = (PLACE.read_bytes() if PLACE.exists() else b""), os.fsencode(VENV)
    if not old or old == new:
        return
    for script in SCRIPTS.iterdir():
        content = b"" if script.is_symlink() or not script.is_file() else script.read_bytes()
        if content.startswith(b"#!" + old):
            content = SCRIPT_START % old + content.partition(b"\n")[2]
        if old in content and b"\0" not in content:
            script.write_bytes(content.replace(old, new))


def remove(path: Path) -> None:
    """Removes a file, a link or a folder."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def clear() -> None:
    """Empties the environment but for the lock that is held and the log."""
    for path in VENV.iterdir():
        if path not in (LOCK, LOG):
            remove(path)
