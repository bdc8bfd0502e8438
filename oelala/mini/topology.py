"""The shape of Oelala Mini: Wan2.2-TI2V-5B in miniature, as unmodified diffusers classes.

`build_random(folder, *, tiny=False)` writes a random-weight diffusers folder of the exact layout: use it in
tests that need a pipeline but no picture. `build_random_pose(folder, *, tiny=False)` writes the matching pose
transformer.

The VAE lists four temporal entries although three levels resample: `WanVACEPipeline` derives the spatial
factor (16) from the length of that list, and fails with three.
"""

from pathlib import Path
from typing import Any

import torch
from diffusers import (
    AutoencoderKLWan,
    UniPCMultistepScheduler,
    WanPipeline,
    WanTransformer3DModel,
    WanVACETransformer3DModel,
)
from transformers import UMT5Config, UMT5EncoderModel

from oelala.mini.tokenizer import VOCAB_SIZE, train_tokenizer
from oelala.models.latent_preview import FILE_NAME, fit_preview, synthetic_clips

HEIGHT = WIDTH = 256
FPS = 16
NUM_FRAMES = 33
Z_DIM = 48
SPATIAL, TEMPORAL = 16, 4
FLOW_SHIFT = 3.0
MAX_SHARD_SIZE = "15MB"
DTYPE_ON_DISK = torch.bfloat16

VAE: dict[str, Any] = {
    "base_dim": 40,
    "decoder_base_dim": 32,
    "z_dim": Z_DIM,
    "dim_mult": [1, 2, 4, 4],
    "num_res_blocks": 1,
    "temperal_downsample": [False, True, True, False],
    "is_residual": True,
    "in_channels": 12,
    "out_channels": 12,
    "patch_size": 2,
    "scale_factor_spatial": SPATIAL,
    "scale_factor_temporal": TEMPORAL,
    "latents_mean": [0.0] * Z_DIM,
    "latents_std": [1.0] * Z_DIM,
}
TRANSFORMER: dict[str, Any] = {
    "patch_size": (1, 2, 2),
    "num_attention_heads": 4,
    "attention_head_dim": 64,
    "in_channels": Z_DIM,
    "out_channels": Z_DIM,
    "text_dim": 256,
    "freq_dim": 256,
    "ffn_dim": 1024,
    "num_layers": 8,
    "cross_attn_norm": True,
    "qk_norm": "rms_norm_across_heads",
    "eps": 1e-6,
}
# Two latents of the video and one mask channel for each of the VAE's 16 x 16 pixels.
POSE = TRANSFORMER | {"vace_layers": [0, 2, 4, 6], "vace_in_channels": 2 * Z_DIM + SPATIAL**2}
TEXT: dict[str, Any] = {
    "vocab_size": VOCAB_SIZE,
    "d_model": 256,
    "d_kv": 64,
    "num_heads": 4,
    "d_ff": 1024,
    "num_layers": 3,
    "is_encoder_decoder": False,
    "tie_word_embeddings": False,
    "dropout_rate": 0.0,
    "pad_token_id": 0,
    "eos_token_id": 1,
}
_TINY_VAE = VAE | {"base_dim": 4, "decoder_base_dim": 4}
_TINY_TRANSFORMER = TRANSFORMER | {
    "num_attention_heads": 2,
    "attention_head_dim": 16,
    "text_dim": 32,
    "freq_dim": 32,
    "ffn_dim": 64,
    "num_layers": 2,
}
_TINY_POSE = _TINY_TRANSFORMER | {"vace_layers": [0, 1], "vace_in_channels": POSE["vace_in_channels"]}
_TINY_TEXT = TEXT | {
    "vocab_size": 300,
    "d_model": 32,
    "d_kv": 16,
    "num_heads": 2,
    "d_ff": 64,
    "num_layers": 1,
}
_SAMPLE_TEXTS = ["a person in a red shirt and blue trousers is waving", "een vrouw met een gele trui springt"]


def build_vae(*, tiny: bool = False, base_dim: int | None = None) -> AutoencoderKLWan:
    """A fresh VAE: (B, 3, 4k+1, H, W) in -1..1 to latents (B, 48, k+1, H/16, W/16). `base_dim`: the encoder's
    width, if not as shipped.
    """
    config = _TINY_VAE if tiny else VAE
    return AutoencoderKLWan(**(config | ({"base_dim": base_dim} if base_dim else {})))


def build_transformer(*, tiny: bool = False, layers: int | None = None) -> WanTransformer3DModel:
    """A fresh denoiser for latents (B, 48, T, h, w); h and w even. `layers`: if not as shipped."""
    config = _TINY_TRANSFORMER if tiny else TRANSFORMER
    return WanTransformer3DModel(**(config | ({"num_layers": layers} if layers else {})))


def build_pose_transformer(
    *, tiny: bool = False, layers: int | None = None, controls: int | None = None
) -> WanVACETransformer3DModel:
    """A fresh pose-control denoiser: the same blocks with VACE layers beside them, evenly spread."""
    config = _TINY_POSE if tiny else POSE
    deep, beside = layers or config["num_layers"], controls or len(config["vace_layers"])
    places = [number * deep // beside for number in range(beside)]
    return WanVACETransformer3DModel(**(config | {"num_layers": deep, "vace_layers": places}))


def build_text_encoder(*, tiny: bool = False) -> UMT5EncoderModel:
    """A fresh text encoder: token ids (B, 64) to (B, 64, text_dim)."""
    return UMT5EncoderModel(UMT5Config(**(_TINY_TEXT if tiny else TEXT)))


def build_scheduler() -> UniPCMultistepScheduler:
    """Wan's own, for a model that says clean latents, not velocities: recipe/transformer.py says why."""
    return UniPCMultistepScheduler(
        prediction_type="sample",
        use_flow_sigmas=True,
        num_train_timesteps=1000,
        flow_shift=FLOW_SHIFT,
        solver_order=2,
    )


def build_random(folder: Path, *, tiny: bool = False) -> None:
    """Write a random-weight folder of Mini's exact layout, as the two Wan pipelines load it.

    With a preview's fit beside it. `tiny=True` keeps the layout and the latent shape at much smaller widths.
    Equal calls give equal weights.
    """
    with torch.random.fork_rng():
        torch.manual_seed(0)
        pipeline = WanPipeline(
            tokenizer=train_tokenizer(_SAMPLE_TEXTS, vocab_size=300),
            text_encoder=build_text_encoder(tiny=tiny),
            vae=build_vae(tiny=tiny),
            scheduler=build_scheduler(),
            transformer=build_transformer(tiny=tiny),
            expand_timesteps=True,
        )
    preview = fit_preview(pipeline.vae, synthetic_clips(1, side=64))  # confetti looks no better for more
    save(pipeline, folder)
    preview.save(folder / FILE_NAME)


def build_random_pose(folder: Path, *, tiny: bool = False) -> None:
    """Write the random-weight pose transformer that goes beside `build_random`'s folder."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = build_pose_transformer(tiny=tiny)
    model.to(DTYPE_ON_DISK).save_pretrained(folder, max_shard_size=MAX_SHARD_SIZE)


def save(pipeline: WanPipeline, folder: Path) -> None:
    """Write 16-bit weights in shards of at most 15 MB; the given pipeline is converted."""
    pipeline.to(DTYPE_ON_DISK).save_pretrained(folder, max_shard_size=MAX_SHARD_SIZE)
