"""`jobs`: the queue of the workspace, and cancel and retry."""

from __future__ import annotations

import argparse
import time
from typing import Any

from oelala.errors import OelalaError
from oelala.settings import Settings
from oelala.studio import Studio
from oelala.tasks.download import Download
from oelala.tasks.job import Cancelled, Done, Failed, Job, Queued, Running
from oelala.terminal.bar import download_line, line
from oelala.terminal.console import DONE, Console
from oelala.texts import explain

HELP = "list the queue; cancel or retry a job"


def add_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", nargs="?", choices=("list", "cancel", "retry"), default="list")
    parser.add_argument("id", nargs="?")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--limit", type=int, default=50)


def run(flags: argparse.Namespace, settings: Settings, console: Console) -> int:
    studio = Studio(settings)
    if flags.action == "list":
        _show(studio, studio.jobs(max(1, flags.limit)), console)
        return DONE
    if flags.id is None:
        raise OelalaError("missing-argument", command=f"jobs {flags.action}", name="ID")
    job = studio.cancel(flags.id) if flags.action == "cancel" else studio.retry(flags.id)
    _show(studio, [job], console)
    if isinstance(job.state, Queued) and studio.holder() is None:
        console.note("terminal.waits-for-studio")
    return DONE


def _show(studio: Studio, jobs: list[Job], console: Console) -> None:
    if console.as_json:
        console.json([describe(studio, job, console) for job in jobs])
        return
    for job in jobs:
        about = str(job.task.get("prompt") or job.task.get("model", ""))
        state = console.say(f"terminal.state.{job.state.name}")
        console.result(f"{job.id}  {state:<14} {job.kind}  {about[:60]}{_so_far(job, console)}")


def _so_far(job: Job, console: Console) -> str:
    """How far a running job is, as where it is watched; speed and time left take longer than one look."""
    if not isinstance(job.state, Running):
        return ""
    if job.kind == Download.kind:
        return f"  {download_line(job.state.progress.step, job.state.progress.total, None, console.language)}"
    return f"  {line(job, console.language, time.time())}"


def describe(studio: Studio, job: Job, console: Console) -> dict[str, Any]:
    """One job as the contract's JSON."""
    state = job.state
    progress = state.progress if isinstance(state, Running) else None
    message = explain(state.code, state.values, console.language)[0] if isinstance(state, Failed) else None
    output = state.result.output if isinstance(state, Done) else None
    return {
        "id": job.id,
        "kind": job.kind,
        "state": state.name,
        "attempt": job.attempt,
        "progress": progress and {"phase": progress.phase, "step": progress.step, "total": progress.total},
        "created": job.created,
        "started": None if isinstance(state, Queued) else state.started,
        "finished": state.finished if isinstance(state, Done | Failed | Cancelled) else None,
        "output": output and str(studio.settings.workspace / output),
        "code": state.code if isinstance(state, Failed) else None,
        "message": message,
    }
