"""`models`: what the studio can run, and what of it is on this computer."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from oelala.settings import Settings
from oelala.studio import Studio
from oelala.terminal.console import DONE, Console

HELP = "list the models, with what is on this computer and what fits"


def add_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true")


def run(flags: argparse.Namespace, settings: Settings, console: Console) -> int:
    statuses = Studio(settings).models()
    if console.as_json:
        console.json([asdict(status) for status in statuses])
        return DONE
    for status in statuses:
        here = console.say("terminal.here" if status.on_disk else "terminal.not-here")
        fits = console.say(f"terminal.fits.{status.fits}")
        console.result(f"{status.id:<22} {status.bytes / 1e9:>7.2f} GB  {here:<22} {fits}")
    return DONE
