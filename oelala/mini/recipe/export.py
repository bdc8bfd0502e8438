"""Stage 4: the checkpoints as a plain diffusers folder, with model card and preview."""

import json
from pathlib import Path

import torch
from diffusers import WanPipeline
from transformers import AutoTokenizer

from oelala.mini.recipe import checkpoint
from oelala.mini.recipe.clips import render_bytes
from oelala.mini.recipe.depth import (
    MOST_BYTES_FOR_POSE,
    pose_transformer_of,
    size_of,
    transformer_of,
)
from oelala.mini.recipe.latent_set import STATISTICS
from oelala.mini.recipe.pose import CHECKPOINT as POSE_CHECKPOINT
from oelala.mini.recipe.transformer import TEXT_CHECKPOINT, TRANSFORMER_CHECKPOINT
from oelala.mini.recipe.vae import CHECKPOINT as VAE_CHECKPOINT
from oelala.mini.recipe.vae import JUDGE_SEEDS
from oelala.mini.recipe.widened import vae_of
from oelala.mini.topology import (
    DTYPE_ON_DISK,
    MAX_SHARD_SIZE,
    build_scheduler,
    build_text_encoder,
    save,
)
from oelala.mini.world.render import PLAIN, ROUGH
from oelala.mini.world.seeds import random_clip
from oelala.mini.world.tiles import Shaders
from oelala.models.latent_preview import FILE_NAME, fit_preview

CARD, POSE_CARD = Path(__file__).with_name("model_card.md"), Path(__file__).with_name("pose_card.md")


def preview_clips(count: int, shaders: Shaders = PLAIN) -> torch.Tensor:
    """Rendered clips (count, 3, 5, 256, 256) in -1..1, to fit the preview to."""
    seeds = [JUDGE_SEEDS.stop + number for number in range(count)]
    frames, _ = render_bytes([random_clip(seed) for seed in seeds], 5, torch.device("cpu"), shaders)
    return frames.transpose(1, 2).float() / 127.5 - 1


def export(folder: Path, out: Path, *, tiny: bool = False) -> None:
    """Write `out`: what `WanPipeline.from_pretrained` loads, the card, and the preview of its latents."""
    weights = {
        name: checkpoint.weights_of(folder / name)
        for name in (VAE_CHECKPOINT, TRANSFORMER_CHECKPOINT, TEXT_CHECKPOINT)
    }
    models = {
        VAE_CHECKPOINT: vae_of(weights[VAE_CHECKPOINT], tiny=tiny),
        TRANSFORMER_CHECKPOINT: transformer_of(weights[TRANSFORMER_CHECKPOINT], tiny=tiny),
        TEXT_CHECKPOINT: build_text_encoder(tiny=tiny),
    }
    for name, model in models.items():
        model.load_state_dict(weights[name])
    numbers = json.loads((folder / STATISTICS).read_text())
    vae = models[VAE_CHECKPOINT]
    vae.register_to_config(latents_mean=numbers["latents_mean"], latents_std=numbers["latents_std"])
    preview = fit_preview(vae, preview_clips(2, ROUGH) if tiny else preview_clips(16))
    pipeline = WanPipeline(
        tokenizer=AutoTokenizer.from_pretrained(folder / "tokenizer"),
        text_encoder=models[TEXT_CHECKPOINT],
        vae=vae,
        scheduler=build_scheduler(),
        transformer=models[TRANSFORMER_CHECKPOINT],
        expand_timesteps=True,
    )
    save(pipeline, out)
    preview.save(out / FILE_NAME)
    (out / "latent_rgb.json").unlink(missing_ok=True)
    (out / "README.md").write_text(CARD.read_text())


def export_pose(folder: Path, out: Path, *, tiny: bool = False) -> None:
    """Write `out`: the pose transformer alone, 16 bits, as `WanVACETransformer3DModel.from_pretrained` loads
    it beside the folder of `export`; ValueError if it is too large for that place.
    """
    weights = checkpoint.weights_of(folder / POSE_CHECKPOINT)
    model = pose_transformer_of(weights, tiny=tiny)
    model.load_state_dict(weights)
    size = size_of(model)
    if size > MOST_BYTES_FOR_POSE:
        raise ValueError(f"the pose transformer takes {size} bytes, more than {MOST_BYTES_FOR_POSE}")
    model.to(DTYPE_ON_DISK).save_pretrained(out, max_shard_size=MAX_SHARD_SIZE)
    (out / "README.md").write_text(POSE_CARD.read_text())
