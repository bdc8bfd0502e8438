"""One part of a model, from its files into main memory."""

from __future__ import annotations

from typing import Any

import torch
from safetensors import SafetensorError

from oelala.errors import OelalaError
from oelala.models.catalog import Row
from oelala.models.decode import decode_in_16_bits
from oelala.models.device import decodes_in_16_bits
from oelala.models.families import family_of
from oelala.models.families.family import suit_to_processor
from oelala.models.memory_faults import what_is_full
from oelala.models.plan import PlannedPart
from oelala.models.single_file import load_single_file


def load_part(row: Row, part: PlannedPart, device: torch.device) -> Any:
    """The module, as it suits the device that it is for. Raises OelalaError ("model-broken"); what a full
    memory raises goes on as it is."""
    name = part.key.name
    try:
        module = _read(row, part)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as fault:
        if what_is_full(fault):
            raise
        reason = f"{name}: {str(fault).splitlines()[0][:200]}"
        raise OelalaError("model-broken", model=row.title, reason=reason) from fault
    about = row.components.get(name)
    if about is not None and decodes_in_16_bits(about.decode_bits, device):
        decode_in_16_bits(module)
    if name == "vae" and device.type == "cpu" and torch.backends.mkldnn.is_available():
        suit_to_processor(module)
    return module


def _read(row: Row, part: PlannedPart) -> Any:
    if part.folder.is_file():
        return load_single_file(part.folder, row.base or row.id, part.key.dtype, int8=part.int8)
    return family_of(row).load_part(part.key.name, part.folder, part.key.dtype, int8=part.int8)
