"""What one task will need on this machine, before it is started: the plan, with what clips have taught."""

from __future__ import annotations

from functools import partial

from oelala.library.gallery import list_outputs
from oelala.library.provenance import read_document
from oelala.library.workspace import Workspace
from oelala.models import catalog
from oelala.models.machine import read_machine
from oelala.models.planning import Plan, PlanRequest, Speed, fit_speed, hardware_of, plan_run
from oelala.models.planning.learn import timing_of
from oelala.settings import Settings
from oelala.tasks.base import Task

_CLIPS = 60  # looked at, the newest


def forecast(task: Task, settings: Settings, workspace: Workspace, *, warm: bool = False) -> Plan:
    """The task need not be resolved, nor its model be here. `warm`: it has been loaded. Raises OelalaError
    ("unknown-model"), InvalidTask ("cannot-do")."""
    row = catalog.find(task.model, settings)
    own = catalog.defaults_of(row, task.kind)
    maker, _ = row.maker(task.kind, last_image=bool(getattr(task, "last_image", None)))
    row = catalog.find(maker, settings)
    given = {name: value for name, value in task.model_dump().items() if value is not None}
    hardware = hardware_of(read_machine(settings.models))
    here = catalog.locate(row, settings.models) is not None
    request = PlanRequest(
        row,
        {**own, **given},
        hardware,
        learned_speed(row.id, hardware.device, settings, workspace),
        missing_bytes=0 if here else catalog.missing_bytes(row, settings.models)[0],
        warm=warm,
    )
    return plan_run(request)


def learned_speed(model: str, device: str, settings: Settings, workspace: Workspace) -> Speed:
    """From the newest clips of the workspace."""
    find = partial(catalog.find, settings=settings)
    documents = (read_document(output.metadata) for output in list_outputs(workspace, _CLIPS))
    timings = [timing for one in documents if (timing := timing_of(one, find)) is not None]
    return fit_speed(timings, model, device)
