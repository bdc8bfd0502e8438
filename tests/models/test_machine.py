"""What this machine has, told without torch."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from oelala.models.machine import (
    Gpu,
    _parse,
    driver_cuda,
    nvidia_gpus,
    own_memory,
    reaches_cards,
    read_machine,
    torch_cuda,
)
from oelala.models.planning import hardware_of


def test_this_machine(tmp_path: Path) -> None:
    machine = read_machine(tmp_path / "not" / "there")
    assert 0 < machine.ram_free <= machine.ram_total
    assert machine.disk_free > 0
    assert machine.cpu_count >= 1


def test_what_this_process_holds() -> None:
    before = own_memory()
    held = bytearray(os.urandom(1) * 100_000_000)
    assert own_memory() - before > 0.8 * len(held)


def test_a_line_of_nvidia_smi() -> None:
    assert _parse("NVIDIA GeForce RTX 3060, 12288, 580.65.06") == Gpu(
        "NVIDIA GeForce RTX 3060", 12 * 1024**3, "580.65.06"
    )
    assert _parse("NVIDIA-SMI has failed") is None
    assert _parse("Some card, [N/A], 580") is None


@pytest.mark.parametrize(
    ("built_for", "driver", "reached"),
    [(None, 13, False), (13, 13, True), (13, 12, False), (12, 13, True), (12, 11, False), (13, 0, False)],
)
def test_which_driver_serves_which_torch(built_for: int | None, driver: int, reached: bool) -> None:
    assert reaches_cards(built_for, driver) is reached


def test_what_torch_was_built_for_is_told_without_it() -> None:
    import torch

    told = torch.version.cuda
    assert torch_cuda() == (None if told is None else int(told.partition(".")[0]))
    assert (driver_cuda() > 0) >= torch.cuda.is_available()


@pytest.mark.skipif(sys.platform == "win32", reason="a script plays nvidia-smi")
@pytest.mark.skipif(torch_cuda() is not None, reason="this torch may reach a card")
def test_a_card_that_torch_cannot_use_promises_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real program on the path answers as a driver's would."""
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\necho NVIDIA GeForce RTX 3060, 12288, 470.10\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    nvidia_gpus.cache_clear()
    try:
        machine = read_machine(tmp_path)
    finally:
        nvidia_gpus.cache_clear()
    assert machine.gpus == ()
    assert [gpu.name for gpu in machine.unused_gpus] == ["NVIDIA GeForce RTX 3060"]
    assert hardware_of(machine).device == "cpu"
