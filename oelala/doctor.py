"""What this computer can do, and what stands in the way: facts first, sentences last."""

from __future__ import annotations

import platform
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from importlib import metadata
from pathlib import Path
from typing import Any

from oelala.errors import OelalaError
from oelala.kinds import is_usable
from oelala.library.workspace import Workspace
from oelala.media.faults import human_bytes
from oelala.models import catalog
from oelala.models.catalog import DetectorStatus, ModelStatus, SpeedStatus
from oelala.models.flash4 import flash4_version, install_command, is_worth_naming
from oelala.models.machine import Machine, read_machine, torch_cuda
from oelala.models.nvidia import Gpu, nvidia_capabilities
from oelala.settings import Settings
from oelala.texts import Language, explain, no_use_yet, say

PACKAGES = ("torch", "diffusers", "transformers", "gradio", "peft", "accelerate", "mediapipe")
LOW_DISK = 2 * 10**9
# Gradio asks this host for a tunnel when a share link is wanted.
SHARE_HOST = ("api.gradio.app", 443)


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault found; its texts are those of the error code."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """Sizes in bytes; a version is None for a missing package; `ffmpeg` is None when there is none.

    `flash4`: FlashAttention 4 is not installed, and may make long clips faster on this card.
    """

    python: str
    versions: Mapping[str, str | None]
    machine: Machine
    ffmpeg: str | None
    models: tuple[ModelStatus, ...]
    loras: tuple[SpeedStatus, ...]
    share_possible: bool
    problems: tuple[Problem, ...]
    flash4: bool = False
    detectors: tuple[DetectorStatus, ...] = ()

    def as_json(self, language: Language) -> dict[str, Any]:
        machine = self.machine
        return {
            "python": self.python,
            "torch": self.versions["torch"],
            "versions": dict(self.versions),
            "gpu": [{"name": gpu.name, "vram": gpu.vram, "driver": gpu.driver} for gpu in _all_gpus(machine)],
            "ram": machine.ram_total,
            "disk": machine.disk_free,
            "ffmpeg": self.ffmpeg,
            "models": [_model_json(model) for model in self.models],
            "loras": [{"id": one.id, "on_disk": one.on_disk} for one in self.loras],
            "detectors": [{"id": one.id, "on_disk": one.on_disk} for one in self.detectors],
            "share": self.share_possible,
            "problems": [_problem_json(problem, language) for problem in self.problems],
        }

    def sentences(self, language: Language) -> list[str]:
        machine = self.machine
        lines = [
            say("doctor.python", language, version=self.python),
            say("doctor.versions", language, list=_version_list(self.versions)),
            *(_gpu_sentence(gpu, language) for gpu in _all_gpus(machine)),
            *([] if _all_gpus(machine) else [say("doctor.no-gpu", language)]),
            *([say("doctor.flash4", language, command=install_command())] if self.flash4 else []),
            say(
                "doctor.ram",
                language,
                total=human_bytes(machine.ram_total),
                free=human_bytes(machine.ram_free),
            ),
            say("doctor.disk", language, free=human_bytes(machine.disk_free)),
            say("doctor.ffmpeg" if self.ffmpeg else "doctor.no-ffmpeg", language, version=self.ffmpeg or ""),
            *(_model_sentence(model, language) for model in self.models),
            *(_extra_sentence(lora, language) for lora in self.loras),
            *(_extra_sentence(detector, language) for detector in self.detectors),
            say("doctor.share" if self.share_possible else "doctor.no-share", language),
        ]
        if not self.problems:
            return [*lines, say("doctor.healthy", language)]
        for problem in self.problems:
            message, hint = explain(problem.code, problem.values, language)
            lines.append(say("doctor.problem", language, message=message, hint=hint))
        return lines


def examine(settings: Settings) -> Report:
    """Look at everything once; takes a second or two, most of it waiting for the network."""
    machine = read_machine(settings.workspace)
    versions = {name: _version(name) for name in PACKAGES}
    ffmpeg = _ffmpeg_version()
    checks: list[Callable[[], Problem | None]] = [
        lambda: _check_torch(versions, machine),
        lambda: None if ffmpeg else Problem("no-ffmpeg"),
        lambda: _check_disk(machine, settings),
        _check_opencv,
        lambda: _check_embedded(settings),
        lambda: _check_workspace(settings),
    ]
    return Report(
        python=platform.python_version(),
        versions=versions,
        machine=machine,
        ffmpeg=ffmpeg,
        models=tuple(
            replace(catalog.status(row, settings), usable=is_usable(row.kinds))
            for row in catalog.rows(settings=settings)
        ),
        loras=tuple(catalog.all_speeds(settings)),
        share_possible=_reachable(*SHARE_HOST),
        problems=tuple(problem for check in checks if (problem := check()) is not None),
        flash4=bool(machine.gpus) and is_worth_naming(nvidia_capabilities(), flash4_version()),
        detectors=tuple(catalog.detector_statuses(settings)),
    )


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _ffmpeg_version() -> str | None:
    try:
        import imageio_ffmpeg

        return f"{imageio_ffmpeg.get_ffmpeg_version()} ({Path(imageio_ffmpeg.get_ffmpeg_exe()).name})"
    except (ImportError, RuntimeError, OSError):
        return None


def _check_torch(versions: Mapping[str, str | None], machine: Machine) -> Problem | None:
    missing = [name for name, version in versions.items() if version is None]
    if missing:
        return Problem("missing-packages", {"list": ", ".join(missing)})
    for gpu in machine.unused_gpus:
        if torch_cuda() is None:
            return Problem("cpu-torch", {"gpu": gpu.name})
        return Problem("old-driver", {"gpu": gpu.name, "driver": gpu.driver, "cuda": torch_cuda()})
    return None


def _all_gpus(machine: Machine) -> tuple[Gpu, ...]:
    return (*machine.gpus, *machine.unused_gpus)


def _check_disk(machine: Machine, settings: Settings) -> Problem | None:
    if machine.disk_free >= LOW_DISK:
        return None
    return Problem("low-disk", {"free": human_bytes(machine.disk_free), "path": str(settings.workspace)})


def _check_opencv() -> Problem | None:
    """Two OpenCV packages overwrite each other's files; mediapipe needs the contrib one."""
    if _version("opencv-contrib-python") and (
        _version("opencv-python") or _version("opencv-python-headless")
    ):
        return Problem("two-opencvs")
    return None


def _check_embedded(settings: Settings) -> Problem | None:
    shipped = [row for row in catalog.rows() if row.folder is not None]
    whole = all(catalog.locate(row, settings.models) for row in shipped)
    return None if whole else Problem("embedded-missing")


def _check_workspace(settings: Settings) -> Problem | None:
    try:
        Workspace(settings.workspace).prepare()
    except OelalaError as fault:
        return Problem(fault.code, fault.values)
    return None


def _reachable(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=1.5):
            return True
    except OSError:
        return False


def _version_list(versions: Mapping[str, str | None]) -> str:
    return ", ".join(f"{name} {version or '–'}" for name, version in versions.items())


def _gpu_sentence(gpu: Gpu, language: Language) -> str:
    return say("doctor.gpu", language, name=gpu.name, vram=human_bytes(gpu.vram), driver=gpu.driver)


def _model_sentence(model: ModelStatus, language: Language) -> str:
    here = say("terminal.here" if model.on_disk else "terminal.not-here", language)
    key, values = model.verdict
    fits = say(key, language, **values) if model.usable else no_use_yet(model.tasks, language)
    return say(
        "doctor.model", language, title=model.title, size=human_bytes(model.bytes), here=here, fits=fits
    )


def _model_json(model: ModelStatus) -> dict[str, Any]:
    return {"id": model.id, "on_disk": model.on_disk, "fits": model.fits, "usable": model.usable}


def _extra_sentence(extra: SpeedStatus | DetectorStatus, language: Language) -> str:
    here = say("terminal.here" if extra.on_disk else "terminal.not-here", language)
    return say("doctor.lora", language, title=extra.title, size=human_bytes(extra.bytes), here=here)


def _problem_json(problem: Problem, language: Language) -> dict[str, str]:
    message, hint = explain(problem.code, problem.values, language)
    return {"code": problem.code, "message": message, "hint": hint}
