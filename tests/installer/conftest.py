"""One environment for all these tests, made once; what a test finds of it is as new, whatever others did."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from oelala.settings import PROJECT
from tests.installer.fake_project import (
    APP,
    PYPROJECT,
    SUB_COMMANDS,
    FakeProject,
    greeting,
    write_pip,
    write_wheel,
)
from tests.installer.first_starts import FirstStarts, start_at_last

BASE = ("greeting~=1.0", "farewell~=1.0")


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeProject]:
    root = tmp_path_factory.mktemp("launchers")
    project = FakeProject(root / "Zoë's « studio »", root / "wheels")
    project.wheels.mkdir()
    write_pip(project.wheels)
    for version, word in (("1.0", "hello"), ("2.0", "goodbye")):
        write_wheel(project.wheels, "greeting", version, "greeting.py", greeting(word))
    write_wheel(project.wheels, "farewell", "1.0", "farewell.py", "")
    code = "import sys, os\nprint('pytest', os.getcwd(), sys.argv[1:])\nsys.exit(5)\n"
    write_wheel(project.wheels, "pytest", "9.0", "pytest.py", code)
    (project.folder / "oelala").mkdir(parents=True)
    shutil.copy(PROJECT / "launch.sh", project.folder)
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PROJECT / "oelala" / "installer", project.folder / "oelala" / "installer", ignore=ignored)
    (project.folder / "oelala" / "__init__.py").touch()
    (project.folder / "oelala" / "__main__.py").write_text(SUB_COMMANDS)
    (project.folder / "app.py").write_text(APP)
    (project.folder / "pyproject.toml").write_text(PYPROJECT)
    yield project
    shutil.rmtree(project.folder)


@pytest.fixture(scope="session")
def first(shared: FakeProject) -> FirstStarts:
    """What the starts said that made the environment; a copy of it is kept beside the project."""
    shared.require(*BASE)
    starts = start_at_last(shared)
    assert starts.finished.returncode == 7, starts.finished.stderr
    # Python 3.11 gives it to every environment; here it would only be copied time and again.
    for unused in ("setuptools*", "pkg_resources", "*distutils*"):
        for path in shared.packages.glob(unused):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.copytree(shared.venv, kept(shared), symlinks=True)
    return starts


@pytest.fixture
def project(shared: FakeProject, first: FirstStarts) -> FakeProject:
    """The shared project, asking for greeting 1 and set up."""
    shared.require(*BASE)
    restore(kept(shared), shared.venv)
    return shared


def kept(project: FakeProject) -> Path:
    return project.wheels.with_name("environment")


def restore(kept: Path, folder: Path) -> None:
    """Makes a folder what was kept of it; what is still the same is not touched."""
    was, now = contents(kept), contents(folder)
    for name in sorted(now, reverse=True):  # what is in a folder goes before it
        if now[name] != was.get(name):
            (folder / name).unlink() if now[name] else (folder / name).rmdir()
    for name in sorted({Path(), *was}):
        if was.get(name) is None:
            (folder / name).mkdir(exist_ok=True)
        elif was[name] != now.get(name):
            shutil.copy2(kept / name, folder / name, follow_symlinks=False)


def contents(folder: Path) -> dict[Path, tuple[int, int] | None]:
    """Size and time of all files and links; folders have none."""
    found: dict[Path, tuple[int, int] | None] = {}
    for path in folder.rglob("*"):
        stat = path.lstat()
        is_folder = path.is_dir() and not path.is_symlink()
        found[path.relative_to(folder)] = None if is_folder else (stat.st_size, stat.st_mtime_ns)
    return found
