"""How a pose is drawn for those who look at it: the models' own conventions, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

StyleName = Literal["openpose", "body", "vace", "animate"]


@dataclass(frozen=True, slots=True)
class Style:
    """Widths in pixels, as halves of what is seen: `stick_share` of the frame's shorter side (without its
    fraction, if `whole`), and `stick_more`, never below `least`.

    `limb_light` dims the sticks, not the joints; `hand_dot` is the size of a hand's points in sticks.
    `swap_red_blue`: the colours as VACE has learnt them, which is red and blue exchanged.
    """

    body: Literal["coco18", "body20", "body25"] = "coco18"
    hands: bool = True
    face: bool = True
    stick_share: float = 1 / 120
    whole: bool = False
    stick_more: float = 0.0
    least: float = 1.0
    limb_light: float = 0.6
    hand_dot: float = 1.0
    swap_red_blue: bool = False

    def stick(self, width: int, height: int) -> float:
        """Half the width of a stick, and the radius of a joint."""
        size = self.stick_share * min(width, height)
        return max((int(size) if self.whole else size) + self.stick_more, self.least)


# "body" is what Oelala Mini is trained on (`mini/recipe/control.py`). VACE (ali-vilab/VACE,
# annotators/pose.py, body and face) draws on a frame of 1024 pixels, sticks of 4 to each side of a middle,
# and brings that down to the film's size. Animate (Wan2.2, animate/preprocess) draws hands and toes but no
# face, in whole pixels. A middle is a pixel, too: hence the halves.
STYLES: dict[StyleName, Style] = {
    "openpose": Style(),
    "body": Style(hands=False, face=False),
    "vace": Style(hands=False, stick_share=4.5 / 1024, least=0.75, swap_red_blue=True),
    "animate": Style(
        body="body20", face=False, stick_share=1 / 200, whole=True, stick_more=-0.5, least=1.5, hand_dot=0.5
    ),
}
