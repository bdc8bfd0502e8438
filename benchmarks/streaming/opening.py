"""How every run begins, and each of its parts: what it runs on, and whether there is time."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

import diffusers
import torch

from benchmarks.streaming.bench import Bench, link_speed
from benchmarks.streaming.options import read_options
from benchmarks.streaming.weights import build


def opened() -> tuple[Bench, Any]:
    """The bench of the command line's options, and its transformer; tells about both."""
    options = read_options()
    device = torch.device("cuda", 0) if torch.cuda.is_available() else torch.device("cpu")
    bench = Bench(options, device)
    bench.link = link_speed(bench)
    bench.tell(
        "about",
        device=torch.cuda.get_device_name(device) if bench.cuda else "processor",
        torch=torch.__version__,
        diffusers=diffusers.__version__,
        layers=options.layers,
        link_gb_s=bench.link and bench.link / 1e9,
    )
    module = build(options, device, options.layers)
    bench.wait()
    bench.tell("built", on_card_gib=bench.on_card())
    return bench, module


def attempt(bench: Bench, name: str, takes: float, part: Callable[[], None]) -> None:
    """What fails is told, and the rest goes on: the card is not to be had every day. Not begun where less
    than the seconds that it `takes` are left.
    """
    if not bench.options.tiny and bench.left < takes:
        bench.tell("left out", what=name, seconds_left=bench.left)
        return
    bench.tell("begin", what=name, seconds_left=bench.left)
    try:
        part()
    except Exception as fault:  # noqa: BLE001 - see above
        bench.tell("failed", what=name, error=f"{type(fault).__name__}: {fault}"[:500])
        traceback.print_exc()
    bench.clean()
