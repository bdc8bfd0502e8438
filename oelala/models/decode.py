"""From latents to pictures, a few frames at a time: the frames before are all that a causal VAE needs."""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import Any

os.environ["DIFFUSERS_DISABLE_REMOTE_CODE"] = "1"

import torch
from diffusers.models.autoencoders.autoencoder_kl_wan import unpatchify

_AT_ONCE = 4  # frames of what has been decoded as a whole


def decode_in_16_bits(vae: Any) -> None:
    """The decoder's weights in bfloat16; pictures are still encoded in 32 bits.

    To the outside the VAE stays one of 32 bits: Animate's pipeline decodes and encodes in turns by itself.
    """
    for part in (vae.post_quant_conv, vae.decoder):
        part.to(torch.bfloat16)
        part.register_forward_pre_hook(lambda _, args: (args[0].to(torch.bfloat16), *args[1:]))
        _channels_last(part)
    vae.decoder.register_forward_hook(lambda _, args, made: made.float())


def _channels_last(part: Any) -> None:
    """As a card's convolutions want them: on an H100 a tenth faster, in less memory."""
    for layer in part.modules():
        if isinstance(layer, torch.nn.Conv3d):
            layer.weight.data = layer.weight.data.contiguous(memory_format=torch.channels_last_3d)


@torch.no_grad()
def decode_wan(pipeline: Any, latents: torch.Tensor) -> Generator[torch.Tensor]:
    """Pictures (t, 3, H, W) in 0 … 1, one latent frame after the other; the same as decoding them together.

    `latents`: (1, C, T, h, w) as a Wan pipeline gives them ("latent"). Whatever is raised, and also where it
    is not taken to the end, the VAE remembers nothing of this clip.
    """
    vae = pipeline.vae
    ready = denormalised(vae, latents)
    chunks = _tiled(vae, ready) if _is_tiled(vae, ready) else _in_order(vae, ready)
    try:
        for chunk in chunks:
            video: torch.Tensor = pipeline.video_processor.postprocess_video(chunk, output_type="pt")
            yield video[0]
    finally:
        vae.clear_cache()


def denormalised(vae: Any, latents: torch.Tensor) -> torch.Tensor:
    """As the pipelines do it, in 32 bits."""
    place = latents.to(vae.device, torch.float32)
    shape = (1, vae.config.z_dim, 1, 1, 1)
    mean = torch.tensor(vae.config.latents_mean).view(shape).to(place)
    scale = 1.0 / torch.tensor(vae.config.latents_std).view(shape).to(place)
    return place / scale + mean


def _in_order(vae: Any, latents: torch.Tensor) -> Generator[torch.Tensor]:
    """The loop of `AutoencoderKLWan._decode`, which would put everything together before it answers."""
    vae.clear_cache()
    quantised = vae.post_quant_conv(latents)
    for number in range(latents.shape[2]):
        vae._conv_idx = [0]
        chunk = vae.decoder(
            quantised[:, :, number : number + 1],
            feat_cache=vae._feat_map,
            feat_idx=vae._conv_idx,
            first_chunk=number == 0,
        )
        if vae.config.patch_size is not None:
            chunk = unpatchify(chunk, patch_size=vae.config.patch_size)
        yield chunk.clamp(-1.0, 1.0)


def _tiled(vae: Any, latents: torch.Tensor) -> Generator[torch.Tensor]:
    """Tile after tile through all frames: nothing is whole before everything is."""
    yield from vae.decode(latents, return_dict=False)[0].split(_AT_ONCE, dim=2)


def _is_tiled(vae: Any, latents: torch.Tensor) -> bool:
    height, width = latents.shape[-2:]
    scale = vae.spatial_compression_ratio
    too_wide = width > vae.tile_sample_min_width // scale
    return bool(vae.use_tiling and (too_wide or height > vae.tile_sample_min_height // scale))
