"""Which point is which: joint numbers, limbs and colours of OpenPose's bodies, hands and faces.

Numbers and colours as in OpenPose's `poseParametersRender.hpp` and, for 18 joints, the drawings that
ControlNet made customary. Colours are RGB.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

LayoutName = Literal["coco18", "body25"]
Colour = tuple[int, int, int]

HAND_POINTS = 21
FACE_POINTS = (68, 70)  # 70: with both pupils
NOSE, NECK = 0, 1


@dataclass(frozen=True, slots=True)
class Layout:
    """`limbs[i]` joins two joints and is drawn in `limb_colours[i]`; joint i is drawn in `colours[i]`."""

    joints: tuple[str, ...]
    limbs: tuple[tuple[int, int], ...]
    limb_colours: tuple[Colour, ...]
    colours: tuple[Colour, ...]


_RAINBOW: tuple[Colour, ...] = (
    (255, 0, 0), (255, 85, 0), (255, 170, 0), (255, 255, 0), (170, 255, 0), (85, 255, 0), (0, 255, 0),
    (0, 255, 85), (0, 255, 170), (0, 255, 255), (0, 170, 255), (0, 85, 255), (0, 0, 255), (85, 0, 255),
    (170, 0, 255), (255, 0, 255), (255, 0, 170), (255, 0, 85),
)  # fmt: skip
_ARMS = (
    "right shoulder", "right elbow", "right wrist", "left shoulder", "left elbow", "left wrist",
)  # fmt: skip
_LEGS = ("right hip", "right knee", "right ankle", "left hip", "left knee", "left ankle")
_HEAD = ("right eye", "left eye", "right ear", "left ear")

COCO18 = Layout(
    ("nose", "neck", *_ARMS, *_LEGS, *_HEAD),
    (
        (1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7), (1, 8), (8, 9), (9, 10), (1, 11), (11, 12), (12, 13),
        (1, 0), (0, 14), (14, 16), (0, 15), (15, 17),
    ),
    _RAINBOW[:17],
    _RAINBOW,
)  # fmt: skip

_BODY25_COLOURS: tuple[Colour, ...] = (
    (255, 0, 85), (255, 0, 0), (255, 85, 0), (255, 170, 0), (255, 255, 0), (170, 255, 0), (85, 255, 0),
    (0, 255, 0), (255, 0, 0), (0, 255, 85), (0, 255, 170), (0, 255, 255), (0, 170, 255), (0, 85, 255),
    (0, 0, 255), (255, 0, 170), (170, 0, 255), (255, 0, 255), (85, 0, 255), (0, 0, 255), (0, 0, 255),
    (0, 0, 255), (0, 255, 255), (0, 255, 255), (0, 255, 255),
)  # fmt: skip
_BODY25_LIMBS = (
    (1, 8), (1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7), (8, 9), (9, 10), (10, 11), (8, 12), (12, 13),
    (13, 14), (1, 0), (0, 15), (15, 17), (0, 16), (16, 18), (14, 19), (19, 20), (14, 21), (11, 22), (22, 23),
    (11, 24),
)  # fmt: skip
BODY25 = Layout(
    (
        "nose", "neck", *_ARMS, "middle of the hips", *_LEGS, *_HEAD,
        "left big toe", "left small toe", "left heel", "right big toe", "right small toe", "right heel",
    ),
    _BODY25_LIMBS,
    tuple(_BODY25_COLOURS[end] for _, end in _BODY25_LIMBS),  # OpenPose: a limb has the colour of its end
    _BODY25_COLOURS,
)  # fmt: skip

LAYOUTS: dict[LayoutName, Layout] = {"coco18": COCO18, "body25": BODY25}
LAYOUT_OF_COUNT: dict[int, LayoutName] = {len(layout.joints): name for name, layout in LAYOUTS.items()}

# COCO-18's joints in a mirror: right and left exchanged.
MIRRORED18 = (0, 1, 5, 6, 7, 2, 3, 4, 11, 12, 13, 8, 9, 10, 15, 14, 17, 16)
# Where COCO-18's joints are in BODY_25.
COCO18_IN_BODY25 = (0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18)
BODY25_MIDDLE, BODY25_HIPS = 8, (9, 12)
BODY25_TOES = ((19, 20), (22, 23))  # left and right: the big one, the small one

# Wan-Animate's body: COCO-18 and the middle of the toes, the left ones (18) before the right ones (19).
BODY20 = Layout(
    (*COCO18.joints, "left toes", "right toes"),
    (*COCO18.limbs, (13, 18), (10, 19)),
    (*COCO18.limb_colours, (200, 200, 0), (100, 100, 0)),
    (*COCO18.colours, (200, 200, 0), (100, 100, 0)),
)

# A hand: the wrist, then four points a finger from the thumb on.
HAND_LIMBS = tuple(
    (0 if step == 0 else 4 * finger + step, 4 * finger + step + 1) for finger in range(5) for step in range(4)
)
