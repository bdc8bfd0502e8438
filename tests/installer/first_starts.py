"""The starts that make the environment: from nothing and from a wreck, interrupted each time but the last."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass

from tests.installer.fake_project import FakeProject

LEFT_OVER = "left over.txt"


@dataclass(frozen=True)
class FirstStarts:
    """`stopped`: one that Ctrl+C stopped; `finished`: the last one."""

    stopped: subprocess.CompletedProcess[str]
    finished: subprocess.CompletedProcess[str]


def start_at_last(project: FakeProject) -> FirstStarts:
    """From nothing until Ctrl+C; then as an environment that lost its Python, killed while it is emptied or
    hardly begun, and killed as pip is put into it; then undisturbed."""
    shutil.rmtree(project.venv, ignore_errors=True)
    stopped = interrupted(project, 0.7, signal.SIGINT)
    lose_python(project)
    interrupted(project, 0.3, signal.SIGKILL)
    interrupted(project, 30, signal.SIGKILL)
    return FirstStarts(stopped, project.start("--port", "80 81", cwd=project.wheels))


def interrupted(
    project: FakeProject, seconds: float, kill: signal.Signals
) -> subprocess.CompletedProcess[str]:
    """A start that is interrupted after so long, or as soon as the first of pip is there."""
    running = project.spawn()
    until = time.monotonic() + seconds
    while time.monotonic() < until and not any(
        project.venv.glob("lib/python3*/site-packages/pip/__init__.py")
    ):
        time.sleep(0.02)
    with suppress(ProcessLookupError):  # a quick machine may be done by then
        os.killpg(running.pid, kill)
    said = running.communicate(timeout=20)
    return subprocess.CompletedProcess(running.args, running.returncode, *said)


def lose_python(project: FakeProject) -> None:
    """An environment that was complete, but that the Python it was made with is gone."""
    shutil.rmtree(project.venv)
    packages = project.venv / "lib" / "python3.11" / "site-packages"
    info = packages / "pip-99.0.dist-info"
    info.mkdir(parents=True)
    (packages / LEFT_OVER).write_text("old")
    (info / "RECORD").write_text(f"{LEFT_OVER},,3\n")
    (project.venv / "bin").mkdir()
    (project.venv / "bin" / "python").symlink_to("/nowhere/python3.11")
