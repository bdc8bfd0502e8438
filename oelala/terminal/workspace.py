"""`workspace`: where the user's clips, LoRAs and queue live."""

from __future__ import annotations

import argparse
from pathlib import Path

from oelala.errors import OelalaError
from oelala.settings import Settings
from oelala.studio import Studio
from oelala.terminal.console import DONE, Console

HELP = "list workspaces, make one, or choose the one to start with"


def add_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", nargs="?", choices=("list", "new", "use"), default="list")
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--json", action="store_true")


def run(flags: argparse.Namespace, settings: Settings, console: Console) -> int:
    if flags.action == "list":
        return _list(settings, console)
    if flags.folder is None:
        raise OelalaError("missing-argument", command=f"workspace {flags.action}", name="DIR")
    folder = flags.folder.expanduser().resolve()
    if flags.action == "use" and not (folder / ".oelala").is_dir():
        raise OelalaError("no-workspace", path=str(folder))
    Studio.remember_workspace(folder, use=flags.action == "use")
    if console.as_json:
        console.json({"path": str(folder), "current": folder == Studio.chosen_workspace()})
    else:
        console.result(str(folder))
    return DONE


def _list(settings: Settings, console: Console) -> int:
    folders = Studio.known_workspaces()
    if console.as_json:
        console.json([{"path": str(folder), "current": folder == settings.workspace} for folder in folders])
        return DONE
    for folder in folders:
        console.result(f"{'*' if folder == settings.workspace else ' '} {folder}")
    return DONE
