"""What can be read off a picture of somebody's head: the numbers that the world made it from."""

import numpy as np
from numpy.typing import NDArray

from oelala.mini.world.spec import FACE_AXES
from oelala.mini.world.table import Table
from oelala.mini.world.vocabulary import HAIR_STYLES

_COLOURS = ("skin", "hair_colour", "iris")
# Glasses, beard, smile, gaze, and the sine and cosine of where the body faces.
_MORE = 6
TRAITS = len(FACE_AXES) + 3 * len(_COLOURS) + len(HAIR_STYLES) + _MORE


def traits_of(table: Table) -> NDArray[np.float32]:
    """(B, TRAITS): face numbers, colours 0..1, the hair style as ones and zeros, and the rest."""
    yaw = np.deg2rad(table["view"][:, 0].astype(np.float32))
    more = [table["glasses"], table["beard"], *table["mood"][:, :2].T, np.sin(yaw), np.cos(yaw)]
    style = np.eye(len(HAIR_STYLES))[table["hair"].astype(int)]
    parts = [table["face"], *(table[name] for name in _COLOURS), style, np.stack(more, 1)]
    return np.concatenate(parts, 1).astype(np.float32)
