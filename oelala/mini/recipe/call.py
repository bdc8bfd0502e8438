"""`python -m oelala.mini.recipe call N`: the N-th of four calls on a lent GPU, packed before its limit.

README.md has the plan. What a call leaves in `--folder` serves the next one while the machine is the same;
what it packs into `--out` is enough to go on from on a bare one.
"""

import os
import shutil
import tarfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from loguru import logger

from oelala.mini.recipe.run import Run, RunSettings
from oelala.mini.recipe.team import Team

PART_BYTES = 15_000_000
CHECKPOINTS = ("vae", "transformer", "text_encoder", "text_heads", "pose")
# Seconds kept for saving and packing, and the last moment for both.
_KEPT, _LAST = 22.0, 12.0
_STILLS, _CLIPS, _STILLS_AGAIN = 60.0, 80.0, 45.0
# Until a text encoder without heads knows what belongs to what.
_TEXT = 25.0
# What the first call gives the transformer, to see it run; and, as far as they are known, the later ones.
_FIRST, _SECOND, _THIRD = 45.0, 400.0, 490.0
# The fourth call: latents of poses, and, on one GPU, the pose stage's share of what is left.
_POSES, _POSE_SHARE = 120.0, 0.6


@dataclass(frozen=True)
class CallSettings:
    """`seconds` after `started` (of time.monotonic) this call must have ended; `carried` holds the
    checkpoints to start from.
    """

    number: int
    started: float
    seconds: float
    folder: Path
    out: Path
    carried: Path
    schedule: str
    tiny: bool = False


def pack(folder: Path, out: Path) -> None:
    """Checkpoints, tokenizer and statistics as mini.tar.00, .01, ... of at most 15 MB in `out`."""
    out.mkdir(parents=True, exist_ok=True)
    whole = BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as tar:
        for name in CHECKPOINTS:
            for path in (folder / f"{name}.safetensors", folder / f"{name}.json"):
                if path.exists():
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
        self._packing = threading.Lock()
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

    def _spent(self) -> float:
        return time.monotonic() - self.settings.started

    def run(self) -> None:
        """All stages; whatever happens, what there is gets packed in time."""
        settings = self.settings
        guard = threading.Timer(max(1.0, settings.seconds - _LAST - self._spent()), self._give_up)
        guard.daemon = True
        guard.start()
        run = Run(RunSettings(settings.folder, settings.schedule, tiny=settings.tiny, team=self.team))
        try:
            stages = {1: self._first, 4: self._last}.get(settings.number, self._later)
            stages(run)
        finally:
            guard.cancel()
            if self.team.first:
                self._pack()
            run.close()
            logger.remove(self.log)

    def _first(self, run: Run) -> None:
        run.prepare()
        self._teach_text(run)
        stills, first = (min(seconds, self.left() / 3) for seconds in (_STILLS, _FIRST))
        run.vae(self.left() - stills - first)
        run.latents("stills", self.left() - first)
        run.transformer(self.left(), _SECOND + _THIRD)

    def _teach_text(self, run: Run) -> None:
        if not run.has_text():
            run.text(min(_TEXT, self.left() / 6))

    def _later(self, run: Run) -> None:
        self._teach_text(run)
        for kind, seconds in (("stills", _STILLS_AGAIN), ("clips", _CLIPS)):
            if not run.has_latents(kind):
                run.prepare()
                run.latents(kind, min(seconds, self.left() / 3))
        run.transformer(self.left(), _THIRD if self.settings.number == 2 else 0.0)

    def _last(self, run: Run) -> None:
        """The pose transformer and the decoder: beside each other on two GPUs, else one after the other."""
        missing = not run.has_latents("poses")
        run.prepare()
        if missing:
            run.latents("poses", min(_POSES, self.left() / 3))
        if self.team.size == 1:
            self._guarded(run.pose, self.left() * _POSE_SHARE)
            self._guarded(run.decoder, self.left())
            return
        with run.apart():
            if self.team.first:
                self._guarded(run.pose, self.left())
            elif self.team.rank == 1:
                self._guarded(run.decoder, self.left())

    @staticmethod
    def _guarded(stage: Callable[[float], None], seconds: float) -> None:
        try:
            stage(seconds)
        except Exception:  # noqa: BLE001 - a fault of one stage must not take the other one's work away
            logger.exception("stage failed")

    def _pack(self) -> None:
        with self._packing:
            pack(self.settings.folder, self.settings.out)
            logger.info("packed after {:.0f} s", self._spent())

    def _give_up(self) -> None:
        if self.team.first:
            logger.error("out of time: packing the last checkpoints")
            self._pack()
        else:
            # When one process ends badly, all are ended: not before the first one has packed.
            time.sleep(_LAST / 2)
        os._exit(3)
