"""RMS norm, SiLU, and the frames a causal convolution looks back at, in one go: the step between any two
convolutions of the VAE.

Activations are frames (B * T, C, H, W), channels last. A kernel of three frames is a 2D one over three times
the channels: of the frame before the last, the last one, and this one. 2D convolutions over many channels are
what GPUs are quick at; 3D ones over few are not (some 4 % of an H100's peak, from counted operations and 50
measured megapixels a second).
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

BACK = 3
EPS = 1e-12
# x (B * T, C, H, W), gamma (C,) and T to (B * T, 3 C, H, W), or to (B, C, H, W) for T = 1.
NormSilu = Callable[[Tensor, Tensor, int], Tensor]


def look_back(x: Tensor, frames: int) -> Tensor:
    """Frames (B * T, C, H, W) beside the two before each, zeros before the first: (B * T, 3 C, H, W)."""
    clips = x.unflatten(0, (-1, frames))
    padded = F.pad(clips, (0, 0, 0, 0, 0, 0, BACK - 1, 0))
    beside = torch.cat([padded[:, start : start + frames] for start in range(BACK)], 2)
    return beside.flatten(0, 1).contiguous(memory_format=torch.channels_last)


def norm_silu(x: Tensor, gamma: Tensor, frames: int) -> Tensor:
    """The plain way: norm over channels times gamma, SiLU in float32, then `look_back`."""
    wide = x.float()
    scale = torch.rsqrt((wide * wide).mean(1, keepdim=True) + EPS)
    made = F.silu(wide * scale * gamma.float().view(1, -1, 1, 1)).to(x.dtype)
    return made if frames == 1 else look_back(made, frames)
