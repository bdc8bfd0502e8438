"""What ends up in the log, tried in processes of their own: a test runner has taken stderr already."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from oelala.log import redact
from oelala.log_feed import LogFeed


def run(logs: Path, body: str, *, setup: str = "capture_stderr=True") -> subprocess.CompletedProcess[str]:
    script = f"""
        import logging, os, sys, subprocess, threading, time, warnings
        from pathlib import Path
        from loguru import logger
        from oelala.log import job_in_log, start_logging
        logs = Path(sys.argv[1])
        start_logging("gpu", logs, {setup})
    """
    code = textwrap.dedent(script) + textwrap.dedent(body)
    return subprocess.run(
        [sys.executable, "-c", code, str(logs)], capture_output=True, text=True, timeout=30, check=False
    )


def records(logs: Path) -> list[dict[str, Any]]:
    return LogFeed(logs).since(None).records


def test_a_line_goes_to_console_file_and_feed(tmp_path: Path) -> None:
    done = run(tmp_path, 'logger.info("hello {}", "there")')
    assert done.returncode == 0
    assert "hello there" in done.stderr
    assert done.stdout == ""
    assert "INFO    None __main__: hello there" in (tmp_path / "oelala-gpu.log").read_text("utf-8")
    [record] = records(tmp_path)
    assert record["message"] == "hello there"
    assert (record["level"], record["process"], record["job"], record["name"]) == (
        "INFO",
        "gpu",
        None,
        "__main__",
    )


def test_lines_of_a_job_carry_its_id_in_every_thread(tmp_path: Path) -> None:
    run(
        tmp_path,
        """
        with job_in_log("j1"):
            logger.info("in")
            thread = threading.Thread(target=lambda: logger.info("thread"))
            thread.start(); thread.join()
            os.write(2, b"from below\\n"); time.sleep(0.1)
        logger.info("after")
        """,
    )
    assert [(line["message"], line["job"]) for line in records(tmp_path)] == [
        ("in", "j1"),
        ("thread", "j1"),
        ("from below", "j1"),
        ("after", None),
    ]


def test_other_sources_arrive(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        """
        logging.getLogger("diffusers.models").warning("stdlib %s {braces}", 1)
        logging.getLogger("httpx").info("chatter")
        logging.getLogger("x").info("wrong %d", "placeholder")
        warnings.warn("old way", DeprecationWarning)
        warnings.warn("careful")
        thread = threading.Thread(target=lambda: 1 / 0, name="t1")
        thread.start(); thread.join()
        os.write(2, b"loading 10%\\rloading 100%\\nTensorFlow says: Error 7\\n")
        subprocess.run([sys.executable, "-c", "import sys; print('child', file=sys.stderr)"])
        print("a print", file=sys.stderr)
        time.sleep(0.2)
        """,
    )
    found = {
        (line["level"], line["name"], line["message"].partition(" (<string>")[0])
        for line in records(tmp_path)
    }
    assert ("WARNING", "diffusers.models", "stdlib 1 {braces}") in found
    assert ("WARNING", "warnings", "UserWarning: careful") in found
    assert ("INFO", "stderr", "loading 100%") in found
    assert ("WARNING", "stderr", "TensorFlow says: Error 7") in found
    assert ("INFO", "stderr", "child") in found
    assert ("INFO", "stderr", "a print") in found
    assert ("INFO", "x", "wrong %d") in found
    assert not any("chatter" in message for _, _, message in found)
    [fault] = [line for line in records(tmp_path) if line["level"] == "ERROR"]
    assert fault["message"].startswith("thread t1 ended by a fault\nTraceback")
    assert fault["message"].endswith("ZeroDivisionError: division by zero")
    assert done.stderr.count("careful") == 1


def test_nobody_is_told_to_install_torchvision(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        """
        os.environ["TRANSFORMERS_VERBOSITY"] = "warning"  # other tests leave it quieter
        from transformers import CLIPImageProcessor
        from transformers.utils import logging as theirs
        assert CLIPImageProcessor.__name__ == "CLIPImageProcessorPil"
        theirs.get_logger("transformers.utils.import_utils").warning("another thing")
        time.sleep(0.2)
        """,
    )
    assert done.returncode == 0, done.stderr
    assert "torchvision" not in done.stderr
    assert "another thing" in done.stderr


def test_a_traceback_is_in_all_three_once(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        """
        try:
            {}["gone"]
        except KeyError:
            logger.exception("oh")
        """,
    )
    text = (tmp_path / "oelala-gpu.log").read_text("utf-8")
    [record] = records(tmp_path)
    for source in (done.stderr, text, record["message"]):
        assert source.count("KeyError: 'gone'") == 1, source


def test_without_capture_stderr_stays_as_it_is(tmp_path: Path) -> None:
    done = run(tmp_path, 'print("plain", file=sys.stderr); logger.debug("quiet")', setup="console=True")
    assert done.stderr == "plain\n"
    assert [line["message"] for line in records(tmp_path)] == ["quiet"]


def test_set_up_twice_says_things_once(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        """
        start_logging("gpu", logs, capture_stderr=True)
        logger.info("once")
        os.write(2, b"below\\n"); time.sleep(0.1)
        """,
    )
    assert done.stderr.count("once") == done.stderr.count("below") == 1
    assert [line["message"] for line in records(tmp_path)] == ["once", "below"]


def test_secrets_are_hidden_everywhere(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        """
        logger.info("token hf_abcdefghijKLMNOP and password: hunter2")
        try:
            raise ValueError("Authorization: Bearer abc.def.ghi")
        except ValueError:
            logger.exception("refused")
        """,
    )
    everything = done.stderr + (tmp_path / "oelala-gpu.log").read_text("utf-8") + str(records(tmp_path))
    for secret in ("abcdefghij", "hunter2", "abc.def"):
        assert secret not in everything
    assert "hf_***" in everything


@pytest.mark.parametrize("harmless", ["max_tokens: 512", "a password is needed", "the token, then"])
def test_harmless_words_stay(harmless: str) -> None:
    assert redact(harmless) == harmless


def test_the_text_file_rotates_and_is_bounded(tmp_path: Path) -> None:
    run(
        tmp_path,
        """
        import oelala.log
        oelala.log.LOG_BYTES = 10_000
        start_logging("gpu", logs, console=False)
        for number in range(2000):
            logger.info("line {}", number)
        """,
        setup="console=False",
    )
    files = sorted(path.name for path in tmp_path.glob("oelala-gpu.log*"))
    assert files == ["oelala-gpu.log", *(f"oelala-gpu.log.{number}" for number in range(1, 5))]
    assert all((tmp_path / name).stat().st_size <= 10_000 for name in files)
    assert "line 1999" in (tmp_path / "oelala-gpu.log").read_text("utf-8")


def test_a_folder_that_cannot_be_made_costs_the_files_only(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = run(tmp_path / "file" / "logs", 'logger.info("still here")')
    assert done.returncode == 0
    assert "still here" in done.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_closed_console_and_a_full_disk_do_not_loop(tmp_path: Path) -> None:
    """Console and file fail at every line; with stderr captured, one complaint would call up the next."""
    (tmp_path / "oelala-gpu.log").symlink_to("/dev/full")
    code = """
        for number in range(100):
            logger.info("line {}", number)
        os.write(2, b"below\\n")
        time.sleep(0.3)
        used = time.process_time()
        time.sleep(0.3)
        sys.exit(0 if time.process_time() - used < 0.1 else 5)
    """
    script = "import os, sys\nos.dup2(os.open('/dev/full', os.O_WRONLY), 2)\n"
    body = textwrap.dedent(
        """
        import time
        from pathlib import Path
        from loguru import logger
        from oelala.log import start_logging
        start_logging("gpu", Path(sys.argv[1]), capture_stderr=True)
        """
    )
    code = script + body + textwrap.dedent(code)
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], timeout=30, check=False)
    assert done.returncode == 0


def test_from_another_process_within_50_ms(tmp_path: Path) -> None:
    """`t` is when the line was logged, by the same clock."""
    feed, delays = LogFeed(tmp_path), list[float]()
    cursor = feed.since(None).cursor

    def watch() -> None:
        nonlocal cursor
        while len(delays) < 60:
            page = feed.since(cursor)
            cursor = page.cursor
            delays.extend(time.time() - record["t"] for record in page.records)
            time.sleep(0.001)

    reader = threading.Thread(target=watch, daemon=True)
    reader.start()
    run(tmp_path, "for number in range(60):\n    logger.info('{}', number)\n    time.sleep(0.005)")
    reader.join(5)
    assert len(delays) == 60
    print(f"\nlog latency: median {sorted(delays)[30] * 1000:.1f} ms, p95 {sorted(delays)[57] * 1000:.1f} ms")
    assert sorted(delays)[54] < 0.05


def test_an_exit_keeps_the_last_words(tmp_path: Path) -> None:
    run(tmp_path, 'os.write(2, b"last words\\n")')
    assert [line["message"] for line in records(tmp_path)] == ["last words"]
