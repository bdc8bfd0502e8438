"""Wordings, English and Dutch, for all that a caption may say; five or more where it matters."""

from oelala.mini.words.people import (
    ACTIONS,
    BEARD,
    BUILDS,
    COLOUR_WORDS,
    GARMENTS,
    GLASSES,
    HAIR,
    PEOPLE,
    SMILING,
    Table,
)
from oelala.mini.words.scenes import FILLER, LIGHTS, PLACES, SHOTS, TAILS, VIEWS, WALLS

__all__ = [
    "ACTIONS",
    "BEARD",
    "BUILDS",
    "COLOUR_WORDS",
    "FILLER",
    "GARMENTS",
    "GLASSES",
    "HAIR",
    "LIGHTS",
    "PEOPLE",
    "PLACES",
    "SHOTS",
    "SMILING",
    "TAILS",
    "VIEWS",
    "WALLS",
    "Table",
]
