"""How a pose is drawn for those who look at it: the models' own conventions, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

StyleName = Literal["openpose", "vace", "animate"]


@dataclass(frozen=True, slots=True)
class Style:
    """Widths in pixels, as halves of what is seen: share × (the frame's shorter side) + more, never below
    `least`.

    `limb_light` dims the sticks, not the joints. `swap_red_blue`: the colours as VACE was trained on them,
    which is red and blue exchanged.
    """

    body: Literal["coco18", "body20", "body25"] = "coco18"
    hands: bool = True
    face: bool = True
    stick_share: float = 1 / 120
    stick_more: float = 0.0
    stick_least: float = 1.0
    limb_light: float = 0.6
    swap_red_blue: bool = False

    def stick(self, width: int, height: int) -> float:
        """Half the width of a stick, and the radius of a joint."""
        return max(self.stick_share * min(width, height) + self.stick_more, self.stick_least)


# "openpose" is what Oelala Mini is trained on (`mini/recipe/control.py`); at 480 pixels it is as wide as
# VACE's. VACE: ali-vilab/VACE, annotators/pose.py (no hands, 4 pixels at every size). Animate: Wan2.2,
# animate/preprocess (hands and toes, no face).
STYLES: dict[StyleName, Style] = {
    "openpose": Style(),
    "vace": Style(hands=False, stick_share=0.0, stick_more=4.0, swap_red_blue=True),
    "animate": Style(body="body20", face=False, stick_share=1 / 200, stick_more=-1.0),
}
