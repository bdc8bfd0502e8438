"""Where log lines go: the console, a rotating file, and the feed that the log panel reads.

Everything ends up in loguru: our own lines, the standard library's `logging`, `warnings`, uncaught exceptions
of threads and, in a worker, whatever C++ libraries and child programs write to file descriptor 2.

No sink may raise or write to descriptor 2: with that captured, it would log about itself for ever.
"""

from __future__ import annotations

import atexit
import logging
import os
import re
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from loguru import logger

from oelala.log_feed import FeedWriter

if TYPE_CHECKING:
    from loguru import Message, Record

LOG_BYTES, LOG_FILES = 10_000_000, 5
LONGEST_MESSAGE = 20_000  # characters

CONSOLE_FORMAT = "{time:HH:mm:ss} {level: <7} {extra[process]: <6} {message}"
FILE_FORMAT = "{time:YYYY-MM-DD HH:mm:ss.SSS} {level: <7} {extra[job]} {name}: {message}"
CHATTY = ("asyncio", "httpcore", "httpx", "urllib3", "filelock", "PIL", "matplotlib", "numba", "jax")
# Transformers advises to install torchvision, which Oelala does without; who follows that breaks the set-up.
MISLEADING = ("transformers.utils.import_utils", "requires torchvision (not installed)")
SECRETS = re.compile(
    r"\b(hf_)[A-Za-z0-9]{8,}|((?:authorization|password|token|secret)[\"']?\s*[=:]\s*(?:bearer\s+)?)\S+", re.I
)
ALARMING = re.compile(r"\b(warn|error|fatal|fail)", re.I)


def start_logging(
    process: str, logs: Path, *, console: bool = True, level: str = "INFO", capture_stderr: bool = False
) -> None:
    """Set this process's sinks up, replacing those it has. `process`: "studio", "gpu", "light", "terminal".

    `level` is the console's; files and feed take everything from DEBUG on. A folder that cannot be written
    costs the files, never the program.
    """
    logger.remove()
    logger.configure(extra={"process": process, "job": None})
    stream = _take_stderr() if capture_stderr else sys.stderr
    if console and stream is not None:
        logger.add(_Console(stream), level=level, format=CONSOLE_FORMAT, catch=False, diagnose=False)
    try:
        logs.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        logger.warning("no log files: {}", fault)
    else:
        file = _TextFile(logs / f"oelala-{process}.log")
        logger.add(file, level="DEBUG", format=FILE_FORMAT, catch=False, diagnose=False)
        feed = FeedWriter(logs, process)
        logger.add(
            lambda message: feed.write(_feed_record(message.record)),
            level="DEBUG",
            format="{message}",
            catch=False,
            diagnose=False,
        )
    _adopt_other_sources()


@contextmanager
def job_in_log(job_id: str) -> Iterator[None]:
    """Mark every line of this process as that job's: a worker runs one job at a time, in whatever threads."""
    logger.configure(patcher=lambda record: record["extra"].update(job=job_id))
    try:
        yield
    finally:
        logger.configure(patcher=lambda record: None)


def redact(text: str) -> str:
    """Hide what looks like a token or a password."""
    return SECRETS.sub(lambda match: f"{match[1] or match[2]}***", text)


class _Console:
    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, message: Message) -> None:
        try:
            self.stream.write(redact(message))
            self.stream.flush()
        except (OSError, ValueError):
            pass  # the terminal was closed


class _TextFile(RotatingFileHandler):
    def __init__(self, path: Path) -> None:
        super().__init__(
            path,
            maxBytes=LOG_BYTES,
            backupCount=LOG_FILES - 1,
            encoding="utf-8",
            delay=True,
            errors="replace",
        )

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """A full disk: this line is lost, the next one is tried again."""


def _feed_record(record: Record) -> dict[str, Any]:
    message = record["message"]
    if (fault := record["exception"]) is not None:
        message += "\n" + "".join(traceback.format_exception(fault.type, fault.value, fault.traceback))
    return {
        "t": round(record["time"].timestamp(), 4),
        "level": record["level"].name,
        "process": record["extra"].get("process"),
        "job": record["extra"].get("job"),
        "name": record["name"],
        "message": redact(message.rstrip()[:LONGEST_MESSAGE]),
    }


class _ToLoguru(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        try:
            message = record.getMessage()
        except (TypeError, ValueError):  # a library's wrong placeholders
            message = str(record.msg)
        _logger_named(record.name).opt(exception=record.exc_info).log(_level(record.levelno), message)


def _level(number: int) -> str:
    names = {40: "ERROR", 30: "WARNING", 20: "INFO"}
    return next((name for least, name in names.items() if number >= least), "DEBUG")


def _logger_named(name: str) -> Any:
    def rename(record: Record) -> None:
        record["name"] = name

    return logger.patch(rename)


def _adopt_other_sources() -> None:
    logging.basicConfig(handlers=[_ToLoguru()], level=logging.INFO, force=True)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger(MISLEADING[0]).addFilter(_is_sound_advice)
    warnings.showwarning = _show_warning
    threading.excepthook = _show_uncaught


def _is_sound_advice(record: logging.LogRecord) -> bool:
    return MISLEADING[1] not in record.getMessage()


def _show_warning(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, *_: Any, **__: Any
) -> None:
    source = f"{Path(filename).name}:{lineno}"
    _logger_named("warnings").warning("{}: {} ({})", category.__name__, message, source)


def _show_uncaught(caught: threading.ExceptHookArgs) -> None:
    if caught.exc_type is not SystemExit:
        fault = (caught.exc_type, caught.exc_value, caught.exc_traceback)
        name = caught.thread.name if caught.thread else "?"
        logger.opt(exception=fault).error("thread {} ended by a fault", name)


class _StderrCapture:
    """Descriptor 2 as a source of log lines; `console` is what it was before."""

    def __init__(self) -> None:
        self.console = os.fdopen(os.dup(2), "w", encoding="utf-8", errors="backslashreplace")
        source, target = os.pipe()
        os.dup2(target, 2, inheritable=True)
        os.close(target)
        self.reader = threading.Thread(target=_read_stderr, args=(source,), name="stderr", daemon=True)
        self.reader.start()

    def release(self) -> None:
        if sys.stderr is not None:
            sys.stderr.flush()
        os.dup2(self.console.fileno(), 2)
        self.reader.join(0.5)  # the pipe's end, unless a child program still holds it


_capture: _StderrCapture | None = None


def _take_stderr() -> TextIO | None:
    global _capture
    if _capture is None:
        try:
            _capture = _StderrCapture()
        except OSError:  # started without a console
            return None
        atexit.register(release_stderr)
    return _capture.console


def release_stderr() -> None:
    """Give descriptor 2 back to the console once its lines are in the log. A process's last act."""
    global _capture
    if _capture is not None:
        _capture.release()
        _capture = None


def _read_stderr(source: int) -> None:
    named = _logger_named("stderr")
    with open(source, encoding="utf-8", errors="replace", newline="\n") as lines:
        for line in lines:
            text = line.rstrip().rpartition("\r")[2]  # of a progress bar only what it came to
            if text:
                named.log("WARNING" if ALARMING.search(text) else "INFO", text[:LONGEST_MESSAGE])
