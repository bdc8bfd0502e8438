"""`generate KIND`: one task from flags, through the same queue as the page."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from types import UnionType
from typing import Any, get_args

from oelala.errors import OelalaError
from oelala.settings import Settings, add_common_flags
from oelala.studio import KINDS, Studio
from oelala.tasks.base import Task
from oelala.tasks.job import Done, Job
from oelala.tasks.pose_transfer import PoseTransfer
from oelala.terminal.console import DONE, Console
from oelala.terminal.joins import tell_join
from oelala.terminal.outcome import tell_unfinished
from oelala.terminal.pose_transfer import make_ready, refuse_both, tell_scores
from oelala.terminal.preset import preset_values
from oelala.terminal.target import checked_target, endings_of
from oelala.terminal.watch import run_and_watch
from oelala.texts import field_key, say

HELP = "make a clip; prints its path"
_NOTHING: Mapping[str, Any] = {}


def add_flags(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="KIND")
    for kind in KINDS:
        if not kind.task.internal:
            command = kinds.add_parser(kind.task.kind, allow_abbrev=False)
            _add_task_flags(command, kind.task)


def _add_task_flags(parser: argparse.ArgumentParser, task: type[Task]) -> None:
    """One flag a field; values stay text here, the task itself reads and checks them."""
    for name, field in task.model_fields.items():
        flag = f"--{name.replace('_', '-')}"
        about = say(f"{field_key(task.kind, name)}.help", "en").replace(
            "%", "%%"
        )  # English, as argparse's own words
        parser.add_argument(flag, dest=f"task_{name}", metavar=_metavar(field.annotation), help=about)
    if task is PoseTransfer:
        about = "Put the body where the character of the picture stands, as large as they are."
        parser.add_argument("--place", action="store_true", help=about)
    about = "More models to make the same, with commas between them; each in its own size and way."
    parser.add_argument("--also", metavar="MODELS", default="", help=about)
    parser.add_argument("--preset", metavar="P", help="Named values to start from; files in presets/.")
    parser.add_argument(
        "--out", metavar="FILE", type=Path, help="Copy the clip there (.mp4; one frame: .png)."
    )
    parser.add_argument("--json", action="store_true", help="One line of JSON instead of a path.")
    add_common_flags(parser, default=argparse.SUPPRESS)


def _metavar(annotation: Any) -> str:
    kinds = get_args(annotation) if isinstance(annotation, UnionType) else (annotation,)
    names = {int: "N", float: "X", str: "TEXT"}
    return next((names[kind] for kind in kinds if kind in names), "VALUE")


def run(flags: argparse.Namespace, settings: Settings, console: Console) -> int:
    studio = Studio(settings)
    task = studio.read_task(flags.kind, _values(flags, studio, console))
    out = None if flags.out is None else checked_target(flags.out, endings_of(task))
    also = [model.strip() for model in flags.also.split(",") if model.strip()]
    told: dict[str, Any] = {}
    if isinstance(task, PoseTransfer):
        if flags.place:
            refuse_both(vars(flags))
        ready = make_ready(studio, task, also, console, place=flags.place)
        if isinstance(ready, Job):
            return tell_unfinished(ready, console)
        task, told = ready.task, {"findings": ready.findings}
    _tell_plan(studio, task, console)
    jobs = run_and_watch(studio, studio.submit(task, also), console)
    unfinished = [job for job in jobs if not isinstance(job.state, Done)]
    if unfinished:
        return tell_unfinished(unfinished[0], console)
    _deliver(studio, jobs, out, console, told)
    return DONE


def _values(flags: argparse.Namespace, studio: Studio, console: Console) -> dict[str, Any]:
    values = preset_values(studio, flags, console)
    for name, value in vars(flags).items():
        if name.startswith("task_") and value is not None:
            values[name.removeprefix("task_")] = value
    return {"model": studio.default_model(flags.kind), **values}


def _tell_plan(studio: Studio, task: Task, console: Console) -> None:
    """Whether it fits and how long it takes, before it starts: the line that the page shows."""
    try:
        plan = studio.plan(task)
    except OelalaError:
        return  # submitting it says what is wrong
    print(*(console.say(key, **about) for key, about in plan.words), file=sys.stderr, flush=True)


def _deliver(
    studio: Studio, jobs: list[Job], out: Path | None, console: Console, told: Mapping[str, Any] = _NOTHING
) -> None:
    """`told`: what scripts are told besides."""
    clips = [_output(studio, job) for job in jobs]
    first, outputs = jobs[0], clips
    for word in ("leaner", "int8", "chunk"):
        if any(isinstance(job.state, Done) and job.state.result.details.get(word) for job in jobs):
            console.note(f"terminal.{word}")
    if out is not None:
        outputs = [studio.copy_output(path, _numbered(out, index)) for index, path in enumerate(clips)]
    if first.kind == PoseTransfer.kind:
        told = {**told, "scores": tell_scores(studio, clips, outputs, console)}
    if first.task.get("extend"):
        told = {**told, "joins": [tell_join(studio, clip, console) for clip in clips]}
    if not console.as_json:
        for path in outputs:
            console.result(str(path))
        return
    assert isinstance(first.state, Done)
    console.json(
        {
            "state": "done",
            "job": first.id,
            "output": str(outputs[0]),
            "outputs": [str(path) for path in outputs],
            "seed": first.task.get("seed"),
            "seconds": round(first.state.finished - first.state.started, 3),
            "model": first.task.get("model"),
            **told,
        }
    )


def _output(studio: Studio, job: Job) -> Path:
    assert isinstance(job.state, Done)
    assert job.state.result.output is not None
    return studio.settings.workspace / job.state.result.output


def _numbered(out: Path, index: int) -> Path:
    return out if index == 0 else out.with_stem(f"{out.stem}-{index + 1}")
