"""Which models there are, what they can do, and whether they are on this disk. Imports no torch."""

from oelala.models.catalog.added import add_row, forget_row
from oelala.models.catalog.fields import for_model, foreign_fields
from oelala.models.catalog.going_on import going_on
from oelala.models.catalog.installed import (
    Installation,
    begun_bytes,
    installation,
    locate,
    missing_bytes,
)
from oelala.models.catalog.kin import instead_of, kin_of, stand_in
from oelala.models.catalog.lookup import ROWS, WARM_MODEL, defaults, defaults_of, find, own_prompts, rows
from oelala.models.catalog.on_disk import as_installed
from oelala.models.catalog.own import own_gap, own_place
from oelala.models.catalog.resolve import resolve
from oelala.models.catalog.row import Component, Compute, Row, SizeLimits
from oelala.models.catalog.rows_detectors import (
    DWPOSE,
    DetectorStatus,
    detector_statuses,
    wanted_packages,
)
from oelala.models.catalog.rows_tiny import TINY_DECODERS, TinyDecoderRow, tiny_decoder_of
from oelala.models.catalog.speed_choice import (
    SpeedStatus,
    all_speeds,
    awaited_kinds,
    chosen_speed,
    speed_bytes,
    speed_missing_bytes,
    speed_status,
)
from oelala.models.catalog.status import ModelStatus, PreviewStatus, status
from oelala.models.catalog.weights import shards, weight_files

__all__ = [
    "DWPOSE",
    "ROWS",
    "TINY_DECODERS",
    "WARM_MODEL",
    "Component",
    "Compute",
    "DetectorStatus",
    "Installation",
    "ModelStatus",
    "PreviewStatus",
    "Row",
    "SizeLimits",
    "SpeedStatus",
    "TinyDecoderRow",
    "add_row",
    "all_speeds",
    "as_installed",
    "awaited_kinds",
    "begun_bytes",
    "chosen_speed",
    "defaults",
    "defaults_of",
    "detector_statuses",
    "find",
    "for_model",
    "foreign_fields",
    "forget_row",
    "going_on",
    "installation",
    "instead_of",
    "kin_of",
    "locate",
    "missing_bytes",
    "own_gap",
    "own_place",
    "own_prompts",
    "resolve",
    "rows",
    "shards",
    "speed_bytes",
    "speed_missing_bytes",
    "speed_status",
    "stand_in",
    "status",
    "tiny_decoder_of",
    "wanted_packages",
    "weight_files",
]
