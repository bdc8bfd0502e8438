"""Stage 4: the checkpoints as a plain diffusers folder, with model card and preview factors."""

import json
from pathlib import Path

from diffusers import WanPipeline
from transformers import AutoTokenizer

from oelala.mini.recipe import checkpoint
from oelala.mini.recipe.latents import STATISTICS
from oelala.mini.recipe.transformer import TEXT_CHECKPOINT, TRANSFORMER_CHECKPOINT
from oelala.mini.recipe.vae import CHECKPOINT as VAE_CHECKPOINT
from oelala.mini.topology import build_scheduler, build_text_encoder, build_transformer, build_vae, save

PREVIEW = "latent_rgb.json"
CARD = Path(__file__).with_name("model_card.md")


def export(folder: Path, out: Path, *, tiny: bool = False) -> None:
    """Write `out`: what `WanPipeline.from_pretrained` loads, the card, and `latent_rgb.json` for previews.

    `latent_rgb.json` maps normalised latents z (48) to sRGB 0..1: z @ latent_rgb_factors + latent_rgb_bias.
    """
    models = {
        VAE_CHECKPOINT: build_vae(tiny=tiny),
        TRANSFORMER_CHECKPOINT: build_transformer(),
        TEXT_CHECKPOINT: build_text_encoder(),
    }
    for name, model in models.items():
        found = checkpoint.load(folder / name)
        if found is None:
            raise FileNotFoundError(f"no checkpoint {name!r} in {folder}: run its stage first")
        model.load_state_dict({key: value.float() for key, value in found[0].items()})
    numbers = json.loads((folder / STATISTICS).read_text())
    vae = models[VAE_CHECKPOINT]
    vae.register_to_config(latents_mean=numbers["latents_mean"], latents_std=numbers["latents_std"])
    pipeline = WanPipeline(
        tokenizer=AutoTokenizer.from_pretrained(folder / "tokenizer"),
        text_encoder=models[TEXT_CHECKPOINT],
        vae=vae,
        scheduler=build_scheduler(),
        transformer=models[TRANSFORMER_CHECKPOINT],
        expand_timesteps=True,
    )
    save(pipeline, out)
    preview = {key: numbers[key] for key in ("latent_rgb_factors", "latent_rgb_bias")}
    (out / PREVIEW).write_text(json.dumps(preview))
    (out / "README.md").write_text(CARD.read_text())
