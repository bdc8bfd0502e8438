"""Detectors of bodies that the user can add: no models of their own, but fetched, found and removed as models
are.

DWPose's weights (IDEA-Research/DWPose, Apache-2.0) lie in its author's repository; its YOLOX is Megvii's
(Apache-2.0). Sizes are for lists and totals; a download takes the hub's own.
"""

from __future__ import annotations

from dataclasses import dataclass

from oelala.media.packages import lacking
from oelala.media.poses import dwpose_parts
from oelala.models.catalog.installed import installation, missing_bytes
from oelala.models.catalog.row import Component, Row, companion_row
from oelala.settings import Settings

DWPOSE = companion_row(
    dwpose_parts.NAME,
    "DWPose",
    "detector",
    dwpose_parts.REPO,
    "Apache-2.0",
    {
        "det": Component("", 216_746_733, files=(dwpose_parts.DET,)),
        "pose": Component("", 134_399_116, files=(dwpose_parts.POSE,)),
    },
    dwpose_parts.PACKAGES,
)
DETECTORS: tuple[Row, ...] = (DWPOSE,)


@dataclass(frozen=True, slots=True)
class DetectorStatus:
    """One that can be fetched. `bytes` of its files, `missing_bytes`: what a download would still bring of
    them. `packages`: what pip would be asked for. `on_disk`: files and packages are here."""

    id: str
    title: str
    family: str
    repo: str
    revision: str
    licence: str
    bytes: int
    missing_bytes: int
    packages: tuple[str, ...]
    on_disk: bool


def detector_statuses(settings: Settings) -> list[DetectorStatus]:
    """Of every detector that can be fetched."""
    return [_status(row, settings) for row in DETECTORS]


def wanted_packages(row: Row) -> tuple[str, ...]:
    """What pip has to be asked for before the row can run here; none where nothing lacks."""
    return tuple(row.packages[module] for module in lacking(row.packages))


def _status(row: Row, settings: Settings) -> DetectorStatus:
    found = installation(row, settings.models)
    whole = found is not None and not found.missing
    packages = wanted_packages(row)
    return DetectorStatus(
        id=row.id,
        title=row.title,
        family=row.family,
        repo=row.repo,
        revision=row.revision,
        licence=row.licence,
        bytes=row.bytes,
        missing_bytes=0 if whole else missing_bytes(row, settings.models)[0],
        packages=packages,
        on_disk=whole and not packages,
    )
