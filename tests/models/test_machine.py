"""What this machine has, told without torch."""

from __future__ import annotations

from pathlib import Path

from oelala.models.machine import Gpu, _parse, read_machine


def test_this_machine(tmp_path: Path) -> None:
    machine = read_machine(tmp_path / "not" / "there")
    assert 0 < machine.ram_free <= machine.ram_total
    assert machine.disk_free > 0
    assert machine.cpu_count >= 1


def test_a_line_of_nvidia_smi() -> None:
    assert _parse("NVIDIA GeForce RTX 3060, 12288, 580.65.06") == Gpu(
        "NVIDIA GeForce RTX 3060", 12 * 1024**3, "580.65.06"
    )
    assert _parse("NVIDIA-SMI has failed") is None
    assert _parse("Some card, [N/A], 580") is None
