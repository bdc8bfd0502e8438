"""The VAE over a whole clip in one pass, for training: equal to diffusers' chunk by chunk, with fewer
launches.

diffusers walks a clip four frames at a time and caches the past, which bounds memory and, on a GPU, leaves it
idle between thousands of small kernels. Every layer is causal, so a whole clip can pass at once; single
frames need only the last slice of every kernel in time, a plain 2D convolution.
"""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from diffusers import AutoencoderKLWan
from diffusers.models.autoencoders.autoencoder_kl_wan import patchify, unpatchify
from torch import Tensor, nn

NormSilu = Callable[[Tensor, Tensor, int], Tensor]


def norm_silu(x: Tensor, gamma: Tensor, late: int) -> Tensor:
    """RMS norm over channels, times gamma, then SiLU, in float32; x (B, C, T, H, W).

    `late` frames of zeros go in front, for the causal convolution that follows.
    """
    wide = x.float()
    scale = torch.rsqrt((wide * wide).mean(1, keepdim=True) + 1e-12)
    made = F.silu(wide * scale * gamma.float()).to(x.dtype)
    return F.pad(made, (0, 0, 0, 0, late, 0)) if late else made


def _conv(conv: nn.Conv3d, x: Tensor, *, padded: bool = False) -> Tensor:
    """A WanCausalConv3d over the whole clip: zeros before the first frame, unless they are there already."""
    late = conv.kernel_size[0] - 1
    space = (conv.kernel_size[1] // 2, conv.kernel_size[2] // 2)
    if x.shape[2] == 1:
        flat = x.squeeze(2).contiguous(memory_format=torch.channels_last)
        return F.conv2d(flat, conv.weight[:, :, -1], conv.bias, padding=space).unsqueeze(2)
    if late and not padded:
        x = F.pad(x, (0, 0, 0, 0, late, 0))
    x = x.contiguous(memory_format=torch.channels_last_3d)
    return F.conv3d(x, conv.weight, conv.bias, padding=(0, *space))


def _each_frame(layer: nn.Module, x: Tensor) -> Tensor:
    b, t = x.shape[0], x.shape[2]
    flat = x.transpose(1, 2).flatten(0, 1).contiguous(memory_format=torch.channels_last)
    return layer(flat).unflatten(0, (b, t)).transpose(1, 2)


def lay_out(vae: AutoencoderKLWan) -> None:
    """Lay the weights of all convolutions out channels last, as they are used here."""
    for module in vae.modules():
        if isinstance(module, nn.Conv3d):
            module.weight.data = module.weight.data.contiguous(memory_format=torch.channels_last_3d)
        elif isinstance(module, nn.Conv2d):
            module.weight.data = module.weight.data.contiguous(memory_format=torch.channels_last)


def training_pass(device: torch.device, *, enabled: bool) -> torch.autocast:
    """The number format of training; what is compiled for it has to be compiled inside."""
    return torch.autocast(device.type, torch.bfloat16, enabled=enabled)


class WholeClip:
    """Encode and decode whole clips with the weights of `vae`; `fused` may be a compiled `norm_silu`."""

    def __init__(self, vae: AutoencoderKLWan, fused: NormSilu = norm_silu) -> None:
        self.vae = vae
        self.norm_silu = fused

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(B, 3, 4k+1, H, W) in -1..1 to the mean and log variance of (B, 48, k+1, H/16, W/16)."""
        encoder: Any = self.vae.encoder
        h = _conv(encoder.conv_in, patchify(x, self.vae.config.patch_size))
        for block in encoder.down_blocks:
            short = block.avg_shortcut(h)
            for resnet in block.resnets:
                h = self._resnet(resnet, h)
            if block.downsampler is not None:
                h = self._down(block.downsampler, h)
            h = h + short
        h = self._middle(encoder.mid_block, h)
        h = self._norm_conv(encoder.norm_out, encoder.conv_out, h)
        mean, log_variance = _conv(self.vae.quant_conv, h).float().chunk(2, 1)
        return mean, log_variance.clamp(-30, 20)

    def decode(self, z: Tensor) -> Tensor:
        """Latents to (B, 3, 4k+1, H, W); not clamped, so that training sees its faults."""
        decoder: Any = self.vae.decoder
        h = self._middle(decoder.mid_block, _conv(decoder.conv_in, _conv(self.vae.post_quant_conv, z)))
        for block in decoder.up_blocks:
            start = h
            for resnet in block.resnets:
                h = self._resnet(resnet, h)
            if block.upsampler is not None:
                h = self._up(block.upsampler, h)
            if block.avg_shortcut is not None:
                h = h + block.avg_shortcut(start, first_chunk=True)
        h = self._norm_conv(decoder.norm_out, decoder.conv_out, h)
        return unpatchify(h, self.vae.config.patch_size)

    def _norm_conv(self, norm: Any, conv: Any, x: Tensor) -> Tensor:
        late = 2 if x.shape[2] > 1 else 0
        return _conv(conv, self.norm_silu(x, norm.gamma, late), padded=True)

    def _resnet(self, block: Any, x: Tensor) -> Tensor:
        short = x if isinstance(block.conv_shortcut, nn.Identity) else _conv(block.conv_shortcut, x)
        return short + self._norm_conv(block.norm2, block.conv2, self._norm_conv(block.norm1, block.conv1, x))

    def _middle(self, block: Any, x: Tensor) -> Tensor:
        x = self._resnet(block.resnets[0], x)
        for attention, resnet in zip(block.attentions, block.resnets[1:], strict=True):
            x = self._resnet(resnet, attention(x))
        return x

    @staticmethod
    def _down(sampler: Any, x: Tensor) -> Tensor:
        x = _each_frame(sampler.resample, x)
        if sampler.mode == "downsample3d" and x.shape[2] > 1:
            later = F.conv3d(x, sampler.time_conv.weight, sampler.time_conv.bias, stride=(2, 1, 1))
            x = torch.cat([x[:, :, :1], later], 2)
        return x

    @staticmethod
    def _up(sampler: Any, x: Tensor) -> Tensor:
        if sampler.mode == "upsample3d" and x.shape[2] > 1:
            later = _conv(sampler.time_conv, x[:, :, 1:]).unflatten(1, (2, -1))
            later = later.permute(0, 2, 3, 1, 4, 5).flatten(2, 3)
            x = torch.cat([x[:, :, :1], later.to(x.dtype)], 2)
        return _each_frame(sampler.resample, x)


def encode_for(whole: WholeClip, clips: Tensor, *, decoder_only: bool) -> tuple[Tensor, Tensor]:
    """`WholeClip.encode`, without gradients where only the decoder is trained."""
    with torch.set_grad_enabled(not decoder_only):
        return whole.encode(clips)
