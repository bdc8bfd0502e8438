"""The VAE's decoder alone, at the end: latents, and all that was made of them, stay as they are.

It sees whole pictures and whole clips, as the yardstick does (PSNR of held-out clips), and comes to what the
yardstick counts: the squared error of each clip, on a log scale.
"""

from diffusers import AutoencoderKLWan
from torch import Tensor, nn

from oelala.mini.recipe.vae_loss import reconstruction_loss

FROZEN = ("encoder", "quant_conv")
# The share of the schedule at which squared error begins to count, and at which nothing else does any more.
_BEGIN, _ALONE = 0.25, 0.60
# So that the gradient is about as long as that of `reconstruction_loss`.
_WEIGHT = 0.1
# 39 dB: what is better than that does not have to become better yet.
_GOOD_ENOUGH = 5e-4


def freeze(vae: AutoencoderKLWan) -> list[nn.Parameter]:
    """Keep what makes latents as it is; the parameters that remain to be trained."""
    for name in FROZEN:
        getattr(vae, name).requires_grad_(False)
    return [value for value in vae.parameters() if value.requires_grad]


def squared_error(made: Tensor, truth: Tensor, extra: Tensor | float = 0.0) -> Tensor:
    """Mean log of each clip's squared error (B, 3, T, H, W), as PSNR has it, but for what is good enough.

    `extra` weight is for faces: small ones hardly show in a clip's error, and everything in who somebody is.
    """
    error = (made - truth).square() * (1 + extra)
    return (error.mean((1, 2, 3, 4)) + _GOOD_ENOUGH).log().mean()


def decoder_loss(made: Tensor, truth: Tensor, extra: Tensor | float, done: float) -> Tensor:
    """From `reconstruction_loss` to the squared error after a share `done` of the schedule."""
    share = min(1.0, max(0.0, (done - _BEGIN) / (_ALONE - _BEGIN)))
    loss = share * _WEIGHT * squared_error(made, truth, extra)
    return loss if share == 1 else loss + (1 - share) * reconstruction_loss(made, truth, extra)
