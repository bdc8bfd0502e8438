"""What this machine has, told without torch."""

from __future__ import annotations

import mmap
import os
import subprocess
import sys
from pathlib import Path

import pytest

from oelala.models.machine import (
    driver_cuda,
    own_memory,
    reaches_cards,
    read_machine,
    torch_cuda,
)
from oelala.models.nvidia import (
    Gpu,
    _newest,
    _parse,
    best_card,
    free_vram,
    nvidia_capabilities,
    nvidia_gpus,
    visible_cards,
)
from oelala.models.planning import hardware_of
from oelala.models.streaming.arena import in_large_pages


def test_this_machine(tmp_path: Path) -> None:
    machine = read_machine(tmp_path / "not" / "there")
    assert 0 < machine.ram_free <= machine.ram_total
    assert machine.disk_free > 0
    assert machine.cpu_count >= 1


def test_what_this_process_holds() -> None:
    before = own_memory()
    held = bytearray(os.urandom(1) * 100_000_000)
    assert own_memory() - before > 0.8 * len(held)


@pytest.mark.skipif(not hasattr(mmap, "MADV_HUGEPAGE"), reason="elsewhere such memory is the process's own")
def test_memory_that_weights_wait_in_is_this_process_s() -> None:
    """The system counts it as shared, though nobody shares it."""
    before = own_memory()
    held = in_large_pages(100_000_000).fill_(1)
    assert own_memory() - before > 0.8 * held.numel()


def test_a_process_that_is_gone_holds_nothing() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert own_memory(child.pid) > 0
    child.communicate(b"\n")
    assert own_memory(child.pid) == 0


@pytest.mark.parametrize(
    ("wish", "seen"),
    [
        ("0,1", [0, 1]),
        ("1", [1]),
        (" 2 , 0 ", [2, 0]),
        ("0,9,1", [0]),
        ("1,1", [1]),
        ("-1", []),
        ("", []),
        ("GPU-b", [1]),
        ("GPU-c1,GPU-a", [2, 0]),
        ("GPU-", []),
    ],
)
def test_which_cards_torch_may_see(wish: str, seen: list[int]) -> None:
    assert visible_cards(wish, 3, ("GPU-a1", "GPU-b1", " GPU-c1")) == seen


@pytest.mark.parametrize(
    ("cards", "best"),
    [
        ([(12, (8, 6)), (24, (8, 6))], 1),
        ([(24, (8, 6)), (12, (8, 9))], 0),
        ([(24, (5, 2)), (12, (8, 6))], 1),
        ([(24, (5, 2))], 0),
        ([(24.0, (8, 6)), (23.9, (8, 9))], 1),
        ([(12, (8, 6)), (12, (8, 6))], 0),
        ([(12, None), (24, None)], 1),
    ],
    ids=str,
)
def test_which_card_models_go_to(cards: list[tuple[float, tuple[int, int] | None]], best: int) -> None:
    """The page tells it from nvidia-smi, the worker from torch; both ask this."""
    assert best_card([Gpu("a card", int(size * 2**30), "600", able) for size, able in cards]) == best


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


def forget_cards() -> None:
    nvidia_gpus.cache_clear()
    nvidia_capabilities.cache_clear()
    _newest.clear()


TWO_CARDS = """#!/bin/sh
case "$1" in
  *=name,*) printf 'Quadro K620, 2048, 580.65\\nNVIDIA GeForce RTX 3060, 12288, 580.65\\n' ;;
  *=compute_cap) printf '5.0\\n8.6\\n' ;;
  *=memory.free) printf '1900\\n11264\\n' ;;
  *=uuid) printf 'GPU-1111\\nGPU-2222\\n' ;;
esac
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a script plays nvidia-smi")
@pytest.mark.parametrize(
    ("wish", "card", "free"), [(None, "NVIDIA GeForce RTX 3060", 11264), ("GPU-11", "Quadro K620", 1900)]
)
def test_what_is_free_is_asked_of_the_card_that_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wish: str | None, card: str, free: int
) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text(TWO_CARDS)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if wish:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", wish)
    forget_cards()
    try:
        gpus = nvidia_gpus()
        assert gpus[best_card(gpus)].name == card
        assert free_vram() == free * 2**20
    finally:
        forget_cards()
