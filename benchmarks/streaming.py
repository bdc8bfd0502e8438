"""What streaming weights costs: one denoising step (two forwards) of Wan 14B on a card with little room.

    python -m benchmarks.streaming                  # full size, needs a card and 90 GiB of main memory
    python -m benchmarks.streaming --layers 12      # less of both
    python -m benchmarks.streaming --tiny           # a rehearsal, on a processor as well

Random weights; all but `--cap` GiB of the card is held. Three contenders take turns, in an order that turns
round every time; medians and spread are printed, the first round is thrown away:

* compute: every block is the same one, on the card. No weight moves: what the work alone takes.
* ours: `oelala.models.streaming`, all blocks streamed.
* diffusers: group offload, `--offload leaf_level` or `block_level`, on a stream of its own.

`floor` is what no way of streaming can beat: the larger of the work and of two passes over the link.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import diffusers
import torch
from diffusers import WanTransformer3DModel

from oelala.models.streaming import Ring, Streamed, StreamRequest, stream_module

GIB = 1024**3
FULL: dict[str, Any] = {"num_attention_heads": 40, "attention_head_dim": 128, "ffn_dim": 13824}
TINY: dict[str, Any] = {
    "num_attention_heads": 2,
    "attention_head_dim": 16,
    "ffn_dim": 64,
    "text_dim": 32,
    "freq_dim": 32,
}


@dataclass(frozen=True)
class Contender:
    """`answer`: of both forwards, from the last step (compared between contenders with the same weights)."""

    name: str
    module: Any
    seconds: dict[int, list[float]] = field(default_factory=dict)
    peaks: dict[int, int] = field(default_factory=dict)
    answers: dict[int, list[torch.Tensor]] = field(default_factory=dict)


def config(options: argparse.Namespace) -> dict[str, Any]:
    """Exactly Wan2.1 T2V 14B (and each expert of Wan2.2 A14B), but for the number of layers."""
    return {**(TINY if options.tiny else FULL), "num_layers": options.layers, "cross_attn_norm": True}


@torch.no_grad()
def build(options: argparse.Namespace, device: torch.device, layers: int) -> Any:
    """bf16 weights on the processor, drawn on `device`: there it takes seconds. 32-bit modules stay so."""
    with torch.device("meta"):
        module = WanTransformer3DModel(**{**config(options), "num_layers": layers})
    exact = set(module._keep_in_fp32_modules or ())
    generator = torch.Generator(device).manual_seed(1)
    for name, tensor in list(module.named_parameters()):
        dtype = torch.float32 if exact & set(name.split(".")) else torch.bfloat16
        drawn = torch.randn(tensor.shape, generator=generator, device=device, dtype=torch.float32) * 0.02
        owner, _, last = name.rpartition(".")
        setattr(module.get_submodule(owner), last, torch.nn.Parameter(drawn.to(dtype).cpu(), False))
    small = type(module.rope)(module.config.attention_head_dim, module.config.patch_size, 1024)
    module.rope = small  # its tables are computed, not drawn
    return module.eval()


def twin(module: Any, options: argparse.Namespace) -> Any:
    """Another module over the same weights."""
    with torch.device("meta"):
        other = WanTransformer3DModel(**config(options))
    other.load_state_dict(module.state_dict(), assign=True, strict=False)
    other.rope = type(module.rope)(module.config.attention_head_dim, module.config.patch_size, 1024)
    return other.eval().requires_grad_(False)


def inputs(options: argparse.Namespace, frames: int, device: torch.device) -> list[dict[str, Any]]:
    generator = torch.Generator().manual_seed(2)
    shape = (1, 16, (frames - 1) // 4 + 1, options.height // 8, options.width // 8)
    latents = torch.randn(shape, generator=generator).to(device, torch.bfloat16)
    width, length = (32, 16) if options.tiny else (4096, 512)
    both = []
    for _ in range(2):
        text = torch.randn((1, length, width), generator=generator).to(device, torch.bfloat16)
        time_step = torch.tensor([500], device=device)
        both.append({"hidden_states": latents, "timestep": time_step, "encoder_hidden_states": text})
    return both


def synchronize(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


@torch.no_grad()
def step(one: Contender, both: list[dict[str, Any]], frames: int, device: torch.device) -> float:
    synchronize(device)
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    started = time.perf_counter()
    one.answers[frames] = [one.module(**given, return_dict=False)[0] for given in both]
    synchronize(device)
    seconds = time.perf_counter() - started
    if device.type == "cuda":
        one.peaks[frames] = torch.cuda.max_memory_allocated(device)
    return seconds


@contextmanager
def capped(device: torch.device, gib: float) -> Iterator[int]:
    """Hold all of the card but `gib`; gives the bytes held."""
    if device.type != "cuda":
        yield 0
        return
    torch.cuda.empty_cache()
    free, _ = torch.cuda.mem_get_info(device)
    held = torch.empty(max(0, free - int(gib * GIB)), dtype=torch.uint8, device=device)
    yield held.numel()
    del held


def link_speed(device: torch.device) -> float | None:
    """Pinned main memory to the card, bytes a second."""
    if device.type != "cuda":
        return None
    source = torch.empty(GIB, dtype=torch.uint8).pin_memory()
    target = torch.empty(GIB, dtype=torch.uint8, device=device)
    times = []
    for _ in range(4):
        synchronize(device)
        started = time.perf_counter()
        target.copy_(source, non_blocking=True)
        synchronize(device)
        times.append(time.perf_counter() - started)
    return GIB / min(times)


def contenders(options: argparse.Namespace, device: torch.device) -> tuple[list[Contender], Streamed]:
    """The group offload first: it copies the weights for itself, ours moves them."""
    computing = build(options, device, 1)
    computing.blocks = torch.nn.ModuleList([computing.blocks[0]] * options.layers)
    ours = build(options, device, options.layers)
    theirs = twin(ours, options)
    kind: dict[str, Any] = {"offload_type": options.offload}
    if options.offload == "block_level":
        kind["num_blocks_per_group"] = 1
    theirs.enable_group_offload(device, use_stream=device.type == "cuda", **kind)
    streamed = stream_module(StreamRequest(ours, Ring(device, options.slots)))
    if options.compile:
        for block in (computing.blocks[0], *ours.blocks):
            block.forward = torch.compile(block.forward, fullgraph=True, dynamic=False)
    found = [Contender("compute", computing.to(device)), Contender("ours", ours)]
    return [*found, Contender("diffusers", theirs)], streamed


def measure(all_of_them: list[Contender], options: argparse.Namespace, device: torch.device) -> None:
    begun = time.monotonic()
    for frames in options.frames:
        both = inputs(options, frames, device)
        for number in range(options.rounds + 1):
            if number > 1 and time.monotonic() - begun > options.seconds:
                break
            for one in all_of_them if number % 2 else all_of_them[::-1]:
                seconds = step(one, both, frames, device)
                if number:
                    one.seconds.setdefault(frames, []).append(seconds)


def rows(found: list[Contender], held: int, floor: Callable[[float], float]) -> Iterator[dict[str, Any]]:
    computing, ours, theirs = found
    for frames in ours.seconds:
        equal = all(
            torch.equal(a, b) for a, b in zip(ours.answers[frames], theirs.answers[frames], strict=True)
        )
        least = floor(statistics.median(computing.seconds[frames]))
        beside = sum(tensor.numel() * tensor.element_size() for tensor in computing.module.parameters())
        for one in found:
            times = one.seconds[frames]
            yield {
                "frames": frames,
                "who": one.name,
                "seconds": round(statistics.median(times), 4),
                "spread": round(max(times) - min(times), 4),
                "rounds": len(times),
                "over_floor": round(statistics.median(times) / least, 4),
                "peak_gib": round(
                    (one.peaks.get(frames, 0) - held - (one is not computing) * beside) / GIB, 2
                ),
                "equal": equal,
            }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--layers", type=int, default=40)
    parser.add_argument("--frames", type=int, nargs="+", default=[17, 81])
    parser.add_argument("--height", type=int, default=480)
    parser.add_argument("--width", type=int, default=832)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--slots", type=int, default=2)
    parser.add_argument("--cap", type=float, default=12.0, help="GiB of the card that are left")
    parser.add_argument("--seconds", type=float, default=130.0, help="no new round after this many")
    parser.add_argument("--offload", choices=["leaf_level", "block_level"], default="leaf_level")
    parser.add_argument(
        "--compile", action="store_true", help="blocks compiled, but for diffusers' contender"
    )
    parser.add_argument("--tiny", action="store_true")
    options = parser.parse_args()
    if options.tiny:
        options.layers, options.height, options.width = min(options.layers, 4), 64, 64
    device = torch.device("cuda", 0) if torch.cuda.is_available() else torch.device("cpu")
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "processor"
    link, begun = link_speed(device), time.monotonic()
    found, streamed = contenders(options, device)
    moved = 2 * streamed.streamed_bytes
    about = {
        "device": name,
        "torch": torch.__version__,
        "diffusers": diffusers.__version__,
        "layers": options.layers,
        "link_gb_s": link and round(link / 1e9, 1),
        "block_gb": round(streamed.streamed_bytes / 1e9, 3),
        "pinned_over_weights": round(streamed.pinned_bytes / streamed.streamed_bytes, 4),
        "ready_seconds": round(time.monotonic() - begun, 1),
    }
    print(json.dumps(about), flush=True)
    with capped(device, options.cap) as held:
        measure(found, options, device)
        for row in rows(found, held, lambda work: max(work, moved / link if link else 0.0)):
            print(json.dumps(row))


if __name__ == "__main__":
    main()
