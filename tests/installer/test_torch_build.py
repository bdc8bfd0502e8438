"""Which torch goes with which GPU and driver; texts of the set-up in both languages."""

from __future__ import annotations

import time
from string import Formatter

import pytest

from oelala.installer.console import TEXTS, Meter
from oelala.installer.torch_build import choose_build, is_reachable


@pytest.mark.parametrize(
    ("driver", "capabilities", "build"),
    [
        (0, [], ("cpu", False)),
        (13000, [], ("cpu", False)),
        (13010, [86], ("cu130", False)),  # RTX 3060
        (13000, [120], ("cu130", False)),  # RTX 5090
        (13000, [61], ("cu126", False)),  # GTX 1080 Ti: CUDA 13 no longer knows it
        (12080, [89], ("cu126", False)),  # RTX 4090 with a driver of before CUDA 13
        (12080, [120], ("cpu", True)),  # an RTX 5090 needs the newer driver
        (11080, [86], ("cpu", True)),
        (13000, [61, 86], ("cu130", False)),
        (12040, [61, 120], ("cu126", False)),
    ],
)
def test_build_fits_gpu_and_driver(driver: int, capabilities: list[int], build: tuple[str, bool]) -> None:
    assert choose_build(driver, capabilities) == build


def test_unreachable_index_is_known_at_once() -> None:
    begin = time.monotonic()
    assert not is_reachable("http://127.0.0.1:9/whl/cpu")
    assert time.monotonic() - begin < 2


def test_texts_are_the_same_in_both_languages() -> None:
    def fields(line: str) -> set[str | None]:
        return {name for _, name, _, _ in Formatter().parse(line)}

    english, dutch = TEXTS["en"], TEXTS["nl"]
    assert english.keys() == dutch.keys()
    assert [key for key in english if fields(english[key]) != fields(dutch[key])] == []


@pytest.mark.parametrize(
    ("line", "package"),
    [
        ("Collecting huggingface_hub~=2.4 (from -r requirements.txt (line 14))", "huggingface_hub"),
        ("  Downloading torch-2.13.0+cpu-cp311-cp311-manylinux_2_28_x86_64.whl (190.1 MB)", "torch"),
        ("  Using cached nvidia_cublas_cu12-12.6.4.1-py3-none-any.whl (393.1 MB)", "nvidia_cublas_cu12"),
        ("Collecting pip>=25.2", "pip"),
        ("Collecting diffusers", "diffusers"),
    ],
)
def test_meter_reads_names_and_sizes(line: str, package: str) -> None:
    meter = Meter("[1/2] packages", lambda: 0)
    assert not meter.read(line)
    assert meter.detail == package
    assert meter.read("Progress 12000000 of 190100000")
    assert meter.detail in (f"{package}: 12 of 190 MB", f"{package}: 12 van 190 MB")
