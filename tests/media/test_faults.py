from __future__ import annotations

import errno
from pathlib import Path

import pytest

from oelala.media.faults import disk_fault, free_bytes, human_bytes


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1500, "1.5 kB"),
        (123_456, "123 kB"),
        (17.5e9, "17.5 GB"),
        (2e12, "2.0 TB"),
    ],
)
def test_sizes_read_like_on_the_box_of_a_disk(count: float, text: str) -> None:
    assert human_bytes(count) == text


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "out-of-disk"),
        (errno.EROFS, "not-writable"),
        (errno.EACCES, "not-writable"),
        (errno.ENOTDIR, "not-writable"),
        (errno.EIO, "bad-output"),
    ],
)
def test_each_fault_of_the_disk_has_its_code(tmp_path: Path, number: int, code: str) -> None:
    fault = disk_fault(OSError(number, "said by the system"), tmp_path)
    assert fault.code == code
    assert str(fault)


def test_free_space_is_told_for_folders_that_do_not_exist_yet(tmp_path: Path) -> None:
    assert free_bytes(tmp_path / "not" / "yet") == pytest.approx(free_bytes(tmp_path), rel=0.05)
