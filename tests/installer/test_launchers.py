"""launch.sh: what it passes on, what it says, how quick it is. Of launch.bat: what its text can tell."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from oelala.settings import PROJECT
from tests.installer.conftest import kept
from tests.installer.fake_project import FakeProject
from tests.installer.first_starts import FirstStarts

needs_sh = pytest.mark.skipif(os.name == "nt", reason="launch.sh is for the others")


@needs_sh
def test_first_start_says_how_far_it_is_and_keeps_stdout_clean(
    shared: FakeProject, first: FirstStarts
) -> None:
    started = first.finished
    assert started.stdout == f"app hello {shared.wheels} ['--port', '80 81']\n"
    assert started.returncode == 7
    assert f"Setting up Oelala in {shared.folder}" in started.stderr
    assert "[1/2] Python environment" in started.stderr
    assert "[2/2] packages" in started.stderr
    assert "Collecting" not in started.stderr
    log = (kept(shared) / "install.log").read_text("utf-8")
    assert re.search(r"Successfully installed .*\bgreeting-1\.0", log)


@needs_sh
def test_later_start_is_quick_silent_and_offline(project: FakeProject) -> None:
    seconds = []
    for _ in range(5):
        begin = time.monotonic()
        started = project.start(PIP_FIND_LINKS="/nowhere")
        seconds.append(time.monotonic() - begin)
        assert (started.returncode, started.stderr) == (7, "")
    assert min(seconds) < 0.5


@needs_sh
def test_sub_commands_pass_through_whatever_lies_in_the_folder(project: FakeProject, tmp_path: Path) -> None:
    (tmp_path / "oelala.py").write_text("raise SystemExit(9)")
    link = tmp_path / "link to Oelala"
    link.symlink_to(os.path.relpath(project.folder / "launch.sh", tmp_path))
    for launcher in (project.folder / "launch.sh", link):
        started = subprocess.run(
            [str(launcher), "generate", "text-to-video", "--prompt", "a  red $HOME ball", ""],
            cwd=tmp_path,
            env=project.environment(PYTHONPATH=str(tmp_path)),
            capture_output=True,
            text=True,
        )
        words = ["generate", "text-to-video", "--prompt", "a  red $HOME ball", ""]
        assert (started.returncode, started.stdout) == (0, f"command hello {words}\n"), started.stderr


@needs_sh
def test_test_installs_the_extra_and_hands_its_arguments_to_pytest(project: FakeProject) -> None:
    started = project.start("test", "-k", "a or b", "tests/x.py")
    words = ["-n", "2", "--dist", "loadgroup", "-k", "a or b", "tests/x.py"]
    assert started.stdout == f"pytest {project.folder} {words}\n"
    assert started.returncode == 5
    assert "[3/3] test tools" in started.stderr
    assert not list(project.packages.glob("oelala*"))
    assert project.start("test").stderr == ""
    assert project.start().stderr == ""


def tools_only(folder: Path) -> str:
    """A PATH with what launch.sh itself uses, and no Python."""
    folder.mkdir()
    for tool in ("sh", "dirname", "readlink", "uname"):
        (folder / tool).symlink_to(shutil.which(tool) or "/nowhere")
    return str(folder)


@needs_sh
def test_no_python_is_one_sentence(shared: FakeProject, tmp_path: Path) -> None:
    (shared.venv / "installed.txt").unlink(missing_ok=True)
    path = tools_only(tmp_path / "bin")
    english = shared.start(PATH=path, OELALA_PYTHON="")
    assert (english.returncode, english.stdout) == (1, "")
    assert re.fullmatch(
        r"Oelala needs Python 3\.11 up to 3\.14: get it at https://www\.python\.org/.*\n", english.stderr
    )
    dutch = shared.start(PATH=path, OELALA_PYTHON="", LANG="nl_NL.UTF-8")
    assert dutch.stderr.startswith("Oelala heeft Python 3.11 tot en met 3.14 nodig")


@needs_sh
def test_python_without_venv_names_the_package(shared: FakeProject, tmp_path: Path) -> None:
    aside = shared.venv.rename(tmp_path / "aside") if shared.venv.exists() else None
    code = "import sys, runpy; sys.modules['ensurepip'] = None; del sys.argv[0]; "
    code += "runpy.run_path(sys.argv[0], run_name='__main__')"
    path = tools_only(tmp_path / "bin")
    python = tmp_path / "bin" / "python3.11"
    python.write_text(f'#!/bin/sh\nshift 2\nexec "{sys.executable}" -I -B -c "{code}" "$@"\n')
    python.chmod(0o755)
    started = shared.start(PATH=path, OELALA_PYTHON="", LANG="nl_NL.UTF-8")
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    shutil.rmtree(shared.venv)
    if aside:
        aside.rename(shared.venv)
    assert (started.returncode, started.stdout) == (1, "")
    assert f"sudo apt install python{version}-venv" in started.stderr


def test_windows_launcher_quotes_its_paths_and_passes_everything_on() -> None:
    lines = (PROJECT / "launch.bat").read_text("utf-8").splitlines()
    code = [
        line.strip() for line in lines if line.strip() and not line.startswith(("rem ", "@echo", "echo "))
    ]
    assert "chcp 65001 >nul" in code
    for line in code:
        unquoted = re.sub(r'"[^"]*"', "", line)
        assert not re.search(r"%(HERE|PYTHON|INSTALLER|OELALA_PYTHON)%|%~dp0", unquoted), line
    assert '"%PYTHON%" "%HERE%app.py" %*' in code
    assert '"%PYTHON%" -P -m oelala %*' in code
    assert '"%PYTHON%" -m pytest -n 2 --dist loadgroup %ARGS%' in code
    labels = {line[1:] for line in code if line.startswith(":")}
    assert set(re.findall(r"goto (\w+)", "\n".join(code))) == labels
    assert [line for line in code if "pause" in line] == [code[-2]]
    assert code[-1] == "exit /b %CODE%"


def test_requirements_pin_torch_and_leave_out_what_harms() -> None:
    lines = (PROJECT / "requirements.txt").read_text("utf-8").splitlines()
    names = {re.split(r"[~=<>]", line)[0]: line for line in lines if line and not line.startswith("#")}
    assert names["torch"] == "torch==2.13.0"
    assert not names.keys() & {"torchvision", "torchaudio", "opencv-python", "opencv-python-headless"}
    assert "opencv-contrib-python" in names
    assert all("~=" in line for name, line in names.items() if name != "torch")


def test_ci_fails_without_a_browser() -> None:
    script = PROJECT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert "export OELALA_REQUIRE_BROWSER=1" in script.read_text("utf-8")
