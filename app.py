"""The studio with its page: flags -> settings -> studio -> page -> serve.

Nothing heavy is imported at module level, because worker processes import this file too.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from oelala.errors import OelalaError
from oelala.settings import Settings, add_studio_flags, prepare_environment, read_language, read_settings
from oelala.terminal.console import DONE, Console, exit_code

if TYPE_CHECKING:
    from oelala.library.workspace import LockInfo
    from oelala.studio import Studio
    from oelala.ui.server import Server


def main(argv: Sequence[str] | None = None) -> int:
    """Run the studio until it is told to stop. Returns 0 stopped or already open, 1 failed, 2 usage."""
    parser = argparse.ArgumentParser(prog="oelala", description="Oelala with its page.", allow_abbrev=False)
    add_studio_flags(parser)
    flags = parser.parse_args(argv)
    console = Console(read_language(flags))
    prepare_environment()
    from oelala.studio import Studio

    try:
        settings = read_settings(flags, default_workspace=Studio.chosen_workspace())
        os.environ["GRADIO_TEMP_DIR"] = str(settings.private / "tmp")
        return run(settings, console)
    except OelalaError as fault:
        console.fault(fault)
        return exit_code(fault)


def run(settings: Settings, console: Console) -> int:
    from oelala.log import start_logging
    from oelala.studio import Studio
    from oelala.ui.listener import listen
    from oelala.ui.server import load, serve

    stop = _stop_signals()
    studio = Studio(settings)
    if other := studio.holder():
        return _visit(other, settings, console)
    listener = listen(settings)
    try:
        if other := studio.acquire(listener.address):
            return _visit(other, settings, console)
        start_logging("studio", studio.workspace.logs)
        load()
        if stop.is_set():
            return DONE
        server = serve(studio, listener)
        try:
            if not stop.is_set():
                _open(studio, server, console)
            while not stop.wait(0.5):  # in slices: Windows hears Ctrl-C only between them
                pass
            console.note("server.stopping")
        finally:
            server.stop()
    finally:
        listener.close()
        studio.stop()
    return DONE


def _open(studio: Studio, server: Server, console: Console) -> None:
    """The page answers: say so, show it, and let the workers warm up meanwhile."""
    from oelala.ui.server import open_browser

    settings = studio.settings
    console.result(console.say("server.address", address=server.address))
    if settings.open_browser:
        open_browser(server.address)
    studio.start()
    if address := server.listener.network_address:
        console.result(console.say("server.network", address=address))
    if settings.share:
        _share(server, console)
    console.note("server.stop-hint")


def _visit(other: LockInfo, settings: Settings, console: Console) -> int:
    """Another process runs the queue of this workspace: its page, if it has one, is what the user wants."""
    from oelala.ui.server import open_browser

    if not other.address:
        raise OelalaError("workspace-locked", path=str(settings.workspace))
    console.result(console.say("server.already-open", address=other.address))
    if settings.open_browser:
        open_browser(other.address, wait=True)
    return DONE


def _share(server: Server, console: Console) -> None:
    console.note("server.sharing")
    try:
        console.result(console.say("server.share", address=server.share()))
    except OelalaError as fault:  # the studio is as good without it
        console.fault(fault)


def _stop_signals() -> threading.Event:
    """Set by Ctrl-C, by a polite kill, and by closing the terminal."""
    stop = threading.Event()
    names = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    for signal_number in (getattr(signal, name, None) for name in names):
        if signal_number is not None:
            signal.signal(signal_number, lambda *_: stop.set())
    return stop


if __name__ == "__main__":
    sys.exit(main())
