"""What the studio adds to a start: process start to the page's first 200, against a bare Gradio app.

    python benchmarks/startup.py --runs 7

The bare side is a Gradio Blocks app with five tabs of a few components each, launched as its documentation
says. The sides alternate, so that both meet the same machine. Prints every pair, the medians and their ratio;
the aim is at most 1.15. Processor time is printed too: it says the same on a machine that is busy elsewhere.
"""

from __future__ import annotations

import argparse
import http.client
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

PROJECT = Path(__file__).resolve().parent.parent
GIVE_UP = 120.0
BARE = """
import os, sys
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
import gradio as gr
with gr.Blocks() as page:
    with gr.Tabs():
        for number in range(5):
            with gr.Tab(f"Tab {number}"):
                text, answer = gr.Textbox(label="Prompt"), gr.Textbox(label="Answer")
                gr.Slider(1, 50, label="Steps"), gr.Dropdown(["a", "b"], label="Model")
                gr.Number(label="Seed")
                gr.Button("Generate").click(lambda words: words, text, answer)
page.launch(server_port=int(sys.argv[1]), quiet=True, share=False, inbrowser=False)
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=GIVE_UP)
    try:
        connection.request("GET", "/")
        answer = connection.getresponse()
        answer.read()
        return answer.status == 200
    except OSError:
        return False
    finally:
        connection.close()


@dataclass(frozen=True)
class Start:
    """Seconds from the start of the process to the whole page, by the clock and of the processor."""

    wall: float
    cpu: float


def time_to_answer(command: list[str], port: int, folder: Path) -> Start:
    """The process is ended again."""
    environment = {**os.environ, "GRADIO_TEMP_DIR": str(folder / "gradio")}
    started = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while not answers(port):
            if process.poll() is not None or time.perf_counter() - started > GIVE_UP:
                raise SystemExit(f"no answer from: {command[:3]}")
            time.sleep(0.005)
        wall, used = time.perf_counter() - started, psutil.Process(process.pid).cpu_times()
        return Start(wall, used.user + used.system)
    finally:
        process.terminate()
        process.wait(GIVE_UP)


def bare_start() -> Start:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        return time_to_answer([sys.executable, "-c", BARE, str(port)], port, Path(folder))


def studio_start() -> Start:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "app.py", "--no-browser", "--port", str(port), "--workspace", folder]
        return time_to_answer(command, port, Path(folder))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=7)
    runs: int = parser.parse_args().runs
    sides: dict[str, Callable[[], Start]] = {"bare": bare_start, "studio": studio_start}
    starts: dict[str, list[Start]] = {name: [] for name in sides}
    for side in sides.values():
        side()  # fills the disk cache
    for run in range(runs):
        for name, side in list(sides.items())[:: 1 if run % 2 else -1]:
            starts[name].append(side())
        latest = {name: taken[-1] for name, taken in starts.items()}
        print(
            ", ".join(f"{name} {one.wall:.2f} s (cpu {one.cpu:.2f} s)" for name, one in latest.items()),
            flush=True,
        )
    for kind in ("wall", "cpu"):
        bare, studio = (statistics.median(getattr(one, kind) for one in starts[name]) for name in sides)
        print(f"{kind} medians: bare {bare:.2f} s, studio {studio:.2f} s, ratio {studio / bare:.2f}")


if __name__ == "__main__":
    main()
