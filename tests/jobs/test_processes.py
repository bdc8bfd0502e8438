"""What is loaded where: the studio process has no torch, a worker has nothing of the page."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]

PROGRAM = """
import sys
from pathlib import Path

def main():
    import gradio
    from tests.jobs.tiny import TinyTask, open_store, supervisor, wait_for
    from tests.jobs.tiny_work import heavy_modules
    root = Path(sys.argv[1])
    store = open_store(root)
    keeper = supervisor(root, store)
    keeper.start()
    job = wait_for(store, store.enqueue(TinyTask()).id, "done", "failed")
    keeper.stop()
    print(heavy_modules(), job.state.result.details["modules"])

if __name__ == "__main__":
    main()
"""


def test_a_worker_does_not_load_what_the_studio_has_loaded(tmp_path: Path) -> None:
    """A new process runs the program's file again, under another name; what a function imports stays out."""
    (tmp_path / "gradio.py").touch()
    (tmp_path / "program.py").write_text(PROGRAM, encoding="utf-8")
    path = os.pathsep.join([str(tmp_path), str(REPOSITORY)])
    done = subprocess.run(
        [sys.executable, str(tmp_path / "program.py"), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == "['gradio'] []\n", done.stderr


@pytest.mark.parametrize("module", ["jobs.supervisor", "jobs.worker", "jobs.store", "log", "log_feed"])
def test_nothing_heavy_is_imported(module: str) -> None:
    heavy = {"gradio", "torch", "diffusers", "numpy", "pydantic"}
    code = f"import sys, oelala.{module}; print(sorted({heavy} & sys.modules.keys()))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "[]\n"


def test_a_program_that_forgets_to_stop_still_ends(tmp_path: Path) -> None:
    """multiprocessing waits for children at the end, and ours end only with their parent."""
    code = PROGRAM.replace("keeper.stop()", "").replace("import gradio", "")
    (tmp_path / "program.py").write_text(code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(tmp_path / "program.py"), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "[] []\n"), done.stderr
