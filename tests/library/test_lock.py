from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from oelala.library.workspace import LockInfo, Workspace, WorkspaceLock
from oelala.settings import PROJECT

_HOLD = """
import sys
from pathlib import Path
from oelala.library.workspace import Workspace, WorkspaceLock
lock = WorkspaceLock(Workspace(Path(sys.argv[1])))
print(lock.acquire("http://127.0.0.1:7861"), flush=True)
sys.stdin.read()
"""


@contextmanager
def another_process(workspace: Workspace) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", _HOLD, str(workspace.root)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=PROJECT, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "True\n"
        yield process


def test_one_has_it_and_others_see_who(workspace: Workspace) -> None:
    lock, other = WorkspaceLock(workspace), WorkspaceLock(workspace)
    assert other.holder() is None
    assert lock.acquire("http://127.0.0.1:7860")
    assert not other.acquire("http://127.0.0.1:7861")
    assert lock.holder() == other.holder() == LockInfo(os.getpid(), "http://127.0.0.1:7860")
    lock.release()
    assert other.holder() is None
    assert other.acquire("")
    assert lock.holder() == LockInfo(os.getpid(), "")
    lock.release()
    assert lock.holder() is not None, "releasing what one does not have changes nothing"
    other.release()


def test_its_holder_may_tell_a_new_address(workspace: Workspace) -> None:
    lock = WorkspaceLock(workspace)
    assert lock.acquire("")
    assert lock.acquire("http://127.0.0.1:7862")
    assert WorkspaceLock(workspace).holder() == LockInfo(os.getpid(), "http://127.0.0.1:7862")
    lock.release()


def test_it_goes_with_its_process_even_when_killed(workspace: Workspace) -> None:
    lock = WorkspaceLock(workspace)
    with another_process(workspace) as process:
        assert lock.holder() == LockInfo(process.pid, "http://127.0.0.1:7861")
        assert not lock.acquire("mine")
        process.send_signal(signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
        process.wait()
        assert lock.holder() is None
    assert lock.acquire("mine")
    assert lock.holder() == LockInfo(os.getpid(), "mine")
    lock.release()


def test_children_do_not_keep_it(workspace: Workspace) -> None:
    lock = WorkspaceLock(workspace)
    assert lock.acquire("")
    command = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, close_fds=False):
        lock.release()
        assert WorkspaceLock(workspace).acquire("")


def test_looking_does_not_disturb_taking(workspace: Workspace) -> None:
    with ThreadPoolExecutor(4) as threads:
        looks = [
            threads.submit(lambda: [WorkspaceLock(workspace).holder() for _ in range(100)]) for _ in range(3)
        ]
        taken = []
        for _ in range(30):
            lock = WorkspaceLock(workspace)
            taken.append(lock.acquire(""))
            lock.release()
        for look in looks:
            look.result()
    assert all(taken)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": "x"}'])
def test_a_lock_whose_words_cannot_be_read_is_still_held(workspace: Workspace, content: str) -> None:
    lock = WorkspaceLock(workspace)
    assert lock.acquire("")
    (workspace.private / "lock.json").write_text(content)
    assert WorkspaceLock(workspace).holder() == LockInfo(0, "")
    lock.release()
