"""What the studio tells about a model: is it here, does it fit this machine, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from oelala.media.faults import human_bytes
from oelala.models.catalog.installed import installation
from oelala.models.catalog.row import Row
from oelala.models.machine import Machine, read_machine
from oelala.settings import Settings

Fits = Literal["yes", "streamed", "no"]
# What sampling and decoding need beside the weights at the model's own size: an estimate.
_WORKING = 0.25


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """One model as the page and the command line show it.

    `bytes` is the download's size, or what it is at most where that is not `bytes_exact`. `why` is a key of
    `oelala.texts.catalog`, `why_values` fill its placeholders. `sizes` is JSON: multiple, smallest_side,
    largest_side, largest_area (pixels), native (pairs of width and height), num_frames, largest_num_frames,
    fps.
    """

    id: str
    title: str
    family: str
    repo: str
    revision: str
    licence: str
    tasks: tuple[str, ...]
    sizes: Mapping[str, Any]
    on_disk: bool
    bytes: int
    fits: Fits
    why: str
    why_values: Mapping[str, str] = field(default_factory=dict)
    bytes_exact: bool = True
    last_image: bool = False
    added: bool = False
    base: str | None = None


def status(row: Row, settings: Settings, machine: Machine | None = None) -> ModelStatus:
    """`machine` None: this one."""
    found = installation(row, settings.models)
    fits, why, values = fits_machine(row, machine or read_machine(settings.models))
    return ModelStatus(
        id=row.id,
        title=row.title,
        family=row.family,
        repo=row.repo,
        revision=row.revision,
        licence=row.licence,
        tasks=row.kinds,
        sizes=_sizes(row),
        on_disk=found is not None and not found.missing,
        bytes=row.bytes,
        fits=fits,
        why=why,
        why_values=values,
        bytes_exact=row.bytes_exact,
        last_image=row.last_image,
        added=row.added,
        base=row.base,
    )


def fits_machine(row: Row, machine: Machine) -> tuple[Fits, str, dict[str, str]]:
    """Whether weights and work fit: on the largest card, streamed through it, or on the processor."""
    ram = human_bytes(machine.ram_total)
    if not machine.gpus:
        need = device_bytes(row, gpu=False)
        values = {"need": human_bytes(need), "have": ram}
        return (
            ("yes", "fits.cpu", values)
            if need <= machine.ram_total
            else ("no", "fits.too-little-ram", values)
        )
    vram = max(gpu.vram for gpu in machine.gpus)
    need = device_bytes(row, gpu=True)
    values = {"need": human_bytes(need), "have": human_bytes(vram)}
    if need <= vram:
        return "yes", "fits.gpu", values
    if row.minimum_memory is not None and vram < row.minimum_memory:
        return "no", "fits.too-little-vram", values | {"need": human_bytes(row.minimum_memory)}
    if need > machine.ram_total:
        return "no", "fits.too-little-ram", values | {"have": ram}
    return "streamed", "fits.streamed", values


def device_bytes(row: Row, *, gpu: bool) -> int:
    """Weights as loaded (16 bit on a GPU; 32 bit for the VAE and on a processor), plus room to work."""
    weights = sum(
        part.parameters * (2 if gpu and name != "vae" else 4) for name, part in row.components.items()
    )
    return int(weights * (1 + _WORKING))


def _sizes(row: Row) -> dict[str, Any]:
    return {
        "multiple": row.sizes.multiple,
        "smallest_side": row.sizes.smallest_side,
        "largest_side": row.sizes.largest_side,
        "largest_area": row.sizes.largest_area,
        "native": [list(size) for size in row.sizes.native],
        "num_frames": row.native_num_frames,
        "largest_num_frames": row.largest_num_frames,
        "fps": row.fps,
    }
