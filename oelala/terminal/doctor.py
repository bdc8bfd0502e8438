"""`doctor`: what this computer can do, in plain words."""

from __future__ import annotations

import argparse

from oelala.settings import Settings
from oelala.studio import Studio
from oelala.terminal.console import DONE, FAILED, Console

HELP = "tell what this computer can do, and what is wrong"


def add_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true")


def run(flags: argparse.Namespace, settings: Settings, console: Console) -> int:
    report = Studio.doctor(settings)
    if console.as_json:
        console.json(report.as_json(console.language))
    else:
        for sentence in report.sentences(console.language):
            console.result(sentence)
    return FAILED if report.problems else DONE
