"""The stages follow each other at tiny sizes: latents, transformer, and a folder that a pipeline loads."""

from pathlib import Path

import torch
from diffusers import WanPipeline

from oelala.mini.recipe import checkpoint
from oelala.mini.recipe.export import export
from oelala.mini.recipe.grown import grown
from oelala.mini.recipe.run import Run, RunSettings
from oelala.mini.recipe.transformer import HEADS_CHECKPOINT, TEXT_CHECKPOINT, TRANSFORMER_CHECKPOINT
from oelala.mini.recipe.vae import CHECKPOINT
from oelala.mini.topology import build_vae
from oelala.models.latent_preview import FILE_NAME, load_preview


def test_from_a_vae_to_a_pipeline(tmp_path: Path) -> None:
    torch.manual_seed(0)
    progress = checkpoint.Progress(steps=5)
    checkpoint.save(tmp_path / CHECKPOINT, build_vae(tiny=True).state_dict(), progress)
    run = Run(RunSettings(tmp_path, "second", tiny=True, muon=True))
    run.text(0.1)
    assert (tmp_path / f"{HEADS_CHECKPOINT}.safetensors").exists()
    run.latents("stills", 0.0)
    assert run.has_latents("stills")
    assert not run.has_latents("clips")
    run.transformer(0.4, later=0.4)
    run.transformer(0.4)
    run.close()
    found = checkpoint.load(tmp_path / TRANSFORMER_CHECKPOINT)
    assert found is not None
    assert found[1].schedule == "second"
    assert len(found[1].log) == 2
    assert found[1].steps > 0
    assert (tmp_path / f"{TEXT_CHECKPOINT}.state.safetensors").exists()
    checkpoint.save(tmp_path / TRANSFORMER_CHECKPOINT, grown(found[0], 3), found[1])
    export(tmp_path, tmp_path / "out", tiny=True)
    assert load_preview(tmp_path / "out" / FILE_NAME, 48) is not None
    pipeline = WanPipeline.from_pretrained(tmp_path / "out", dtype=torch.float32)
    assert pipeline.config.expand_timesteps
    assert pipeline.transformer.config.num_layers == 3
    assert len(pipeline.vae.config.latents_mean) == 48
