"""What the set-up says, in English and Dutch, and the line that shows how far it is.

These few sentences cannot live with the others in `oelala/texts`: they must work on a bare Python.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType

TEXTS = {
    "en": {
        "start": "Setting up Oelala in {place}. This takes some minutes, once; it may be interrupted.",
        "wait": "Oelala is being set up in another window; waiting for it.",
        "venv": "Python environment",
        "torch": "torch, build {build}",
        "packages": "packages",
        "tests": "test tools",
        "got": "{name}: {done} of {total} MB",
        "placing": "putting in place {done} of {total}",
        "done": "Oelala is set up ({elapsed}).",
        "no_venv": "This Python has no venv. Run `sudo apt install python{python}-venv`, then start again.",
        "driver": "The NVIDIA driver is too old for this torch: update it, delete {venv} and start again.",
        "cpu": "PyTorch's own index is out of reach: torch may not use the GPU. To try again, delete {venv}.",
        "offline": "The download broke off. Start again when the internet is back: it goes on from there.",
        "disk": "The disk is full. Make room and start again: it goes on from there.",
        "no_wheel": "A package does not exist for Python {python} on this kind of machine. Details: {log}",
        "failed": "The set-up failed. Start again to retry. Details: {log}",
        "stopped": "Stopped. The next start goes on from here.",
    },
    "nl": {
        "start": "Oelala wordt ingericht in {place}. Dit duurt eenmalig enkele minuten; onderbreken mag.",
        "wait": "Oelala wordt in een ander venster ingericht; even wachten.",
        "venv": "Python-omgeving",
        "torch": "torch, uitvoering {build}",
        "packages": "pakketten",
        "tests": "testgereedschap",
        "got": "{name}: {done} van {total} MB",
        "placing": "op hun plaats: {done} van {total}",
        "done": "Oelala is ingericht ({elapsed}).",
        "no_venv": "Deze Python mist venv. Doe `sudo apt install python{python}-venv` en start opnieuw.",
        "driver": "De NVIDIA-driver is te oud voor deze torch: werk hem bij, wis {venv} en start opnieuw.",
        "cpu": "PyTorch is onbereikbaar; torch mist wellicht de GPU. Wis {venv} om het over te doen.",
        "offline": "Het downloaden brak af. Start opnieuw zodra er internet is: het gaat verder.",
        "disk": "De schijf is vol. Maak ruimte en start opnieuw: het gaat verder.",
        "no_wheel": "Een pakket bestaat niet voor Python {python} op dit soort machine. Meer hierover: {log}",
        "failed": "Het inrichten is mislukt. Start opnieuw om het over te doen. Meer hierover: {log}",
        "stopped": "Gestopt. De volgende start gaat hier verder.",
    },
}
NAMES_PACKAGE = re.compile(r"\s*(?:Collecting|Downloading|Using cached) ([\w.-]+?)(?=-\d|[^\w.-]|$)")
BEGIN = time.monotonic()


def language() -> str:
    """`nl` or `en`, by the user's choice for the studio, else by the locale."""
    if sys.platform == "win32":
        import ctypes

        dutch = 0x13
        locale = "nl" if ctypes.windll.kernel32.GetUserDefaultUILanguage() & 0x3FF == dutch else "en"
    else:
        locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or "en"
    return "nl" if (os.environ.get("OELALA_LANGUAGE") or locale).startswith("nl") else "en"


def text(key: str, **values: object) -> str:
    """A sentence in the user's language."""
    return TEXTS[language()][key].format(**values)


def say(line: str) -> None:
    """Prints a line on stderr."""
    print(line, file=sys.stderr, flush=True)


def elapsed() -> str:
    """Minutes and seconds since the start."""
    seconds = int(time.monotonic() - BEGIN)
    return f"{seconds // 60}:{seconds % 60:02d}"


class Meter:
    """The step in progress: one line that redraws itself on a terminal, elsewhere a line now and then."""

    quiet_seconds = 15.0

    def __init__(self, title: str, count_packages: Callable[[], int]) -> None:
        self.title = title
        self.detail = self.package = ""
        self.count_packages = count_packages
        self.before = self.total = 0  # packages that were there, packages that pip is putting in place
        self.live = sys.stderr.isatty()
        self.ended = threading.Event()
        self.ticker = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> Meter:
        self._draw()
        self.ticker.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.ended.set()
        self.ticker.join()
        self.detail, self.total = "", 0
        if self.live:
            self._draw()
            say("")

    def read(self, line: str) -> bool:
        """Takes what there is to show from a line of pip's; returns whether that was all the line is for."""
        if found := re.match(r"Progress (\d+) of (\d+)", line):
            done, total = (int(number) / 1e6 for number in found.groups())
            if total >= 1:
                self.detail = text("got", name=self.package, done=f"{done:.0f}", total=f"{total:.0f}")
            return True
        if found := NAMES_PACKAGE.match(line):
            self.detail = self.package = found[1]
        elif found := re.match(r"Installing collected packages: (.*)", line):
            self.before, self.total = self.count_packages(), len(found[1].split(","))
        return False

    def _tick(self) -> None:
        while not self.ended.wait(0.5 if self.live else self.quiet_seconds):
            self._draw()

    def _draw(self) -> None:
        if self.total:
            done = min(self.total, max(0, self.count_packages() - self.before))
            self.detail = text("placing", done=done, total=self.total)
        line = " · ".join(part for part in (self.title, self.detail, elapsed()) if part)
        if self.live:
            width = shutil.get_terminal_size().columns - 1
            sys.stderr.write("\r" + line[:width].ljust(width))
            sys.stderr.flush()
        else:
            say(line)
