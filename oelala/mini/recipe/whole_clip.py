"""The VAE over a whole clip in one pass, for training: equal to diffusers' chunk by chunk, with fewer
launches.

diffusers walks a clip four frames at a time and caches the past, which bounds memory and, on a GPU, leaves it
idle between thousands of small kernels. Every layer is causal, so a whole clip can pass at once, as frames
(B * T, C, H, W), channels last; `norm_silu` says how three frames become one 2D convolution.
"""

from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from diffusers import AutoencoderKLWan
from diffusers.models.autoencoders.autoencoder_kl_wan import patchify, unpatchify
from torch import Tensor, nn

from oelala.mini.recipe.norm_silu import NormSilu, look_back, norm_silu


def training_pass(device: torch.device, *, enabled: bool) -> torch.autocast:
    """The number format of training."""
    return torch.autocast(device.type, torch.bfloat16, enabled=enabled)


def _flat(x: Tensor) -> Tensor:
    """(B, C, T, H, W) to frames (B * T, C, H, W)."""
    return x.transpose(1, 2).flatten(0, 1).contiguous(memory_format=torch.channels_last)


def _clips(x: Tensor, frames: int) -> Tensor:
    """Frames (B * T, C, H, W) to (B, C, T, H, W)."""
    return x.unflatten(0, (-1, frames)).transpose(1, 2)


def _conv(conv: nn.Conv3d, x: Tensor) -> Tensor:
    """A causal convolution, of frames that `look_back`, or of single ones: only its last slice sees those."""
    weight = conv.weight
    back = x.shape[1] // weight.shape[1]
    flat = weight[:, :, -back:].transpose(1, 2).flatten(1, 2)
    return F.conv2d(x, flat, conv.bias, padding=(weight.shape[3] // 2, weight.shape[4] // 2))


class WholeClip:
    """Encode and decode whole clips with the weights of `vae`; `norm` may be the fused `norm_silu`."""

    def __init__(self, vae: AutoencoderKLWan, norm: NormSilu = norm_silu) -> None:
        self.vae = vae
        self.norm_silu = norm

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(B, 3, 4k+1, H, W) in -1..1 to the mean and log variance of (B, 48, k+1, H/16, W/16)."""
        encoder: Any = self.vae.encoder
        t = x.shape[2]
        h = self._plain(encoder.conv_in, _flat(patchify(x, self.vae.config.patch_size)), t)
        for block in encoder.down_blocks:
            start, before = h, t
            for resnet in block.resnets:
                h = self._resnet(resnet, h, t)
            if block.downsampler is not None:
                h, t = self._down(block.downsampler, h, t)
            h = h + _flat(block.avg_shortcut(_clips(start, before)))
        h = self._middle(encoder.mid_block, h, t)
        h = self._norm_conv(encoder.norm_out, encoder.conv_out, h, t)
        mean, log_variance = _clips(_conv(self.vae.quant_conv, h), t).float().chunk(2, 1)
        return mean, log_variance.clamp(-30, 20)

    def decode(self, z: Tensor) -> Tensor:
        """Latents to (B, 3, 4k+1, H, W); not clamped, so that training sees its faults."""
        decoder: Any = self.vae.decoder
        t = z.shape[2]
        h = self._plain(decoder.conv_in, _conv(self.vae.post_quant_conv, _flat(z)), t)
        h = self._middle(decoder.mid_block, h, t)
        for block in decoder.up_blocks:
            start, before = h, t
            for resnet in block.resnets:
                h = self._resnet(resnet, h, t)
            if block.upsampler is not None:
                h, t = self._up(block.upsampler, h, t)
            if block.avg_shortcut is not None:
                h = h + _flat(block.avg_shortcut(_clips(start, before), first_chunk=True))
        h = self._norm_conv(decoder.norm_out, decoder.conv_out, h, t)
        return unpatchify(_clips(h, t), self.vae.config.patch_size)

    @staticmethod
    def _plain(conv: nn.Conv3d, x: Tensor, t: int) -> Tensor:
        return _conv(conv, x if t == 1 else look_back(x, t))

    def _norm_conv(self, norm: Any, conv: Any, x: Tensor, t: int) -> Tensor:
        return _conv(conv, self.norm_silu(x, norm.gamma.flatten(), t))

    def _resnet(self, block: Any, x: Tensor, t: int) -> Tensor:
        short = x if isinstance(block.conv_shortcut, nn.Identity) else _conv(block.conv_shortcut, x)
        inner = self._norm_conv(block.norm1, block.conv1, x, t)
        return short + self._norm_conv(block.norm2, block.conv2, inner, t)

    def _middle(self, block: Any, x: Tensor, t: int) -> Tensor:
        x = self._resnet(block.resnets[0], x, t)
        for attention, resnet in zip(block.attentions, block.resnets[1:], strict=True):
            x = self._resnet(resnet, _flat(attention(_clips(x, t))), t)
        return x

    @staticmethod
    def _down(sampler: Any, x: Tensor, t: int) -> tuple[Tensor, int]:
        """Half the width and height, and where it resamples time, every other frame of 2k + 1."""
        x = sampler.resample(x)
        if sampler.mode != "downsample3d" or t == 1:
            return x, t
        clips = x.unflatten(0, (-1, t))
        three = torch.cat([clips[:, 0:-2:2], clips[:, 1:-1:2], clips[:, 2::2]], 2)
        later = _conv(sampler.time_conv, three.flatten(0, 1)).unflatten(0, (-1, t // 2))
        return torch.cat([clips[:, :1].to(later.dtype), later], 1).flatten(0, 1), t // 2 + 1

    @staticmethod
    def _up(sampler: Any, x: Tensor, t: int) -> tuple[Tensor, int]:
        """Twice the width and height, and where it resamples time, two frames for each but the first."""
        upsample, conv = sampler.resample
        if sampler.mode == "upsample3d" and t > 1:
            clips = x.unflatten(0, (-1, t))
            later = _conv(sampler.time_conv, look_back(clips[:, 1:].flatten(0, 1), t - 1))
            # the first half of the channels is the earlier frame of the two
            later = later.unflatten(1, (2, -1)).flatten(0, 1).unflatten(0, (-1, 2 * (t - 1)))
            x, t = torch.cat([clips[:, :1].to(later.dtype), later], 1).flatten(0, 1), 2 * t - 1
        x = x.contiguous(memory_format=torch.channels_last)
        return conv(F.interpolate(x, scale_factor=upsample.scale_factor, mode="nearest")), t


def encode_for(whole: WholeClip, clips: Tensor, *, decoder_only: bool) -> tuple[Tensor, Tensor]:
    """`WholeClip.encode`, without gradients where only the decoder is trained."""
    with torch.set_grad_enabled(not decoder_only):
        return whole.encode(clips)
