"""The set-up, step by step: Python environment, torch, packages, test tools."""

from __future__ import annotations

import errno
import os
import re
import signal
import subprocess
import sys
import time
from typing import IO

from oelala.installer import __main__ as wanted
from oelala.installer import environment, torch_build
from oelala.installer.__main__ import ROOT, VENV
from oelala.installer.console import Meter, elapsed, say, text

NEWER_PIP = (25, 2)  # goes on with a broken download by itself
RAW_PROGRESS = (24, 1)  # can say how far a download is
REASONS = (
    ("disk", re.compile(r"No space left|Errno 28|not enough space|quota exceeded", re.I)),
    ("offline", re.compile(r"connect|timed out|name resolution|getaddrinfo|max retries|incomplete", re.I)),
    ("no_wheel", re.compile(r"No matching distribution|not a supported wheel", re.I)),
)
MISLEADING = {"PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT"}
PIP_VARIABLES = {"PIP_USER": "0", "PIP_NO_INPUT": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


class SetupError(Exception):
    """A reason to stop, as a key of the texts."""


class Setup:
    """One run. pip inherits `lock`, the open lock file: should this process be killed, pip still holds it."""

    def __init__(self, lock: IO[bytes], test: bool) -> None:
        self.lock = lock
        self.test = test
        self.torch = next((line for line in wanted.requirements() if re.match(r"torch\s*==", line)), None)
        self.steps = 2 + bool(self.torch) + test
        self.step = 0

    def run(self) -> None:
        """All steps, then the stamp."""
        say(text("start", place=ROOT))
        for stamp in wanted.STAMPS.values():
            stamp.unlink(missing_ok=True)
        self.make_environment()
        if self.torch:
            self.install_torch(self.torch)
        with self.meter("packages") as meter:
            self.pip(meter, "-r", "requirements.txt")
        if self.test:
            with self.meter("tests") as meter:
                self.pip(meter, "-r", "requirements.txt", *wanted.test_requirements())
        if not environment.stamp(self.test):
            raise SetupError("failed")
        say(text("done", elapsed=elapsed()))

    def meter(self, key: str, **values: str) -> Meter:
        """The next step's line."""
        self.step += 1
        title = f"[{self.step}/{self.steps}] {text(key, **values)}"
        return Meter(title, lambda: len(environment.installed("*.dist-info")))

    def make_environment(self) -> None:
        """Keeps an environment that works and mends it; makes a new one otherwise."""
        with self.meter("venv") as meter:
            if environment.works():
                environment.follow_move()
                environment.forget_broken()
            elif wanted.usable() == wanted.NO_VENV_MODULE:
                raise SetupError("no_venv")
            else:
                environment.clear()
                self.start([sys.executable, "-I", "-m", "venv", str(VENV)], meter)
            environment.PLACE.write_bytes(os.fsencode(VENV))
            if environment.pip_version() < NEWER_PIP:
                self.renew_pip(meter)

    def renew_pip(self, meter: Meter) -> None:
        """A newer pip, if that can be had; the old one will do."""
        try:
            self.pip(meter, "--upgrade", "--retries", "1", f"pip>={NEWER_PIP[0]}.{NEWER_PIP[1]}")
        except SetupError as error:
            if str(error) == "disk" or not environment.works():
                raise

    def install_torch(self, requirement: str) -> None:
        """From PyTorch's own index in the build that fits; where that fails, from the default one."""
        version = requirement.partition("==")[2].strip()
        if environment.installed(f"torch-{version}[.+]*dist-info"):
            self.step += 1
            return
        build, old_driver = torch_build.find_build()
        if old_driver:
            say(text("driver", venv=VENV))
        with self.meter("torch", build=build) as meter:
            own = self.from_own_index(meter, requirement, build)
            if not own:
                self.pip(meter, requirement)
        if not own and build not in torch_build.NO_WORSE_ELSEWHERE:
            say(text("cpu", venv=VENV))

    def from_own_index(self, meter: Meter, requirement: str, build: str) -> bool:
        """Whether torch came from PyTorch's index. A broken download is no reason to take another build."""
        index = torch_build.INDEX + build
        if build == torch_build.DEFAULT or not torch_build.is_reachable(index):
            return False
        try:
            self.pip(meter, "--index-url", index, requirement)
        except SetupError as error:
            if str(error) != "no_wheel":
                raise
            return False
        return True

    def pip(self, meter: Meter, *arguments: str) -> None:
        """Installs, and shows how far it is."""
        progress = "raw" if environment.pip_version() >= RAW_PROGRESS else "off"
        options = ["--prefer-binary", "--progress-bar", progress]
        self.start([str(environment.PYTHON), "-I", "-m", "pip", "install", *options, *arguments], meter)

    def start(self, command: list[str], meter: Meter) -> None:
        """Runs one program with its output in the log; raises SetupError with what that output points to."""
        complaints = ""
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={name: value for name, value in os.environ.items() if name not in MISLEADING} | PIP_VARIABLES,
            pass_fds=() if sys.platform == "win32" else (self.lock.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
        try:
            with environment.LOG.open("a", encoding="utf-8", errors="replace", buffering=1) as log:
                log.write(f"\n{time.strftime('%Y-%m-%d %H:%M:%S')} {command}\n")
                for line in process.stdout or ():
                    if meter.read(line):
                        continue
                    log.write(line)
                    if re.search("warning|error|exception", line, re.I):
                        complaints += line
        except (KeyboardInterrupt, OSError):
            process.terminate()
            raise
        finally:
            process.wait()
        if process.returncode:
            raise SetupError(next((key for key, pattern in REASONS if pattern.search(complaints)), "failed"))


def try_lock(lock: IO[bytes]) -> bool:
    """Takes the lock if it is free. It goes with the last process that has the file open."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def stop_on_signals() -> None:
    """Closing the window or ending the process stops pip as Ctrl+C does."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)


def set_up(test: bool) -> int:
    """Makes the environment complete, alone; returns the exit code."""
    stop_on_signals()
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    try:
        VENV.mkdir(exist_ok=True)
        with environment.LOCK.open("ab") as lock:
            if not try_lock(lock):
                say(text("wait"))
                while not try_lock(lock):
                    time.sleep(0.2)
            if not environment.is_ready(test):
                Setup(lock, test).run()
    except KeyboardInterrupt:
        say(text("stopped"))
        return 130
    except SetupError as error:
        say(text(str(error), python=python, log=environment.LOG))
        return 1
    except OSError as error:
        say(str(error))
        say(text("disk" if error.errno == errno.ENOSPC else "failed", log=environment.LOG))
        return 1
    return 0
