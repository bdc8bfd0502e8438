"""How the tests share two cores: `./launch.sh test` runs them in two processes (pytest-xdist)."""

from __future__ import annotations

import gc
import os
import sys

import pytest

# Before anything imports torch. One thread for each process that the tests are or start: more of them fight
# over the cores, and spin while they wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# Hundreds of processes import the studio: one compiles it, not each of them, where a container asks for no
# bytecode, too.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


def room_of(item: pytest.Item) -> str:
    """What shares something that is slow to make, and so stays in one process."""
    if item.get_closest_marker("browser"):
        return "browser"  # one Chromium, one studio
    if "open_studio" in getattr(item, "fixturenames", ()):
        return "open studio"  # one GPU worker that stays warm
    folder, _, file = item.location[0].replace(os.sep, "/").rpartition("/")
    return folder if folder.endswith("installer") else f"{folder}/{file}"  # one environment; a module's own


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Rooms, where pytest-xdist hands them out: the largest first, or one process ends by waiting for it."""
    if config.pluginmanager.hasplugin("xdist"):
        items.sort(key=lambda item: item.get_closest_marker("browser") is None)
        for item in items:
            item.add_marker(pytest.mark.xdist_group(room_of(item)))


def pytest_collection_finish() -> None:
    """What is imported by now stays: collecting garbage need not look through it, as in a worker."""
    gc.freeze()


@pytest.hookimpl(trylast=True, specname="pytest_collection_modifyitems")
def refuse_to_scatter(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where pytest-xdist does not hear of rooms, all is made twice, and the tests take twice as long."""
    if config.getoption("loadgroup", False) and items and not items[0].nodeid.endswith(room_of(items[0])):
        raise pytest.UsageError("pytest-xdist hears nothing of xdist_group: another pytest is needed")
