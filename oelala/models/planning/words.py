"""What is said of a plan: keys of `oelala.texts.catalog` with their values, in the order of saying."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from oelala.media.faults import human_bytes
from oelala.models.flash4 import BACKEND as FLASH4

if TYPE_CHECKING:
    from oelala.models.planning.plan import Plan

GIB = 1024**3
Words = tuple[str, Mapping[str, str]]
_WORTH_SAYING = 3.0  # seconds of loading
# As their makers call them; torch's own choice goes without saying.
_ATTENTION = {"_native_cudnn": "cuDNN", "_native_flash": "FlashAttention", FLASH4: "FlashAttention 4"}


def memory_size(count: int) -> str:
    """As cards and memory are sold: a card of 12 GB has 12 × 1024³ bytes."""
    size = f"{count / GIB:.1f}" if count < 100 * GIB else f"{count / GIB:.0f}"
    return f"{size.removesuffix('.0')} GB"


def duration(seconds: float) -> str:
    """`45 s`, `14 min`, `2 h 05 min`: as exact as a prediction can be."""
    if seconds < 99.5:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60:02} min"


def words_of(plan: Plan) -> tuple[Words, ...]:
    """Whether it fits and how long it takes; what is unusual about it; what is to be fetched first."""
    said = [_verdict(plan)]
    if plan.fits and plan.seconds is not None and plan.load >= _WORTH_SAYING:
        said.append(("plan.loading", {"time": duration(plan.load)}))
    if plan.instead is not None:
        said.append(plan.instead.words)
    if plan.unused_card:
        said.append(("plan.unused-card", {"card": plan.unused_card}))
    if plan.fits and plan.streamed:
        said.append(("plan.from-disk" if plan.reads_transformer else "plan.streamed", {}))
    if plan.fits and plan.taught:
        said.append(("plan.taught", {}))
    if plan.fits and plan.quantisation == "int8":
        said.append(("plan.int8", {}))
    if plan.fits and plan.attention_backend in _ATTENTION:
        said.append(("plan.attention", {"name": _ATTENTION[plan.attention_backend]}))
    if plan.fits and plan.decode_chunk < plan.wished_chunk:
        said.append(("plan.chunk", {"chunk": str(plan.decode_chunk), "wished": str(plan.wished_chunk)}))
    if plan.first_block_cache:
        said.append(("plan.lossy.first-block-cache", {}))
    if plan.sage_attention:
        said.append(("plan.lossy.sage-attention", {}))
    if plan.missing_bytes:
        size = human_bytes(plan.missing_bytes)
        key, about = "plan.disk-short" if plan.disk_short else "plan.download", {"size": size}
        if plan.download_seconds is not None and not plan.disk_short:
            key, about = "plan.download.timed", {**about, "time": duration(plan.download_seconds)}
        said.append((key, about))
    return tuple(said)


def _verdict(plan: Plan) -> Words:
    gpu = plan.device != "cpu"
    need, have = (
        (plan.taken_vram if plan.fits else plan.peak_vram, plan.vram) if gpu else (plan.peak_ram, plan.ram)
    )
    if gpu and need <= have and plan.peak_ram > plan.ram:
        gpu, need, have = False, plan.peak_ram, plan.ram
    values = {"need": memory_size(need), "have": memory_size(have)}
    if need > have:
        return ("plan.too-little-vram" if gpu else "plan.too-little-ram"), values
    where = "plan.fits" if gpu else "plan.fits.cpu"
    if plan.seconds is None:
        return f"{where}.untimed", values
    return where, values | {"time": duration(plan.seconds)}
