"""Two small networks that read rendered people: whose face it is, and where the joints are.

The VAE learns from them what L1 and squared error cannot say: to those a pair of glasses is a hundred pixels,
to a reader of faces it is somebody else. They know nothing of the judges (MediaPipe, YuNet, dlib's
descriptor): they learn from the numbers that the world was rendered from.
"""

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from oelala.mini.recipe.traits import TRAITS
from oelala.mini.world.truth import JOINTS

FACE_PIXELS = 96
_WIDTHS, _TINY_WIDTHS = (32, 64, 128, 192, 256), (8, 8, 8, 8, 8)
_GROUPS = 8
# A map's cell is so many pixels wide.
CELL = 8


class _Stage(nn.Module):
    """Two convolutions and a way round the second; half the width and height where `stride` is 2."""

    def __init__(self, inner: int, outer: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(inner, outer, 3, stride, 1)
        self.second = nn.Conv2d(outer, outer, 3, 1, 1)
        self.norms = nn.ModuleList(nn.GroupNorm(_GROUPS, outer) for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        x = F.silu(self.norms[0](self.first(x)))
        return x + F.silu(self.norms[1](self.second(x)))


class Trunk(nn.Module):
    """Pictures (N, 3, H, W) in -1..1 to features at 1, 1/2, 1/4, 1/8 and 1/16 of the size."""

    def __init__(self, *, tiny: bool = False) -> None:
        super().__init__()
        self.widths = _TINY_WIDTHS if tiny else _WIDTHS
        inner = (3, *self.widths[:-1])
        self.stages = nn.ModuleList(
            _Stage(a, b, 1 if a == 3 else 2) for a, b in zip(inner, self.widths, strict=True)
        )

    def forward(self, x: Tensor) -> list[Tensor]:
        """All five."""
        x = x.contiguous(memory_format=torch.channels_last)
        made = []
        for stage in self.stages:
            x = stage(x)
            made.append(x)
        return made


class FaceReader(nn.Module):
    """Heads (N, 3, 96, 96) to features, and to traits (N, TRAITS) less their mean, in their deviations."""

    def __init__(self, *, tiny: bool = False) -> None:
        super().__init__()
        self.trunk = Trunk(tiny=tiny)
        self.out = nn.Linear(self.trunk.widths[-1] * (FACE_PIXELS // 16) ** 2, TRAITS)
        self.mean = nn.Buffer(torch.zeros(TRAITS))
        self.deviation = nn.Buffer(torch.ones(TRAITS))

    def forward(self, heads: Tensor) -> tuple[list[Tensor], Tensor]:
        """Features and traits."""
        features = self.trunk(heads)
        return features, self.out(features[-1].flatten(1))

    @torch.no_grad()
    def measure(self, traits: Tensor) -> None:
        """Take mean and deviation from traits (N, TRAITS) of many people."""
        self.mean.copy_(traits.mean(0))
        # What hardly anybody has, a hair style, must not count for more than what tells people apart.
        self.deviation.copy_(traits.std(0, correction=0).clamp_min(0.1))

    def wanted(self, traits: Tensor) -> Tensor:
        """What `forward` should say of them."""
        return (traits - self.mean) / self.deviation


class BodyReader(nn.Module):
    """Frames (N, 3, H, W) to features, and to logits of joint maps (N, 18, H / 8, W / 8)."""

    def __init__(self, *, tiny: bool = False) -> None:
        super().__init__()
        self.trunk = Trunk(tiny=tiny)
        self.out = nn.Conv2d(sum(self.trunk.widths[-2:]), len(JOINTS), 1)
        nn.init.constant_(self.out.bias, -4.0)

    def forward(self, frames: Tensor) -> tuple[list[Tensor], Tensor]:
        """Features and maps."""
        features = self.trunk(frames)
        far = F.interpolate(features[4], scale_factor=2, mode="nearest")
        return features, self.out(torch.cat([features[3], far], 1))


def joint_maps(joints: Tensor, size: int) -> Tensor:
    """What a body reader should say of joints (N, 18, 2) in pixels: (N, 18, size / 8, size / 8), 1 at a joint
    and falling off within a cell or two; 0 where there is none.
    """
    axis = (torch.arange(size // CELL, device=joints.device) + 0.5) * CELL
    away = ((joints.unsqueeze(-1) - axis) / CELL).nan_to_num(99.0).square()
    x, y = torch.exp(-away).unbind(2)
    return y.unsqueeze(-1) * x.unsqueeze(-2)
