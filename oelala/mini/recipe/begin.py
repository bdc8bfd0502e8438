"""Stage before all others, where no checkpoints are left: those of the shipped model, to train it further."""

import json
import shutil
from pathlib import Path

from diffusers import AutoencoderKLWan, WanTransformer3DModel, WanVACETransformer3DModel
from loguru import logger
from transformers import UMT5EncoderModel

from oelala.mini.recipe import checkpoint
from oelala.mini.recipe.depth import layers_of
from oelala.mini.recipe.grown import grown
from oelala.mini.recipe.latent_set import STATISTICS
from oelala.mini.recipe.pose import CHECKPOINT as POSE_CHECKPOINT
from oelala.mini.recipe.transformer import TEXT_CHECKPOINT, TRANSFORMER_CHECKPOINT
from oelala.mini.recipe.vae import CHECKPOINT as VAE_CHECKPOINT


def begin(shipped: Path, pose: Path, folder: Path, layers: int | None = None) -> None:
    """Write into `folder` what `export` would make `shipped` of, and `export_pose` `pose`, if there is one.

    With more `layers` than it has, the transformer gets new ones that change nothing yet, and pose control is
    left out, to begin as the new base. The text heads are not shipped: the stage `text` makes new ones.
    Raises FileExistsError where `folder` has checkpoints of its own.
    """
    if any(folder.glob("*.safetensors")):
        raise FileExistsError(f"{folder} has checkpoints already: name another --folder")
    models = {
        VAE_CHECKPOINT: AutoencoderKLWan.from_pretrained(shipped / "vae"),
        TRANSFORMER_CHECKPOINT: WanTransformer3DModel.from_pretrained(shipped / "transformer"),
        TEXT_CHECKPOINT: UMT5EncoderModel.from_pretrained(shipped / "text_encoder"),
    }
    if pose.exists():
        models[POSE_CHECKPOINT] = WanVACETransformer3DModel.from_pretrained(pose)
    # Tensors that share one memory, as embeddings do, become several.
    weights = {
        name: {key: value.float() for key, value in model.state_dict().items()}
        for name, model in models.items()
    }
    if layers:
        weights[TRANSFORMER_CHECKPOINT] = grown(weights[TRANSFORMER_CHECKPOINT], layers)
    if pose.exists() and layers_of(weights[POSE_CHECKPOINT]) != layers_of(weights[TRANSFORMER_CHECKPOINT]):
        logger.info("pose control of another depth is left out")
        del weights[POSE_CHECKPOINT]
    for name, found in weights.items():
        checkpoint.save(folder / name, found, checkpoint.Progress())
    config = models[VAE_CHECKPOINT].config
    (folder / STATISTICS).write_text(
        json.dumps({name: config[name] for name in ("latents_mean", "latents_std")})
    )
    shutil.copytree(shipped / "tokenizer", folder / "tokenizer", dirs_exist_ok=True)
