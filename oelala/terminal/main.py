"""The sub-commands, and the one place where their faults become words and exit codes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from oelala.errors import Cancelled, OelalaError
from oelala.settings import add_common_flags, prepare_environment, read_language, read_settings
from oelala.studio import Studio
from oelala.terminal import avatars, doctor, generate, jobs, models, plan, pose, workspace
from oelala.terminal.console import CANCELLED, DONE, Console, exit_code

COMMANDS = {
    "generate": generate,
    "plan": plan,
    "pose": pose,
    "models": models,
    "avatars": avatars,
    "jobs": jobs,
    "doctor": doctor,
    "workspace": workspace,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one sub-command. Returns 0 done, 1 failed, 2 usage, 130 cancelled."""
    prepare_environment()
    flags = _parser().parse_args(sys.argv[1:] if argv is None else argv)
    console = Console(read_language(flags), as_json=flags.json)
    try:
        settings = read_settings(flags, default_workspace=Studio.chosen_workspace())
        return COMMANDS[flags.command].run(flags, settings, console)
    except OelalaError as fault:
        console.fault(fault)
        return exit_code(fault)
    except (KeyboardInterrupt, Cancelled):
        console.cancelled()
        return CANCELLED
    except BrokenPipeError:
        return DONE


class _FlagsAnywhere(argparse.ArgumentParser):
    """Flags may stand between the words of a command, as in “avatars add Anna --consent anna.jpg”: by itself
    argparse takes a list of words to be over with the first flag. Of a command that has commands of its own
    it knows no better."""

    _within = False

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        if self._within or self._subparsers is not None:
            return super().parse_known_args(args, namespace)
        self._within = True  # what is asked for next asks for this, in some versions of Python
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._within = False


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="oelala", description="Oelala without a page.", allow_abbrev=False)
    commands = parser.add_subparsers(
        dest="command", required=True, metavar="COMMAND", parser_class=_FlagsAnywhere
    )
    for name, module in COMMANDS.items():
        command = commands.add_parser(name, help=module.HELP, allow_abbrev=False)
        module.add_flags(command)
        add_common_flags(command)
    return parser
