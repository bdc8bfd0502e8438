"""`plan KIND`: whether a clip fits this computer and how long it takes, without making it."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any

from oelala.settings import Settings, add_common_flags
from oelala.studio import KINDS, Studio
from oelala.tasks.base import Task
from oelala.terminal.console import DONE, FAILED, Console
from oelala.terminal.preset import preset_values
from oelala.texts import say

HELP = "tell whether a clip fits this computer and how long it takes"
# Files of which only that they are there decides: films that are held beside the clip, and a last picture,
# for which another model may be needed.
GIVEN = ("motion", "extend", "last_image")
# What decides on memory and time; a prompt or a first picture does not.
FIELDS = (
    *("model", "width", "height", "num_frames", "num_inference_steps", "guidance_scale"),
    *("max_guidance_scale", "speed", "mode", "decode_chunk_size"),
    *("first_block_cache", "sage_attention", "quantisation"),
    *GIVEN,
)


def add_flags(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="KIND")
    for kind in KINDS:
        if not kind.task.internal and "model" in kind.task.model_fields:
            command = kinds.add_parser(kind.task.kind, allow_abbrev=False)
            for name in FIELDS:
                if name in kind.task.model_fields:
                    about = say(f"field.{name}.help", "en").replace("%", "%%")
                    command.add_argument(f"--{name.replace('_', '-')}", dest=f"task_{name}", help=about)
            command.add_argument("--preset", metavar="P", help="Named values to start from.")
            command.add_argument("--json", action="store_true", help="One line of JSON.")
            add_common_flags(command, default=argparse.SUPPRESS)


def run(flags: argparse.Namespace, settings: Settings, console: Console) -> int:
    """Exit code 1: it does not fit."""
    studio = Studio(settings)
    values: dict[str, Any] = {"model": studio.default_model(flags.kind)}
    values |= preset_values(studio, flags, console)
    given = {name: getattr(flags, f"task_{name}", None) for name in FIELDS}
    values |= {name: value for name, value in given.items() if value is not None}
    task = next(kind.task for kind in KINDS if kind.task.kind == flags.kind)
    plan = studio.plan(studio.read_task(flags.kind, stand_ins(task) | values))
    sentences = [console.say(key, **about) for key, about in plan.words]
    if console.as_json:
        console.json({**asdict(plan), "why": " ".join(sentences)})
    else:
        for sentence in sentences:
            console.result(sentence)
    return DONE if plan.fits else FAILED


def stand_ins(task: type[Task]) -> dict[str, Any]:
    """Something for every field that has to be there and that the plan does not look at."""
    return {
        name: "–"
        for name, field in task.model_fields.items()
        if name != "model" and (field.is_required() or field.default == "")
    }
