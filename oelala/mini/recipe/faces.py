"""Where faces are on the latent grid, and how much more the transformers' errors count there.

A whole body's face is 20 pixels high: less than one token, a few of 256 latent cells. Where all of them count
the same, a smudge there costs little, and a detector that sees no face takes the body to be seen from behind.
"""

import torch
from torch import Tensor

from oelala.mini.recipe.vae_loss import FACE_REACH, NOSE, nearness, people_size
from oelala.mini.topology import SPATIAL, TEMPORAL
from oelala.mini.world.stage import SIZE
from oelala.mini.world.truth import Truth

# So much more does the middle of a face count (the VAE learnt them with 3): of a frame's weight a face then
# has 14 % instead of 3 in whole bodies, 35 instead of 10 from the waist up, 57 instead of 22 in close-ups
# (means of 160 clips).
FACE_WEIGHT = 4.0
_WHOLE = 255


def face_maps(truth: Truth) -> Tensor:
    """(B, T', 16, 16) uint8 for clips of 4 T' - 3 frames: 255 where a face is in any frame of a latent one,
    less around it, 0 where it is turned away, hidden or outside.
    """
    joints = truth.joints * SIZE
    centres = (torch.arange(SIZE // SPATIAL, device=joints.device) + 0.5) * SPATIAL
    reach = FACE_REACH * people_size(joints, SIZE)
    near = nearness(joints[:, :, NOSE], reach, centres, half=SPATIAL / 2)
    near = near * truth.visible[:, :, NOSE].view(*near.shape[:2], 1, 1)
    later = near[:, 1:].unflatten(1, (-1, TEMPORAL)).amax(2)
    return (torch.cat([near[:, :1], later], 1) * _WHOLE).round().byte()


def no_faces(latents: Tensor) -> Tensor:
    """Maps of nothing for latents (B, 48, T, h, w)."""
    return torch.zeros(len(latents), *latents.shape[2:], dtype=torch.uint8, device=latents.device)


def face_weights(faces: Tensor) -> Tensor:
    """Weights (B, 1, T, h, w) of squared errors, for maps (B, T, h, w).

    Their mean is 1 in every frame: a frame counts as much as it did, and close-ups no more than whole bodies.
    """
    weights = 1 + FACE_WEIGHT * faces.unsqueeze(1).float() / _WHOLE
    return weights / weights.mean((3, 4), keepdim=True)


def mean_in_faces(error: Tensor, faces: Tensor, judged: Tensor | float = 1.0) -> Tensor:
    """The mean of errors (B, 1, T, h, w) in faces alone, of `judged` frames (1, else 0): for the log."""
    share = faces.unsqueeze(1).float() * judged
    return ((error * share).sum() / share.sum().clamp_min(1)).detach()
