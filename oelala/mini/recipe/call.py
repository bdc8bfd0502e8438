"""`python -m oelala.mini.recipe call --stages text:35,vae:0`: stages on a lent GPU, packed before its limit.

README.md has the plan. What a call leaves in `--folder` serves the next one while the machine is the same;
what it packs into `--out` is enough to go on from on a bare one.
"""

import os
import shutil
import tarfile
import threading
import time
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from loguru import logger

from oelala.mini.recipe.team import Team

if TYPE_CHECKING:
    from oelala.mini.recipe.run import Run

PART_BYTES = 15_000_000
CHECKPOINTS = ("critic", "vae", "transformer", "text_encoder", "text_heads", "pose")
# Seconds kept for saving and packing, and the last moment for both.
_KEPT, _LAST = 22.0, 12.0
_LATENTS = ("stills", "clips", "poses")
# They need the renderer, which takes up to 30 seconds to compile: before their own seconds are counted.
_RENDERING = (*_LATENTS, "critic", "vae", "decoder")


@dataclass(frozen=True)
class Part:
    """A stage, the seconds it may last (0: all that are left), and those of its schedule in later calls."""

    stage: str
    seconds: float = 0.0
    later: float = 0.0

    @staticmethod
    def parse(text: str) -> "Part":
        """`stage[:seconds[:later]]`; ValueError where that is not what it says."""
        stage, *numbers = text.split(":")
        if len(numbers) > 2:
            raise ValueError(f"not stage:seconds:later: {text!r}")
        return Part(stage, *map(float, numbers))


@dataclass(frozen=True)
class CallSettings:
    """`seconds` after `started` (of time.monotonic) this call must have ended; `carried` holds the
    checkpoints to start from.
    """

    parts: tuple[Part, ...]
    started: float
    seconds: float
    folder: Path
    out: Path
    carried: Path
    schedule: str
    tiny: bool = False
    muon: bool = False


def pack(folder: Path, out: Path, since: float = 0.0) -> None:
    """Checkpoints written `since` (of time.time), tokenizer and statistics as mini.tar.00, .01, ... of
    at most 15 MB in `out`. All of them together are more than one answer may carry.
    """
    out.mkdir(parents=True, exist_ok=True)
    whole = BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as tar:
        for name in CHECKPOINTS:
            for path in (folder / f"{name}.safetensors", folder / f"{name}.json"):
                if path.exists() and path.stat().st_mtime >= since:
                    tar.add(path, path.name)
        for name in ("latents.json", "tokenizer"):
            if (folder / name).exists():
                tar.add(folder / name, name)
    data = whole.getbuffer()
    for number, start in enumerate(range(0, len(data), PART_BYTES)):
        (out / f"mini.tar.{number:02d}").write_bytes(data[start : start + PART_BYTES])


class Call:
    """One call: bring the checkpoints, run the stages, pack."""

    def __init__(self, settings: CallSettings) -> None:
        self.settings = settings
        self._packing, self.since = threading.Lock(), time.time()
        settings.out.mkdir(parents=True, exist_ok=True)
        self.team = Team()
        name = "log.txt" if self.team.first else f"log{self.team.rank}.txt"
        self.log = logger.add(settings.out / name, enqueue=False)
        self._fetch()

    def _fetch(self) -> None:
        settings = self.settings
        missing = not (settings.folder / "vae.safetensors").exists()
        if self.team.first and missing and settings.carried.exists():
            shutil.copytree(settings.carried, settings.folder, dirs_exist_ok=True)
        self.team.wait()

    def left(self) -> float:
        """Seconds that stages still have."""
        return self.settings.seconds - _KEPT - self._spent()

    def seconds_of(self, part: Part) -> float:
        """How long a stage may last: the first process's answer. Were these answers milliseconds apart, one
        process could end where another takes one step more, and waits on its GPU for ever.
        """
        left = self.left()
        return self.team.agree(min(part.seconds, left) if part.seconds else left)

    def _spent(self) -> float:
        return time.monotonic() - self.settings.started

    def run(self) -> None:
        """All stages; whatever happens, what there is gets packed in time."""
        from oelala.mini.recipe.run import Run, RunSettings

        settings = self.settings
        guard = threading.Timer(max(1.0, settings.seconds - _LAST - self._spent()), self._give_up)
        guard.daemon = True
        guard.start()
        run = Run(
            RunSettings(
                settings.folder, settings.schedule, tiny=settings.tiny, team=self.team, muon=settings.muon
            )
        )
        try:
            for part in settings.parts:
                self._run(run, part)
        finally:
            guard.cancel()
            if self.team.first:
                self._pack()
            run.close()
            logger.remove(self.log)

    def _run(self, run: "Run", part: Part) -> None:
        if part.stage in _RENDERING:
            run.prepare()
        seconds = self.seconds_of(part)
        logger.info("{} for {:.0f} s, {:.0f} s after the start", part.stage, seconds, self._spent())
        try:
            if part.stage in _LATENTS:
                run.latents(part.stage, seconds)
            else:
                getattr(run, part.stage)(seconds, part.later)
        except Exception:  # noqa: BLE001 - a fault of one stage must not take the other ones' work away
            logger.exception("stage failed")

    def _pack(self) -> None:
        with self._packing:
            pack(self.settings.folder, self.settings.out, self.since)
            logger.info("packed after {:.0f} s", self._spent())

    def _give_up(self) -> None:
        if self.team.first:
            logger.error("out of time: packing the last checkpoints")
            self._pack()
        else:
            # When one process ends badly, all are ended: not before the first one has packed.
            time.sleep(_LAST / 2)
        os._exit(3)
