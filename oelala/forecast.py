"""What one task will need on this machine, before it is started: the plan, with what clips have taught."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from oelala.library.gallery import list_outputs
from oelala.library.provenance import read_document
from oelala.library.workspace import Workspace
from oelala.models import catalog
from oelala.models.hardware_here import Here, look_here
from oelala.models.json_store import read_json
from oelala.models.machine import torch_version
from oelala.models.peaks import known_step, peaks_file
from oelala.models.planning import Instead, Plan, PlanRequest, Speed, fit_speed, plan_run, work_of
from oelala.models.planning.attention import attention_file, kept_backend
from oelala.models.planning.learn import timing_of
from oelala.settings import Settings
from oelala.tasks.base import Task

_CLIPS = 60  # looked at, the newest


def forecast(task: Task, settings: Settings, workspace: Workspace, *, warm: bool = False) -> Plan:
    """The task need not be resolved, nor its model be here. `warm`: it has been loaded. Raises OelalaError
    ("unknown-model"), InvalidTask ("cannot-do", "unknown-speed")."""
    row = catalog.find(task.model, settings)
    own = catalog.defaults_of(row, task.kind)
    given = {name: value for name, value in task.model_dump().items() if value is not None}
    row = catalog.find(row.maker_of(task.kind, given), settings)
    there, here = look_here(settings), catalog.locate(row, settings.models) is not None
    speed = catalog.chosen_speed(row, given)
    missing = 0 if here else catalog.missing_bytes(row, settings.models)[0]
    request = PlanRequest(
        catalog.as_installed(row, settings.models),
        {**own, **(speed.values if speed else {}), **given},
        there.hardware,
        learned_speed(row.id, there.hardware.device, settings, workspace),
        there.abilities(row.id),
        missing_bytes=missing + catalog.speed_missing_bytes(row, given, settings.models),
        warm=warm,
        lora_bytes=catalog.speed_bytes(row, given),
    )
    plan = _plan_as_taught(request, settings)
    if not plan.fits:
        plan = replace(plan, instead=fitting_variant(request, task.kind, settings))
    return with_backend(_from_start_to_file(plan, there), request, settings)


def fitting_variant(request: PlanRequest, kind: str, settings: Settings) -> Instead | None:
    """The same model in weights with which that very clip fits, on the disk as well: unrounded, and then with
    the least left to download; None: there is none."""
    found = []
    for other in catalog.kin_of(request.row, kind, settings):
        named = catalog.instead_of(other, settings)
        row = catalog.as_installed(other, settings.models)
        plan = plan_run(replace(request, row=row, missing_bytes=named.bytes))
        if plan.fits:
            found.append((plan.quantisation == "int8", named.bytes, named))
    return min(found, key=lambda entry: entry[:2])[2] if found else None


def _plan_as_taught(request: PlanRequest, settings: Settings) -> Plan:
    """Not with what has run out of memory here before."""
    step = known_step(peaks_file(settings.private), request)
    if step is None:
        return plan_run(request)
    return replace(plan_run(replace(request, frugal=True), step), taught=True)


def _from_start_to_file(plan: Plan, there: Here) -> Plan:
    """With what is no part of the run: a worker that has to start first, which counts as loading, and the
    saving of the clip; both as this machine has shown them."""
    if plan.seconds is None:
        return plan
    start = 0.0 if there.started else there.measured.start or 0.0
    saving = there.measured.saving or 0.0
    return replace(plan, seconds=plan.seconds + start + saving, load=plan.load + start)


def with_backend(plan: Plan, request: PlanRequest, settings: Settings) -> Plan:
    """With the attention that the worker has found to be the fastest for this length, once it has."""
    tokens = work_of(request.row, request.values).tokens
    if plan.device == "cpu" or plan.sage_attention or not tokens:
        return plan
    known = read_json(attention_file(settings.private))
    kept = kept_backend(known, request.hardware.name, torch_version(), tokens)
    return plan if kept is None else replace(plan, attention_backend=kept)


def learned_speed(model: str, device: str, settings: Settings, workspace: Workspace) -> Speed:
    """From the newest clips of the workspace."""
    find = partial(catalog.find, settings=settings)
    documents = (read_document(output.metadata) for output in list_outputs(workspace, _CLIPS))
    timings = [timing for one in documents if (timing := timing_of(one, find)) is not None]
    return fit_speed(timings, model, device)
