"""One model's jobs: planned, queued, watched, and what came of them."""

from __future__ import annotations

import argparse
import json
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.whole_jobs.card import GIB, Card
from benchmarks.whole_jobs.measured import MeasuredStudio, measured_file
from oelala.library.provenance import read_document
from oelala.media.video import probe
from oelala.models.catalog import Row, defaults, find
from oelala.models.machine import read_machine
from oelala.models.planning import Plan, PlanRequest, hardware_of, plan_run
from oelala.settings import Settings
from oelala.tasks.job import Done, Failed, Job, Queued, Running
from oelala.texts import explain, say

Tell = Callable[..., None]
_LOOK = 0.1
_SAY_EVERY = 5.0
_PLANNED = (
    *("fits", "step", "placements", "quantisation", "vae_tiling", "compiled"),
    *("load", "encode", "denoise", "decode"),
)
_SIZES = ("peak_vram", "taken_vram", "beside_bytes", "kept_bytes", "vram", "peak_ram", "ram")


@dataclass(frozen=True, slots=True)
class JobRequest:
    """`model`: the id that it was added under; `row`: of the catalog, whose like it is."""

    model: str
    row: Row
    settings: Settings
    options: argparse.Namespace
    card: Card

    @property
    def kind(self) -> str:
        return self.row.kinds[0]

    def values(self) -> dict[str, Any]:
        names = ("num_frames", "width", "height", "num_inference_steps")
        values = {name: getattr(self.options, name) for name in names}
        values |= {"model": self.model, "prompt": "a woman in a red sweater waves in a park", "seed": 7}
        offered = self.row.defaults[self.kind]
        if self.options.sage_attention and offered.get("sage_attention") is not None:
            values["sage_attention"] = True
        if self.options.first_block_cache and offered.get("first_block_cache") is not None:
            values["first_block_cache"] = self.options.first_block_cache
        if self.kind == "pose-transfer":
            # bones 0: nobody has to be looked for in the picture, so that no detector is needed
            values |= {"motion": "wave", "bones": 0.0}
            if self.row.image_needed:
                values["image"] = str(_picture(self.settings.workspace, values["width"], values["height"]))
        return values


def run_job(request: JobRequest, tell: Tell, patience: float) -> None:
    """`patience`: seconds for all of them."""
    deadline = time.monotonic() + patience
    plan = _plan(request)
    words = " ".join(say(key, "en", **about) for key, about in plan.words)
    tell("plan", model=request.model, says=words, **_told(plan))
    if request.options.sparse:
        return
    studio = MeasuredStudio(request.settings)
    assert studio.acquire("") is None
    studio.start()
    try:
        for number in range(1 + request.options.again):
            _one_job(request, studio, tell, plan, number, deadline)
    finally:
        studio.stop()


def _one_job(
    request: JobRequest, studio: MeasuredStudio, tell: Tell, plan: Plan, number: int, deadline: float
) -> None:
    task = studio.read_task(request.kind, request.values())
    request.card.reset()
    (queued,) = studio.submit(task)
    job = _watched(studio, queued.id, tell, deadline)
    about: dict[str, Any] = {"state": job.state.name, **_measured(request, job.id)}
    match job.state:
        case Done(started, finished, result):
            about |= {"seconds": finished - started, **_phases(request, job)}
            assert result.output is not None
            about |= _clip(request, request.settings.workspace / result.output)
        case Failed(_, _, code, values):
            about |= {"code": code, "message": explain(code, values, "en")[0]}
        case _:
            pass
    shown = {"vram_gib": plan.taken_vram / GIB, "seconds": plan.seconds}
    tell("job", model=request.row.id, run=number, plan_shown=shown, card_peak_gib=request.card.peak, **about)
    if not isinstance(job.state, Done):
        _tell_log(request.settings)


def _watched(studio: MeasuredStudio, job_id: str, tell: Tell, deadline: float) -> Job:
    said = time.monotonic()
    while isinstance((job := studio.job(job_id)).state, Queued | Running):
        if time.monotonic() > deadline:
            studio.cancel(job_id)
            deadline = time.monotonic() + 15
            tell("too long", job=job_id)
        if time.monotonic() - said > _SAY_EVERY and isinstance(job.state, Running):
            said, progress = time.monotonic(), job.state.progress
            tell("progress", phase=progress.phase, step=progress.step, total=progress.total)
        time.sleep(_LOOK)
    return job


def _plan(request: JobRequest) -> Plan:
    """As the studio shows it, but for the card: `nvidia-smi` tells of all of it, whoever holds it."""
    settings, row = request.settings, find(request.model, request.settings)
    hardware = hardware_of(read_machine(settings.workspace))
    if hardware.vram:
        hardware = replace(hardware, vram=int(request.options.cap * GIB))
    values = {**defaults(request.kind, request.model, settings), **request.values()}
    return plan_run(PlanRequest(row, values, hardware))


def _told(plan: Plan | Mapping[str, Any]) -> dict[str, Any]:
    values = plan if isinstance(plan, Mapping) else {name: getattr(plan, name) for name in plan.__slots__}
    sizes = {name: round(values[name] / GIB, 2) for name in _SIZES}
    return {name: values[name] for name in _PLANNED} | {"gib": sizes, "predicted_s": values["seconds"]}


def _measured(request: JobRequest, job_id: str) -> dict[str, Any]:
    path = measured_file(request.settings.private, job_id)
    if not path.is_file():
        return {}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    plan = found.pop("plan")
    rounded = {name: round(one, 3) if isinstance(one, float) else one for name, one in found.items()}
    return rounded | {"plan_in_worker": None if plan is None else _told(plan)}


def _phases(request: JobRequest, job: Job) -> dict[str, Any]:
    assert isinstance(job.state, Done)
    document = read_document(request.settings.workspace / job.state.result.details["metadata"])
    names = ("seconds", "placements", "attention_backend", "compiled", "compile_seconds", "lossy")
    about = {name: document[name] for name in names if name in document}
    phases = about.pop("seconds")
    steps = request.options.num_inference_steps
    return {"phases": phases, "s_a_step": round(phases.get("denoising", 0.0) / steps, 3), "told": about}


def _clip(request: JobRequest, path: Path) -> dict[str, Any]:
    found = probe(path)
    if request.options.keep is not None:
        target = Path(request.options.keep)
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target / f"{request.row.id}.mp4")
    size = {"width": found.width, "height": found.height, "fps": found.fps, "bytes": path.stat().st_size}
    return {"mp4": size | {"num_frames": found.num_frames}}


def _tell_log(settings: Settings) -> None:
    """The end of what the worker has said."""
    for file in sorted((settings.private / "logs").glob("*gpu*")):
        print(file.name, *file.read_text(encoding="utf-8", errors="replace").splitlines()[-12:], sep="\n")


def _picture(folder: Path, width: int, height: int) -> Path:
    """Somebody to move: a gradient does."""
    folder.mkdir(parents=True, exist_ok=True)
    across = np.linspace(0, 255, width, dtype=np.uint8)
    picture = np.stack([np.broadcast_to(across, (height, width))] * 3, -1)
    Image.fromarray(picture).save(folder / "somebody.png")
    return folder / "somebody.png"
