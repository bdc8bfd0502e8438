"""`app.py` as users run it: a process with flags, an address, signals and exit codes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

import app
from oelala.library.workspace import Workspace, WorkspaceLock
from oelala.settings import PROJECT, prepare_environment
from oelala.texts import Language, say
from tests.ui.serving import free_port

STARTS_WITHIN, STOPS_WITHIN = 90.0, 30.0


def command(workspace: Path, *flags: str) -> list[str]:
    fixed = ["--workspace", str(workspace), "--no-browser"]
    return [sys.executable, str(PROJECT / "app.py"), *fixed, *flags]


def environment(**extra: str) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("OELALA_", "LC_", "LANG"))
    }
    return {**kept, "OMP_NUM_THREADS": "1", "OELALA_LAZY": "1", **extra}


def run(workspace: Path, *flags: str, **extra: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(workspace, *flags),
        capture_output=True,
        text=True,
        timeout=STARTS_WITHIN,
        env=environment(**extra),
        check=False,
    )


@contextmanager
def studio(workspace: Path, *flags: str, **extra: str) -> Iterator[subprocess.Popen[str]]:
    """A running studio, killed at the end if it still is."""
    process = subprocess.Popen(
        command(workspace, *flags),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(**extra),
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def comes_true(fact: Callable[[], bool], within: float) -> bool:
    until = time.monotonic() + within
    while not (true := fact()) and time.monotonic() < until:
        time.sleep(0.05)
    return true


def is_running(process: int) -> bool:
    """Whether the process lives; a zombie does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def children_of(process: int) -> set[int]:
    found = set()
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(entry.read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        if parent == process:
            found |= {int(entry.parent.name)} | children_of(int(entry.parent.name))
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes through /proc")
def test_it_starts_lets_others_find_it_and_stops_in_order(tmp_path: Path) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}/"
    with studio(tmp_path, "--port", str(port), "--language", "nl", OELALA_LAZY="") as first:
        assert first.stdout is not None
        assert first.stdout.readline().strip() == say("server.address", "nl", address=address)
        assert "Oelala" in httpx.get(address, trust_env=False).text
        holder = WorkspaceLock(Workspace(tmp_path)).holder()
        assert holder is not None
        assert (holder.pid, holder.address) == (first.pid, address)

        second = run(tmp_path)
        assert second.returncode == 0
        assert second.stdout.strip() == say("server.already-open", "en", address=address)

        assert comes_true(lambda: len(children_of(first.pid)) > 0, STARTS_WITHIN)
        workers = children_of(first.pid)
        first.send_signal(signal.SIGTERM)
        assert first.wait(STOPS_WITHIN) == 0
        assert comes_true(lambda: not any(is_running(worker) for worker in workers), 5)
    assert WorkspaceLock(Workspace(tmp_path)).holder() is None
    assert not (tmp_path / ".oelala" / "lock.json").exists()


def test_told_to_stop_while_it_starts_it_stops(tmp_path: Path) -> None:
    with studio(tmp_path, "--port", str(free_port())) as process:
        assert comes_true((tmp_path / ".oelala" / "lock").exists, STARTS_WITHIN)
        process.send_signal(signal.SIGINT)
        assert process.wait(STARTS_WITHIN) == 0
    assert WorkspaceLock(Workspace(tmp_path)).holder() is None


@pytest.mark.parametrize("language", ["en", "nl"])
def test_a_port_in_use_is_said_in_the_users_language(tmp_path: Path, language: Language) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        tried = run(tmp_path, "--port", str(port), LANG=f"{language}_XX.UTF-8")
    assert tried.returncode == 1
    assert tried.stdout == ""
    assert tried.stderr.splitlines() == [
        say("error.port-in-use", language, port=port),
        say("error.port-in-use.hint", language),
    ]


def test_a_workspace_that_a_command_uses_is_not_taken(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.prepare()
    lock = WorkspaceLock(workspace)
    assert lock.acquire("")
    tried = run(tmp_path)
    lock.release()
    assert tried.returncode == 1
    assert tried.stderr.splitlines()[0] == say("error.workspace-locked", "en", path=str(tmp_path))


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--port", "seven"], "seven"),
        (["--port", "99999"], "99999"),
        (["--host", "0.0.0.0"], say("error.password-needed", "en")),  # noqa: S104
        (["--share"], say("error.password-needed", "en")),
        (["--password-file", "no-such-file"], "no-such-file"),
        (["--language", "xx"], "--language"),
        (["--no-such-flag"], "--no-such-flag"),
    ],
)
def test_wrong_flags_are_usage_errors(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    flags: list[str],
    said: str,
) -> None:
    for name in os.environ.keys() - environment().keys():
        monkeypatch.delenv(name)
    assert exit_code_of(*command(tmp_path, *flags)[2:]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert said in printed.err


def exit_code_of(*flags: str) -> int | str | None:
    """In this process; of flags that are refused before anything is started."""
    try:
        return app.main(flags)
    except SystemExit as stop:
        return stop.code


def test_a_refusal_is_all_that_a_process_says(tmp_path: Path) -> None:
    tried = run(tmp_path, "--share")
    assert (tried.returncode, tried.stdout) == (2, "")
    assert tried.stderr.splitlines()[0] == say("error.password-needed", "en")
    assert "Traceback" not in tried.stderr


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    tried = run(in_the_way / "workspace")
    assert tried.returncode == 1
    assert tried.stderr.startswith(say("error.not-writable", "en", path=str(in_the_way))[:-1])
    assert "Traceback" not in tried.stderr


def test_without_a_link_for_others_the_studio_goes_on_behind_its_password(tmp_path: Path) -> None:
    """And a program in the tunnel's place that is not the tunnel's is removed, not run."""
    planted = tmp_path / "hub" / "gradio" / "frpc" / tunnel_program()
    planted.parent.mkdir(parents=True)
    planted.write_text(f"#!/bin/sh\ntouch {tmp_path}/was-run\n")
    planted.chmod(0o755)
    (tmp_path / "password").write_text("open sesame\n")
    port = free_port()
    address, nowhere = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{free_port()}"
    proxies = dict.fromkeys(("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"), nowhere)
    flags = ["--port", str(port), "--share", "--password-file", str(tmp_path / "password")]
    with studio(tmp_path / "workspace", *flags, HF_HOME=str(tmp_path / "hub"), **proxies) as process:
        assert process.stderr is not None
        said = say("error.share-failed", "en", reason="").strip()
        assert any(line.startswith(said) for line in process.stderr)
        with httpx.Client(base_url=address, trust_env=False) as client:
            assert client.get("/").status_code == 401
            assert client.post("/login", data={"password": "wrong"}).status_code == 401
            assert client.post("/login", data={"password": "open sesame"}).status_code == 303
            assert client.get("/").status_code == 200
    assert not planted.exists()
    assert not (tmp_path / "was-run").exists()


def tunnel_program() -> str:
    prepare_environment()
    from gradio.tunneling import BINARY_FILENAME

    return str(BINARY_FILENAME)


def test_importing_it_is_light() -> None:
    code = "import sys, app; print(sorted({m.split('.')[0] for m in sys.modules}))"
    seen = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert not {"torch", "gradio", "numpy", "starlette", "uvicorn", "pydantic"} & set(eval(seen.stdout))  # noqa: S307
