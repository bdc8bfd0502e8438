"""What the pose transformer is told beside the noise, tensor by tensor as `WanVACEPipeline` prepares it.

352 channels for every latent frame: the latents of what has to stay ("inactive", 48), those of what is to be
made anew but may be looked at ("reactive", 48: the skeletons), and the 16 x 16 pixels of the mask that one
latent covers (256; 1 = to be made). Where a pixel belongs to the other half it is 0, a grey. A reference
picture is one latent frame in front, inactive, with zeros for the rest; what is made there is thrown away.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from oelala.mini.topology import SPATIAL, TEMPORAL

# The grey (128, 128, 128) that callers draw where nothing is given, in -1..1.
GREY = 128 / 127.5 - 1
Encode = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Scale:
    """`latents_mean` and `latents_std` of the VAE, each (1, 48, 1, 1, 1)."""

    mean: Tensor
    std: Tensor

    @staticmethod
    def of(numbers: dict[str, list[float]], device: torch.device) -> "Scale":
        """From a VAE's config, or the statistics of the latents."""
        mean, std = (
            torch.tensor(numbers[key], device=device).view(1, -1, 1, 1, 1)
            for key in ("latents_mean", "latents_std")
        )
        return Scale(mean, std)

    def __call__(self, latents: Tensor) -> Tensor:
        """Normalised latents, in float32."""
        return (latents.float() - self.mean) / self.std


def halves(video: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Inactive and reactive half of a video (B, 3, T, H, W); mask (B, 1, T, H, W), 1 = to be made."""
    made = (mask > 0.5).to(video.dtype)
    return video * (1 - made), video * made


def mask_channels(mask: Tensor) -> Tensor:
    """(B, 1, T, H, W) to (B, 256, ceil(T/4), H/16, W/16): one channel a pixel, one frame of about four.

    Which of the four is the pipeline's choice ("nearest-exact"): of 33 frames it looks at 1, 5, 9, ... 31, so
    a single first or last frame that is kept shows in the inactive latents, not here.
    """
    b, _, t, height, width = mask.shape
    shape = ((t + TEMPORAL - 1) // TEMPORAL, height // SPATIAL, width // SPATIAL)
    pixels = mask[:, 0].view(b, t, shape[1], SPATIAL, shape[2], SPATIAL)
    channels = pixels.permute(0, 3, 5, 1, 2, 4).flatten(1, 2)
    return F.interpolate(channels, size=shape, mode="nearest-exact")


def kept_frames_mask(frames: tuple[int, ...], num_frames: int, size: int) -> Tensor:
    """(1, 1, num_frames, size, size): 0 for the frames that are given, 1 for those to be made."""
    mask = torch.ones(1, 1, num_frames, size, size)
    mask[:, :, list(frames)] = 0
    return mask


def kept_frames_video(clips: Tensor, frames: tuple[int, ...]) -> Tensor:
    """The given frames of clips (B, 3, T, H, W), grey for all others."""
    video = torch.full_like(clips, GREY)
    video[:, :, list(frames)] = clips[:, :, list(frames)]
    return video


def join(inactive: Tensor, reactive: Tensor, masks: Tensor) -> Tensor:
    """Control (B, 352, T, h, w) of normalised latents (B, 48, T, h, w) and `mask_channels`."""
    return torch.cat([inactive, reactive, masks.to(inactive.dtype)], 1)


def with_reference(control: Tensor, reference: Tensor) -> Tensor:
    """Control with the normalised latents of a reference (B, 48, 1, h, w) as one frame more, in front."""
    rest = control.new_zeros(control.shape[0], control.shape[1] - reference.shape[1], *reference.shape[2:])
    return torch.cat([torch.cat([reference, rest], 1), control], 2)


def conditions(
    encode: Encode, scale: Scale, video: Tensor, mask: Tensor, reference: Tensor | None = None
) -> Tensor:
    """Control of a video and a mask as in `halves`, and a reference (B, 3, 1, H, W); `encode` gives the
    means of the VAE's latents.
    """
    inactive, reactive = (scale(encode(half)) for half in halves(video, mask))
    control = join(inactive, reactive, mask_channels(mask))
    return control if reference is None else with_reference(control, scale(encode(reference)))


def letter_boxed(picture: Tensor, size: int) -> Tensor:
    """Pictures (B, 3, H, W) in -1..1, as large as fits, in the middle of a white square of that size."""
    scale = min(size / picture.shape[-2], size / picture.shape[-1])
    height, width = int(picture.shape[-2] * scale), int(picture.shape[-1] * scale)
    small = F.interpolate(picture, size=(height, width), mode="bilinear", align_corners=False)
    canvas = picture.new_ones(*picture.shape[:2], size, size)
    top, left = (size - height) // 2, (size - width) // 2
    canvas[:, :, top : top + height, left : left + width] = small
    return canvas
