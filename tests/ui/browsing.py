"""A running studio and a browser on it, for the tests that drive the real page."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from oelala.settings import PROJECT
from oelala.studio import Studio
from tests.ui.serving import free_port

REQUIRED = "OELALA_REQUIRE_BROWSER"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# A miniature in Wan 2.1's own layout: the real engine, milliseconds a step.
MODEL = "wan2.1-t2v-1.3b"
# Another one, which waits on the hub.
ABSENT, ABSENT_TITLE = "wan2.1-t2v-14b", "Wan 2.1 T2V 14B"
SIZE = {"width": 128, "height": 128}


@dataclass(frozen=True)
class LiveStudio:
    """A studio in a process of its own, as a user starts it, and a second view of its workspace."""

    url: str
    studio: Studio

    def wait_for(self, job: str, *states: str, seconds: float = 60) -> Any:
        until = time.monotonic() + seconds
        while (found := self.studio.job(job)).state.name not in states:
            assert time.monotonic() < until, f"{found.state}"
            time.sleep(0.05)
        return found


def start_studio(
    workspace: Path, models: Path, hub: str = "", port: int | None = None, *flags: str
) -> tuple[subprocess.Popen[bytes], str]:
    """`app.py` on a free port; returns once its page answers. `hub`: where models are downloaded from."""
    port = port or free_port()
    fixed = ["--no-browser", "--port", str(port), "--workspace", str(workspace)]
    command = [sys.executable, "app.py", *fixed, *flags]
    environ = os.environ | {"OELALA_MODELS": str(models), "OMP_NUM_THREADS": "1", "LANG": "C.UTF-8"}
    environ |= {"HF_ENDPOINT": hub} if hub else {}
    environ |= {"HF_TOKEN_PATH": str(workspace / "hub-token")}  # never that of whoever runs the tests
    process = subprocess.Popen(
        command, cwd=PROJECT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    until = time.monotonic() + 90
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(url, timeout=5, trust_env=False).status_code == 200:
                return process, url
        except httpx.HTTPError:
            time.sleep(0.1)
    process.kill()
    raise AssertionError("the studio did not start")


def stop_studio(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def launch_browser(playwright: Any) -> Any:
    """Chromium, or a visible skip; a failure where CI says there must be one."""
    own = Path(playwright.chromium.executable_path)
    program = str(own) if own.exists() else next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        reason = "no Chromium here: the browser tests were not run (playwright install chromium)"
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return playwright.chromium.launch(executable_path=program, args=ARGUMENTS)


def fill_small(page: Any, prompt: str, steps: int = 4, frames: int = 5) -> None:
    """A form whose clip takes a second or two."""
    page.fill("#text-to-video--prompt textarea", prompt)
    for name, value in {**SIZE, "num_frames": frames, "num_inference_steps": steps}.items():
        page.fill(f"#text-to-video--{name} input[type=number]", str(value))
        page.press(f"#text-to-video--{name} input[type=number]", "Tab")


def choose_model(page: Any, title: str = "Wan 2.1 T2V 1.3B") -> None:
    page.click("#text-to-video--model input")
    page.get_by_role("option", name=title, exact=True).click()
    page.wait_for_function(
        "() => document.querySelector('#text-to-video--width input').value === '832'", timeout=10_000
    )


def generate(page: Any, kind: str = "text-to-video") -> str:
    """Press that tab's Generate and return the new job's id, once the queue panel shows it."""
    before = set(job_ids(page))
    page.click(f"#{kind}--generate")
    page.wait_for_function(
        "known => [...document.querySelectorAll('#o-jobs .o-job')].some(j => !known.includes(j.dataset.job))",
        arg=list(before),
        timeout=15_000,
    )
    (new,) = set(job_ids(page)) - before
    return new


def job_ids(page: Any) -> list[str]:
    ids: list[str] = page.eval_on_selector_all("#o-jobs .o-job", "rows => rows.map(row => row.dataset.job)")
    return ids


def row(job: str) -> str:
    return f'.o-job[data-job="{job}"]'
