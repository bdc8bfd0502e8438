"""What a ray needs to know of every frame: camera, solids, face and scenery."""

from dataclasses import dataclass, fields, replace
from typing import Any

import torch
from torch import Tensor

from oelala.mini.world import trace
from oelala.mini.world.body import add_body
from oelala.mini.world.face import FacePaint, face_paint
from oelala.mini.world.head import add_head, head_size
from oelala.mini.world.pack import People
from oelala.mini.world.scenery import Scenery, build_scenery
from oelala.mini.world.solids import Collector, Solids

SIZE = 256
# full body, waist up, close-up: metres seen from bottom to top, and the height of the middle.
_COVER = ((2.24, 0.99), (1.05, 1.29), (0.56, 1.58))
TANGENT = 0.26
# Where a head is when standing, in metres for height 1, and how much the camera goes along with it.
_HEAD, _FOLLOW = 1.62, 0.6


@dataclass
class Stage:
    """Everything a ray needs, for the frames in hand."""

    camera: Tensor
    solids: Solids
    constants: trace.Constants
    face: FacePaint
    scenery: Scenery
    head: Tensor
    head_frame: Tensor
    head_size: Tensor

    def at(self, index: Tensor) -> "Stage":
        """The stage of the frames (P,), each as often as it is named."""
        return _at(self, index)

    def only(self, wanted: Tensor) -> "Stage":
        """With these solids alone (N + M,) bool, cones first; the first of each kind stays, wanted or not."""
        cones, balls = wanted.split([self.solids.a.shape[1], self.solids.centre.shape[1]])
        cones, balls = (torch.cat([kind.new_ones(1), kind[1:]]).nonzero()[:, 0] for kind in (cones, balls))
        return replace(
            self, solids=self.solids.only(cones, balls), constants=self.constants.only(cones, balls)
        )


def _at(value: Any, index: Tensor) -> Any:
    if isinstance(value, Tensor):
        # What is true of a solid in every frame is a flag.
        return value if value.dtype == torch.bool else value[index]
    return type(value)(*(_at(getattr(value, item.name), index) for item in fields(value)))


def build_stage(people: People) -> Stage:
    """Cameras, solids, faces and scenery of every frame."""
    shot = people.kind["shot"]
    cover, middle = torch.tensor(_COVER, device=shot.device)[shot].unbind(-1)
    height = people.number["height"]
    s = people.skeleton
    # Nearby, the camera goes along with the head: who squats does not leave the picture.
    away = s.head[:, 1] - _HEAD * height
    middle = torch.where(shot == 0, middle, middle * height + _FOLLOW * away)
    camera = torch.stack([torch.zeros_like(cover), middle, cover / 2 / TANGENT], -1)
    collector = Collector()
    add_body(collector, people)
    add_head(collector, people)
    solids = collector.collect()
    return Stage(
        camera, solids, trace.constants(solids, camera), face_paint(people), build_scenery(people),
        s.head, s.head_frame, head_size(people),
    )  # fmt: skip


def project(points: Tensor, camera: Tensor) -> Tensor:
    """(F, J, 3) in metres to (F, J, 2) in 0..1 of the frame, y down. Cameras look along -z."""
    local = points - camera.unsqueeze(1)
    return 0.5 + torch.stack([local[..., 0], -local[..., 1]], -1) / (-local[..., 2:3]) / (2 * TANGENT)
