"""TAEHV: a tiny decoder that shows every frame of a clip while it is still being denoised.

The architecture, and the names of its weights, are those of madebyollin/taehv (MIT; `taew2_1`, `taew2_2`):
a chain of 2D convolutions in which some blocks also see what they saw a frame earlier.
"""

from __future__ import annotations

from pathlib import Path

import torch
from loguru import logger
from numpy import uint8
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from oelala.models.latent_preview import LatentPreview

_WIDTHS = (256, 128, 64, 64)
_GROWS = (1, 2, 2)  # frames out of each one in, by stage
_PREFIX = "decoder."
# A preview is at most 256 pixels wide: of three doublings one is enough, at half the work (5.3e12 operations
# for 832 × 480 × 81; 11.4e12 with all of them).
_DOUBLINGS = 1
_AT_ONCE = 4  # latent frames; at 832 × 480 their largest layer then takes 51 MB in 16 bits


class Bounded(nn.Module):
    def forward(self, latents: Tensor) -> Tensor:
        return torch.tanh(latents / 3) * 3


class Remembering(nn.Module):
    """Sees each frame together with the one before."""

    def __init__(self, width: int) -> None:
        super().__init__()
        first = nn.Conv2d(2 * width, width, 3, padding=1)
        second, third = (nn.Conv2d(width, width, 3, padding=1) for _ in range(2))
        self.conv = nn.Sequential(first, nn.ReLU(), second, nn.ReLU(), third)

    def forward(self, frames: Tensor, before: Tensor) -> Tensor:
        return torch.relu(self.conv(torch.cat([frames, before], 1)) + frames)


class Growing(nn.Module):
    """`times` frames out of each."""

    def __init__(self, width: int, times: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(width, width * times, 1, bias=False)

    def forward(self, frames: Tensor) -> Tensor:
        return self.conv(frames).reshape(-1, *frames.shape[1:])


class TinyDecoder(nn.Module):
    """Latents (T, C, h, w), as the transformer sees them, to pictures (4T - 3, 3, H, W) of about 0 … 1.

    `patch`: pixels on a side that the last layer gives at once. `doublings`: of three, how many times the
    size is doubled on the way; with all of them pictures have the clip's own size.
    """

    def __init__(self, channels: int, patch: int = 1, doublings: int = 3) -> None:
        super().__init__()
        self._patch = patch
        layers: list[nn.Module] = [Bounded(), nn.Conv2d(channels, _WIDTHS[0], 3, padding=1), nn.ReLU()]
        for stage, times in enumerate(_GROWS):
            width, following = _WIDTHS[stage : stage + 2]
            layers += [Remembering(width) for _ in range(3)]
            layers += [nn.Upsample(scale_factor=2 if stage < doublings else 1), Growing(width, times)]
            layers.append(nn.Conv2d(width, following, 3, padding=1, bias=False))
        layers += [nn.ReLU(), nn.Conv2d(_WIDTHS[-1], 3 * patch**2, 3, padding=1)]
        self.decoder = nn.Sequential(*layers)

    @property
    def too_many(self) -> int:
        """Frames that the first latent gives and the clip does not have."""
        grown = 1
        for times in _GROWS:
            grown *= times
        return grown - 1

    def forward(self, latents: Tensor) -> Tensor:
        memory: dict[int, Tensor] = {}
        frames = torch.cat([self._group(part, memory) for part in latents.split(_AT_ONCE)])
        return nn.functional.pixel_shuffle(frames, self._patch)[self.too_many :]

    def _group(self, frames: Tensor, memory: dict[int, Tensor]) -> Tensor:
        for number, layer in enumerate(self.decoder):
            if isinstance(layer, Remembering):
                before = torch.cat([memory.get(number, torch.zeros_like(frames[:1])), frames[:-1]])
                memory[number] = frames[-1:]
                frames = layer(frames, before)
            else:
                frames = layer(frames)
        return frames


def load_tiny_decoder(file: Path, channels: int, patch: int) -> TinyDecoder | None:
    """For previews, in 32 bits on the processor; None for a file that is absent or holds something else."""
    decoder = TinyDecoder(channels, patch, _DOUBLINGS)
    try:
        with safe_open(file, "pt") as opened:
            names = [name for name in opened.keys() if name.startswith(_PREFIX)]  # noqa: SIM118 - no mapping
            weights = {name: opened.get_tensor(name).float() for name in names}
        decoder.load_state_dict(weights)
    except (OSError, SafetensorError, RuntimeError) as fault:
        logger.debug("no tiny decoder: {}", str(fault).splitlines()[0])
        return None
    return decoder.eval().requires_grad_(False)


class TinyPreview:
    """Every frame of a clip; where the card has no room for that, from then on what `fallback` makes."""

    def __init__(self, decoder: TinyDecoder, fallback: LatentPreview, device: torch.device) -> None:
        self._fallback, self._failed = fallback, False
        self._decoder = decoder.to(device, torch.float32 if device.type == "cpu" else torch.float16)

    @property
    def pace(self) -> int:
        return self._fallback.pace if self._failed else self._decoder.too_many + 1

    @torch.no_grad()
    def __call__(self, latents: Tensor) -> NDArray[uint8]:
        """Latents (1, C, T, h, w) to RGB frames (4T - 3, H, W, 3)."""
        if not self._failed:
            try:
                return self._decoded(latents)
            except torch.OutOfMemoryError:
                self._failed = True
                logger.info("no room on the card for larger previews")
        return self._fallback(latents)

    def _decoded(self, latents: Tensor) -> NDArray[uint8]:
        weight = next(self._decoder.parameters())
        pictures = self._decoder(latents[0].transpose(0, 1).to(weight))
        scaled = (pictures.float().clamp_(0, 1) * 255).round_().to(torch.uint8)
        return scaled.permute(0, 2, 3, 1).contiguous().cpu().numpy()
