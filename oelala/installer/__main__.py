"""`[--test]` sets up; `--check`, `--stamp` and `--usable` are short questions, answered in milliseconds."""

from __future__ import annotations

import os
import sys
from pathlib import Path

OLDEST, NEWEST = (3, 11), (3, 14)  # the Pythons that the pinned torch has wheels for
NO_VENV_MODULE = 3  # exit code of --usable
ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
STAMPS = {False: VENV / "installed.txt", True: VENV / "installed-test.txt"}


def requirements() -> list[str]:
    """The lines of requirements.txt that name a package."""
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


def test_requirements() -> list[str]:
    """The `test` extra, installed as a list: installing the project itself would shadow this checkout."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return list(project["optional-dependencies"]["test"])


def wanted_stamp(test: bool) -> bytes:
    """What the stamp of a complete environment holds. Only the environment's own Python can answer this."""
    lines = [str(VENV), f"{sys.version_info[0]}.{sys.version_info[1]}", *requirements()]
    return os.fsencode("\n".join(lines + (test_requirements() if test else [])))


def is_ready(test: bool) -> bool:
    """Whether the stamp says that everything is installed."""
    try:
        return STAMPS[test].read_bytes() == wanted_stamp(test)
    except OSError:
        return False


def write_stamps(test: bool) -> None:
    """Says that everything is installed; what a start without the test tools needs is part of it."""
    for kind in {False, test}:
        part = STAMPS[kind].with_suffix(".part")
        part.write_bytes(wanted_stamp(kind))
        part.replace(STAMPS[kind])


def usable() -> int:
    """Whether an environment can be made with the Python that runs this: 0, 1 or NO_VENV_MODULE."""
    from importlib.util import find_spec

    if not (OLDEST <= sys.version_info[:2] <= NEWEST and sys.maxsize > 2**32):
        return 1
    return 0 if find_spec("venv") and find_spec("ensurepip") else NO_VENV_MODULE


def main(arguments: list[str]) -> int:
    """Returns the exit code: 0, 1 for a failure or a no, 130 for an interruption."""
    test = "--test" in arguments
    if "--usable" in arguments:
        return usable()
    if "--check" in arguments:
        return int(not is_ready(test))
    if "--stamp" in arguments:
        write_stamps(test)
        return 0
    sys.path.append(str(ROOT))
    try:
        from oelala.installer.steps import set_up
    except KeyboardInterrupt:  # a slow disk: Python was still reading what it needs
        from oelala.installer.console import say, text

        say(text("stopped"))
        return 130
    return set_up(test)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
