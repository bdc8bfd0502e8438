"""What a job's row says about any exception."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from oelala.errors import ModelMissing, OelalaError, OutOfMemory
from oelala.jobs.faults import explain, is_out_of_memory
from oelala.texts import explain as sentences
from tests.jobs.tiny_work import OutOfMemoryError


class AcceleratorError(OutOfMemoryError):
    """A child of torch's class, as newer versions have."""


@pytest.mark.parametrize(
    "fault",
    [
        MemoryError(),
        OutOfMemory("out-of-memory"),
        OutOfMemoryError("x"),
        AcceleratorError("x"),
        RuntimeError("CUDA error: out of memory"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"),
        RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes."),
        RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
    ],
)
def test_memory(fault: BaseException, tmp_path: Path) -> None:
    assert is_out_of_memory(fault)
    assert explain(fault, tmp_path).code == "out-of-memory"


def test_errors_stay_what_they_are(tmp_path: Path) -> None:
    fault = ModelMissing("model-missing", model="M", size="1 GB", repo="a/b")
    assert explain(fault, tmp_path) is fault
    assert not is_out_of_memory(fault)


@pytest.mark.parametrize("name", [None, "clip.mp4"])
def test_a_full_disk_names_the_folder(tmp_path: Path, name: str | None) -> None:
    path = str(tmp_path / name) if name else None
    error = explain(OSError(errno.ENOSPC, "No space left on device", path), tmp_path)
    assert (error.code, error.values["path"]) == ("out-of-disk", str(tmp_path))
    assert error.values["free"].endswith(" MB")


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (KeyError("surprise"), "KeyError: 'surprise'"),
        (ValueError("\n first line\nsecond"), "ValueError: first line"),
        (RuntimeError(), "RuntimeError"),
        (SystemExit(3), "SystemExit: 3"),
        (ValueError("x" * 5000), "ValueError: " + "x" * 300),
        (FileNotFoundError(errno.ENOENT, "gone", "a"), "FileNotFoundError: [Errno 2] gone: 'a'"),
    ],
)
def test_anything_else_is_short(fault: BaseException, reason: str, tmp_path: Path) -> None:
    error = explain(fault, tmp_path)
    assert (error.code, error.values) == ("unexpected", {"reason": reason})


@pytest.mark.parametrize("language", ["en", "nl"])
def test_what_this_floor_raises_can_be_said(language: str) -> None:
    errors = [
        OelalaError("interrupted", attempts=3, reason="SIGKILL"),
        OelalaError("damaged-database", path="queue.db"),
        OelalaError("newer-database", path="queue.db", found=9, known=1),
        OelalaError("not-writable", path="/x"),
        OelalaError("out-of-disk", path="/x", free="1 MB"),
        OelalaError("unknown-job", job="x"),
    ]
    for error in errors:
        message, hint = sentences(error.code, error.values, language)  # type: ignore[arg-type]
        assert message != error.code, error.code
        assert hint
