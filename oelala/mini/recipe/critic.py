"""How differently two clips read: distances of the readers' features, for the VAE to learn from.

Features are compared as Zhang et al. do ("The Unreasonable Effectiveness of Deep Features", 2018): at every
place the squared distance of their directions. No weights are learnt for that; layers count alike.
"""

from pathlib import Path

import torch
import torch.nn.functional as F  # noqa: N812
from loguru import logger
from torch import Tensor, nn

from oelala.mini.recipe import checkpoint
from oelala.mini.recipe.clips import Crops
from oelala.mini.recipe.readers import FACE_PIXELS, BodyReader, FaceReader
from oelala.mini.recipe.vae_loss import NOSE

CHECKPOINT = "critic"
_NECK, _SHOULDERS, _HIPS = 1, (2, 5), (8, 11)
# Half of a head with its hair, in the distance from nose to neck; others tell the size of who bows or turns.
_HEAD, _BY_SHOULDERS, _BY_TRUNK = 0.90, 0.45, 0.34
# Boxes are this much off and this much larger or smaller, so that no pixel is always between two samples.
_OFF, _SCALED = 0.06, 0.10
# So many heads, and so many pixels of bodies, are read of a batch.
_HEADS, _BODY_PIXELS = 128, 2.0e6
# What readers say in the end, traits and maps, beside the distances of features.
_SAID, _SHOWN = 0.1, 10.0
_EPS = 1e-4
_EDGE = 4.0
# How long the gradients are that these distances have in the pixels, in that of the reconstruction loss.
SHARES = {"faces": 0.7, "bodies": 0.35}


def head_boxes(joints: Tensor) -> tuple[Tensor, Tensor]:
    """Centres (N, 2) and half sides (N,) of the heads of people with joints (N, 18, 2), in their pixels."""
    nose, neck = joints[:, NOSE], joints[:, _NECK]
    shoulders = (joints[:, _SHOULDERS[0]] - joints[:, _SHOULDERS[1]]).norm(dim=-1)
    trunk = (neck - joints[:, list(_HIPS)].mean(1)).norm(dim=-1)
    up = nose - neck
    half = _HEAD * up.norm(dim=-1)
    half = torch.maximum(half, torch.maximum(_BY_SHOULDERS * shoulders, _BY_TRUNK * trunk)).clamp_min(4)
    # A little above the nose is the middle of the face.
    return nose + 0.12 * up, half


def cut_heads(clips: Tensor, frames: Tensor, joints: Tensor) -> Tensor:
    """Heads (N, C, 96, 96) out of clips (B, C, T, H, W), of the frames (N,) numbered through all clips, whose
    joints are (N, 18, 2); boxes vary a little.
    """
    centre, half = head_boxes(joints)
    size = clips.shape[-1]
    vary = torch.rand(len(frames), 3, device=clips.device) * 2 - 1
    centre = centre + vary[:, :2] * half.unsqueeze(-1) * _OFF
    half = half * (1 + vary[:, 2] * _SCALED)
    axis = (torch.arange(FACE_PIXELS, device=clips.device) + 0.5) / FACE_PIXELS * 2 - 1
    # In grid_sample's units, -1..1 from edge to edge.
    lines = (centre.unsqueeze(-1) + half.view(-1, 1, 1) * axis) * (2 / size) - 1
    x, y = lines.unbind(1)
    wide = (len(frames), FACE_PIXELS, FACE_PIXELS)
    grid = torch.stack([x.unsqueeze(1).expand(wide), y.unsqueeze(2).expand(wide)], -1)
    flat = clips.transpose(1, 2).flatten(0, 1)[frames]
    return F.grid_sample(flat, grid, mode="bilinear", padding_mode="border", align_corners=False)


def showing_faces(crops: Crops) -> Tensor:
    """(B * T,) 1 where a nose shows, not at the very edge of the crop; else 0."""
    nose = crops.joints[:, :, NOSE]
    inside = ((nose > _EDGE) & (nose < crops.clips.shape[-1] - _EDGE)).all(-1)
    return (crops.visible[:, :, NOSE] & inside).flatten().float()


def distance(made: list[Tensor], truth: list[Tensor]) -> Tensor:
    """Of features (N, C, H, W) at several sizes: the mean squared distance of their directions, 0..4."""
    each = []
    for a, b in zip(made, truth, strict=True):
        one, other = (x.float() * (x.float().square().sum(1, keepdim=True) + _EPS).rsqrt() for x in (a, b))
        each.append((one - other).square().sum(1).mean())
    return torch.stack(each).mean()


class Critic(nn.Module):
    """Both readers; trained by `CriticStage`, then frozen."""

    def __init__(self, *, tiny: bool = False) -> None:
        super().__init__()
        self.faces, self.bodies = FaceReader(tiny=tiny), BodyReader(tiny=tiny)

    def forward(self, made: Tensor, truth: Crops) -> dict[str, Tensor]:
        """How far `made` (B, 3, T, H, W) reads from the true clips, by what is read."""
        faces = self.face_distance(made, truth)
        there = {} if faces is None else {"faces": faces}
        return there | {"bodies": self.body_distance(made, truth.clips)}

    def face_distance(self, made: Tensor, truth: Crops) -> Tensor | None:
        """Between the heads of `made` (B, 3, T, H, W) and the true ones; None where none shows."""
        showing = showing_faces(truth)
        if not showing.any():
            return None
        frames = torch.multinomial(showing, _HEADS, replacement=True)
        # Both by the same boxes.
        joints = truth.joints.flatten(0, 1)[frames]
        heads = cut_heads(torch.cat([made, truth.clips], 1), frames, joints)
        features, traits = self.faces(heads[:, :3])
        with torch.no_grad():
            wanted_features, wanted = self.faces(heads[:, 3:])
        return distance(features, wanted_features) + _SAID * F.smooth_l1_loss(traits.float(), wanted.float())

    def body_distance(self, made: Tensor, truth: Tensor) -> Tensor:
        """Between some frames of two clips (B, 3, T, H, W)."""
        flat = [clips.transpose(1, 2).flatten(0, 1) for clips in (made, truth)]
        count = min(len(flat[0]), max(1, int(_BODY_PIXELS / truth.shape[-1] ** 2)))
        frames = torch.randperm(len(flat[0]), device=truth.device)[:count]
        features, maps = self.bodies(flat[0][frames])
        with torch.no_grad():
            wanted_features, wanted = self.bodies(flat[1][frames])
        apart = (maps.float().sigmoid() - wanted.float().sigmoid()).square().mean()
        return distance(features, wanted_features) + _SHOWN * apart


def load_critic(folder: Path, device: torch.device, *, tiny: bool) -> Critic | None:
    """The folder's critic, frozen; None where none was trained."""
    found = checkpoint.load(folder / CHECKPOINT)
    if found is None:
        logger.warning("no critic in {}: the VAE learns from pixels alone", folder)
        return None
    critic = Critic(tiny=tiny)
    critic.load_state_dict({name: value.float() for name, value in found[0].items()})
    return critic.to(device).eval().requires_grad_(False)


def joined_gradient(made: Tensor, loss: Tensor, apart: dict[str, Tensor]) -> Tensor:
    """The gradient of `loss` in the pixels `made`, and with it those of the distances, each scaled to its
    share of the length of that: what they weigh does not hang on how a reader came to scale its features.
    """
    (main,) = torch.autograd.grad(loss, made)
    joined, length = main.clone(), main.norm()
    for name, far in apart.items():
        (other,) = torch.autograd.grad(far, made)
        joined += other * (SHARES[name] * length / other.norm().clamp_min(_EPS**3))
    return joined
