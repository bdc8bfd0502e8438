"""The sub-commands, and the one place where their faults become words and exit codes."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from oelala.errors import Cancelled, InvalidTask, OelalaError
from oelala.settings import Settings, add_common_flags, prepare_environment, read_settings
from oelala.studio import Studio
from oelala.terminal import doctor, generate, jobs, models, workspace
from oelala.terminal.console import CANCELLED, DONE, FAILED, USAGE, Console
from oelala.texts import choose_language

COMMANDS = {"generate": generate, "models": models, "jobs": jobs, "doctor": doctor, "workspace": workspace}
USAGE_CODES = {
    "unknown-kind",
    "unknown-preset",
    "unknown-model",
    "unknown-job",
    "unknown-field",
    "bad-settings",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one sub-command. Returns 0 done, 1 failed, 2 usage, 130 cancelled."""
    prepare_environment()
    arguments = list(sys.argv[1:] if argv is None else argv)
    console = Console(choose_language(os.environ.get("LC_ALL") or os.environ.get("LANG")))
    try:
        flags = _parser(arguments).parse_args(arguments)
        settings = read_settings(flags, default_workspace=Studio.chosen_workspace())
        console = Console(settings.language, as_json=getattr(flags, "json", False))
        return _run(flags, settings, console)
    except OelalaError as fault:
        console.fault(fault)
        return USAGE if isinstance(fault, InvalidTask) or fault.code in USAGE_CODES else FAILED
    except (KeyboardInterrupt, Cancelled):
        console.note("terminal.cancelled")
        return CANCELLED
    except BrokenPipeError:
        return DONE


def _run(flags: argparse.Namespace, settings: Settings, console: Console) -> int:
    run = COMMANDS[flags.command].run
    return run(flags, settings, console)


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="oelala", description="Oelala without a page.", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, module in COMMANDS.items():
        command = commands.add_parser(name, help=module.HELP, allow_abbrev=False)
        module.add_flags(command)
        add_common_flags(command)
    return parser
