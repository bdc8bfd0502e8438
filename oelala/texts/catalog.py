"""Sentences of: catalog. Why a model fits this machine or does not (`ModelStatus.why`)."""

from __future__ import annotations

from oelala.texts.text import Text

TEXTS: dict[str, Text] = {
    "fits.gpu": Text(
        "Fits the graphics card ({need} of {have}).", "Past op de grafische kaart ({need} van {have})."
    ),
    "fits.cpu": Text(
        "Runs on the processor ({need} of {have} memory).",
        "Draait op de processor ({need} van {have} geheugen).",
    ),
    "fits.streamed": Text(
        "Larger than the graphics card ({need}, it has {have}): parts wait in main memory, which is slower.",
        "Groter dan de grafische kaart ({need}, die heeft {have}): delen wachten in het gewone geheugen. "
        "Dat is trager.",
    ),
    "fits.too-little-vram": Text(
        "Needs a graphics card with {need}; this one has {have}.",
        "Heeft een grafische kaart met {need} nodig; deze heeft {have}.",
    ),
    "fits.too-little-ram": Text(
        "Needs {need} of memory; this computer has {have}.",
        "Heeft {need} geheugen nodig; deze computer heeft {have}.",
    ),
}
