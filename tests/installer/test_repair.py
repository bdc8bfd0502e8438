"""What a start repairs: killed and moved environments, a lost Python, no network, two starts at once."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path

import psutil
import pytest

from oelala.installer.steps import try_lock
from tests.installer.fake_project import FakeProject
from tests.installer.first_starts import LEFT_OVER, FirstStarts

pytestmark = pytest.mark.skipif(os.name == "nt", reason="launch.sh is for the others")


def test_changed_requirements_are_followed(project: FakeProject) -> None:
    project.require("greeting~=2.0")
    started = project.start()
    assert "app goodbye" in started.stdout
    assert "[2/2] packages" in started.stderr
    project.require("# a comment changes nothing", "greeting~=2.0")
    assert project.start().stderr == ""


def test_a_half_written_package_is_installed_again(project: FakeProject) -> None:
    (project.venv / "installed.txt").unlink()
    (project.packages / "greeting.py").write_text("WORD =")
    (project.packages / "~reeting").mkdir()
    (next(project.packages.glob("farewell-*.dist-info")) / "RECORD").unlink()
    (project.packages / "farewell.py").unlink()
    assert "app hello" in project.start().stdout
    assert not list(project.packages.glob("~*"))
    assert (project.packages / "farewell.py").exists()


def test_lost_python_is_replaced_through_every_interruption(project: FakeProject, first: FirstStarts) -> None:
    assert first.stopped.returncode == 130
    assert first.stopped.stderr.endswith("Stopped. The next start goes on from here.\n")
    assert "app hello" in first.finished.stdout
    assert not (project.packages / LEFT_OVER).exists()
    assert project.start().stderr == ""


def test_moved_folder_starts_without_installing_again(project: FakeProject, tmp_path: Path) -> None:
    mark = project.packages / "mark.txt"
    mark.write_text("still the same environment")
    old, project.folder = project.folder, tmp_path / "moved to here"
    shutil.move(old, project.folder)
    try:
        started = project.start(PIP_FIND_LINKS="/nowhere")
        assert "app hello" in started.stdout, started.stderr
        assert (project.packages / mark.name).exists()
        script = project.venv / "bin" / "greeting-script"
        assert os.fsencode(old) not in script.read_bytes()
        assert subprocess.check_output([script], text=True) == "hello\n"
    finally:
        shutil.move(project.folder, old)
        project.folder = old


def test_two_starts_at_once_take_turns(project: FakeProject) -> None:
    project.require("greeting~=2.0")
    running = [project.spawn("generate"), project.spawn("generate")]
    said = [process.communicate(timeout=60) for process in running]
    assert [out for out, _ in said] == ["command goodbye ['generate']\n"] * 2
    assert sum("another window; waiting" in err for _, err in said) == 1
    assert sum("[2/2] packages" in err for _, err in said) == 1


def test_orphaned_pip_keeps_the_lock(project: FakeProject) -> None:
    """Kill -9 of the installer alone leaves its pip at work: nobody else may start while it writes."""
    project.require("greeting~=2.0")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        index = f"http://127.0.0.1:{silent.getsockname()[1]}/simple"
        running = project.spawn(PIP_NO_INDEX="", PIP_INDEX_URL=index, PIP_RETRIES="0")
        silent.settimeout(30)
        connection, _ = silent.accept()  # pip has asked, and waits
        installer, pip = psutil.Process(running.pid).children(recursive=True)
        installer.kill()
        running.communicate()
        with (project.venv / "install.lock").open("ab") as lock:
            assert not try_lock(lock)
            connection.close()
            pip.kill()
            psutil.wait_procs([pip], timeout=10)
            assert try_lock(lock)


def test_missing_package_and_network_are_told_apart(project: FakeProject) -> None:
    project.require("greeting~=3.0")
    missing = project.start()
    assert (missing.returncode, missing.stdout) == (1, "")
    assert "A package does not exist for Python" in missing.stderr
    nobody = "http://127.0.0.1:9/simple"
    offline = project.start(PIP_NO_INDEX="", PIP_INDEX_URL=nobody, PIP_RETRIES="1", LANG="nl_BE.UTF-8")
    assert offline.returncode == 1
    assert "Het downloaden brak af. Start opnieuw zodra er internet is" in offline.stderr
    assert str(project.venv / "install.log") in missing.stderr
