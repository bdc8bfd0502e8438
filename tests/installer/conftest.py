"""One environment for all these tests. Each may leave it in any state: the next start must repair that."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from oelala.settings import PROJECT
from tests.installer.fake_project import APP, PYPROJECT, SUB_COMMANDS, FakeProject, greeting, write_wheel


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeProject]:
    root = tmp_path_factory.mktemp("launchers")
    project = FakeProject(root / "Zoë's « studio »", root / "wheels")
    project.wheels.mkdir()
    for version, word in (("1.0", "hello"), ("2.0", "goodbye")):
        write_wheel(project.wheels, "greeting", version, "greeting.py", greeting(word))
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


@pytest.fixture
def project(shared: FakeProject) -> FakeProject:
    """The shared project, asking for greeting 1 and set up."""
    shared.require("greeting~=1.0")
    started = shared.start()
    assert started.returncode == 7, started.stderr
    return shared
