"""What the studio tells about a model: is it here, does it fit this machine, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from oelala.models.catalog.fitting import Fits, fits_machine, least_memory
from oelala.models.catalog.installed import bytes_to_come, installation, missing_parts
from oelala.models.catalog.kin import fitting_kin, instead_of
from oelala.models.catalog.on_disk import as_installed
from oelala.models.catalog.row import Row
from oelala.models.catalog.rows_tiny import tiny_decoder_of
from oelala.models.catalog.speed_choice import SpeedStatus, speed_statuses
from oelala.models.machine import Machine, read_machine
from oelala.models.planning.instead import Instead
from oelala.settings import Settings


@dataclass(frozen=True, slots=True)
class PreviewStatus:
    """The tiny decoder that a model's download brings along for previews. `bytes` is what it is at most."""

    repo: str
    licence: str
    bytes: int
    on_disk: bool


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """One model as the page and the command line show it.

    `bytes` is the download's size, or what it is at most where that is not `bytes_exact`. `why` is a key of
    `oelala.texts.catalog`, `why_values` fill its placeholders. `sizes` is JSON: multiple, smallest_side,
    largest_side, largest_area (pixels), native (pairs of width and height), num_frames, largest_num_frames,
    fps. `minimum_memory`: as `least_memory`. `missing_bytes` is what a download would still bring, or at most
    bring (`missing_exact`), from the repositories `sources`; `preview` comes with it, where there is one.
    `speeds`: LoRAs of few steps for it. `usable`: this version has a kind of task for it; else it can be
    fetched ahead, and no more. The catalog itself knows of no kinds: whoever does sets it. `instead`: where
    it does not fit, the same model in weights that do.
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
    minimum_memory: int = 0
    added: bool = False
    base: str | None = None
    missing_bytes: int = 0
    missing_exact: bool = True
    sources: tuple[str, ...] = ()
    preview: PreviewStatus | None = None
    speeds: tuple[SpeedStatus, ...] = ()
    usable: bool = True
    instead: Instead | None = None

    @property
    def reasons(self) -> tuple[tuple[str, Mapping[str, str]], ...]:
        """Whether it fits and why, and what does in its place: sentences, as keys and values."""
        own = (self.why, self.why_values)
        return (own,) if self.instead is None else (own, self.instead.words)

    @property
    def verdict(self) -> tuple[str, Mapping[str, str]]:
        """Whether it fits, in a word or two: a key of `oelala.texts.terminal`, and its values."""
        if "size" in self.why_values:
            return "terminal.fits.at", {"size": self.why_values["size"]}
        if self.why == "fits.rounded":
            return "terminal.fits.rounded", {}
        return f"terminal.fits.{self.fits}", {}


def status(row: Row, settings: Settings, machine: Machine | None = None) -> ModelStatus:
    """`machine` None: this one."""
    found = installation(row, settings.models)
    here = found is not None and not found.missing
    lacking = [] if here else missing_parts(row, settings.models)
    missing, missing_exact = bytes_to_come(row, lacking, settings.models)
    machine = machine or read_machine(settings.models)
    fits, why, values = fits_machine(as_installed(row, settings.models), machine)
    return ModelStatus(
        id=row.id,
        title=row.title,
        family=row.family,
        repo=row.repo,
        revision=row.revision,
        licence=row.licence,
        tasks=row.kinds,
        sizes=_sizes(row),
        on_disk=here,
        bytes=row.bytes,
        fits=fits,
        why=why,
        why_values=values,
        bytes_exact=row.bytes_exact,
        last_image=row.last_image,
        minimum_memory=least_memory(row),
        added=row.added,
        base=row.base,
        missing_bytes=missing,
        missing_exact=missing_exact,
        sources=tuple(dict.fromkeys(part.source or row.repo for part in lacking)),
        preview=_preview(row, settings),
        speeds=speed_statuses(row, settings.models),
        instead=_instead(row, settings, machine) if fits == "no" else None,
    )


def _instead(row: Row, settings: Settings, machine: Machine) -> Instead | None:
    other = fitting_kin(row, next(iter(row.kinds), ""), settings, machine)
    return None if other is None else instead_of(other, settings)


def _preview(row: Row, settings: Settings) -> PreviewStatus | None:
    tiny = tiny_decoder_of(row)
    if tiny is None:
        return None
    found = installation(tiny.row, settings.models)
    here = found is not None and not found.missing
    return PreviewStatus(tiny.row.repo, tiny.row.licence, tiny.row.bytes, here)


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
        "frame_step": row.frame_step,
    }
