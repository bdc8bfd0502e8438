"""Clip specs as tensors, one row a frame, so that a whole batch is posed and built at once."""

from dataclasses import dataclass

import torch
from torch import Tensor

from oelala.mini.world import vocabulary as words
from oelala.mini.world.actions import Pose, Timing, pose_frames
from oelala.mini.world.skeleton import Skeleton, build_skeleton
from oelala.mini.world.spec import FACE_AXES, ClipSpec
from oelala.mini.world.table import Table, table_of

FPS = 16
# Cycles a second at speed 1.
TEMPO = 0.95


@dataclass
class People:
    """The person of each frame: `kind[name]` (F,) indices into the vocabulary, `number[name]` (F,)
    or (F, k).
    """

    kind: dict[str, Tensor]
    number: dict[str, Tensor]
    skeleton: Skeleton
    pose: Pose
    eyes_open: Tensor

    def is_kind(self, name: str, *values: int) -> Tensor:
        """(F,) bool: the person's `name` is one of `values`."""
        return torch.isin(self.kind[name], torch.tensor(values, device=self.kind[name].device))

    def face(self, axis: str) -> Tensor:
        """(F,) the face number of that name, in -1..1."""
        return self.number["face"][:, FACE_AXES.index(axis)]


def pack(clips: list[ClipSpec] | Table, num_frames: int, device: torch.device | str) -> People:
    """Everybody in every frame: row `i * num_frames + t` is frame t of clip i."""
    table = table_of(clips) if isinstance(clips, list) else clips
    kind, number = {}, {}
    for key, rows in table.items():
        spread = torch.from_numpy(rows).to(device).repeat_interleave(num_frames, 0)
        if spread.dtype == torch.long:
            kind[key] = spread
        else:
            number[key] = spread.squeeze(-1)
    count = len(table["hair"])
    frame = torch.arange(num_frames, device=device).repeat(count)
    seconds = frame.float() / FPS
    pose = _act(kind, number, seconds)
    skeleton = _stand(kind, number, pose, seconds, frame.float() / max(num_frames - 1, 1))
    blink = ((seconds + number["mood"][:, 2]) % 3.1) < 0.15
    return People(kind, number, skeleton, pose, 1 - 0.6 * blink.float())


def _act(kind: dict[str, Tensor], number: dict[str, Tensor], seconds: Tensor) -> Pose:
    speed, phase, amplitude, _ = number["motion"].unbind(-1)
    timing = Timing(seconds, phase * 4 + seconds * speed * TEMPO, amplitude, kind["hand"])
    pose = pose_frames(kind["action"], timing)
    gaze = number["mood"][:, 1]
    pose.head_yaw = pose.head_yaw + 0.12 * gaze * torch.sin(seconds * 1.7 + 3 * gaze)
    pose.head_pitch = pose.head_pitch + 0.05 * torch.sin(seconds * 2.1 + 5 * gaze)
    return pose


def _stand(
    kind: dict[str, Tensor], number: dict[str, Tensor], pose: Pose, seconds: Tensor, part: Tensor
) -> Skeleton:
    yaw, turn = number["view"].deg2rad().unbind(-1)
    yaw = yaw + turn * torch.where(turn.abs() > 3, part, part - 0.5)
    walks = kind["action"] == words.ACTIONS.index("walking")
    ahead = torch.where(walks, 0.32 * (seconds - 1.0), torch.zeros_like(seconds))
    aside = 0.12 * number["motion"][:, 3]
    # The nearer the camera, the less anybody may wander out of its sight.
    near = torch.tensor([1.0, 0.7, 0.35], device=yaw.device)[kind["shot"]]
    aside, ahead = aside * near, ahead * near
    root = torch.stack([aside + ahead * yaw.sin(), torch.zeros_like(yaw), ahead * yaw.cos()], -1)
    man = (kind["sex"] == 1).float()
    shoulder = 0.166 + 0.024 * man + 0.012 * (kind["build"].float() - 1)
    return build_skeleton(pose, yaw, root, number["height"], shoulder)
