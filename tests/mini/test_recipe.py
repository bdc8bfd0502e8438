"""The recipe: whole-clip passes equal diffusers', checkpoints resume, statistics are right,
colours are named.
"""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import AutoencoderKLWan

from oelala.mini.evaluate.judge import name_colour
from oelala.mini.recipe import checkpoint
from oelala.mini.recipe.begin import begin
from oelala.mini.recipe.control import control_like, skeleton_frames
from oelala.mini.recipe.latent_set import Moments
from oelala.mini.recipe.schedule import rate_at
from oelala.mini.recipe.vae_loss import faces_and_hands, in_face_or_hand, reconstruction_loss
from oelala.mini.recipe.whole_clip import WholeClip
from oelala.mini.topology import build_text_encoder, build_transformer, build_vae
from oelala.mini.world.vocabulary import COLOURS
from oelala.settings import ASSETS


@pytest.mark.parametrize("num_frames", [1, 5, 17])
def test_a_whole_clip_in_one_pass_equals_chunk_by_chunk(num_frames: int) -> None:
    torch.manual_seed(0)
    vae = build_vae(tiny=True).eval()
    clip = torch.rand(1, 3, num_frames, 64, 64) * 2 - 1
    with torch.no_grad():
        mean, _ = WholeClip(vae).encode(clip)
        latents = vae.encode(clip).latent_dist.mean
        assert torch.allclose(mean, latents, atol=1e-5)
        made = WholeClip(vae).decode(latents).clamp(-1, 1)
        assert torch.allclose(made, vae.decode(latents).sample, atol=1e-4)


def test_a_checkpoint_comes_back(tmp_path: Path) -> None:
    model = torch.nn.Linear(3, 2)
    average = checkpoint.Average(model, 0.9)
    with torch.no_grad():
        model.weight.add_(1)
    average.update()
    assert checkpoint.load(tmp_path / "x") is None
    checkpoint.save(tmp_path / "x", average.values, checkpoint.Progress(seconds=3.0, steps=7))
    found = checkpoint.load(tmp_path / "x")
    assert found is not None
    assert found[1].steps == 7
    assert torch.allclose(found[0]["weight"].float(), average.values["weight"], atol=0.01)
    assert not list(tmp_path.glob("*.part"))


def test_what_is_shipped_can_be_trained_further(tmp_path: Path) -> None:
    shipped, folder = ASSETS / "oelala-mini", tmp_path / "mini"
    begin(shipped, tmp_path / "none", folder)
    for name, model in (
        ("vae", build_vae(base_dim=AutoencoderKLWan.load_config(shipped / "vae")["base_dim"])),
        ("transformer", build_transformer()),
        ("text_encoder", build_text_encoder()),
    ):
        model.load_state_dict(checkpoint.weights_of(folder / name))
    found = AutoencoderKLWan.from_pretrained(shipped / "vae")
    assert torch.equal(
        found.decoder.conv_in.weight, checkpoint.weights_of(folder / "vae")["decoder.conv_in.weight"]
    )
    assert json.loads((folder / "latents.json").read_text())["latents_std"] == found.config.latents_std
    assert (folder / "tokenizer" / "tokenizer.json").exists()
    with pytest.raises(FileExistsError, match="--folder"):
        begin(shipped, tmp_path / "none", folder)


def test_training_goes_on_where_it_was(tmp_path: Path) -> None:
    def fresh() -> tuple[torch.nn.Linear, checkpoint.Average, torch.optim.Optimizer]:
        torch.manual_seed(1)
        model = torch.nn.Linear(3, 2)
        return model, checkpoint.Average(model, 0.9), torch.optim.AdamW(model.parameters(), lr=0.1)

    def train(model: torch.nn.Linear, average: checkpoint.Average, optimizer: torch.optim.Optimizer) -> None:
        optimizer.zero_grad()
        model(torch.ones(4, 3)).square().sum().backward()
        optimizer.step()
        average.update()

    straight, broken = fresh(), fresh()
    assert not checkpoint.load_state(tmp_path / "x", *broken)
    for _ in range(3):
        train(*straight)
        train(*broken)
    checkpoint.save_state(tmp_path / "x", *broken)
    again = fresh()
    assert checkpoint.load_state(tmp_path / "x", *again)
    train(*straight)
    train(*again)
    assert torch.equal(straight[0].weight, again[0].weight)
    assert torch.equal(straight[1].values["weight"], again[1].values["weight"])
    assert again[1].count == 4


def test_a_new_schedule_starts_anew() -> None:
    progress = checkpoint.Progress(seconds=400, steps=9, schedule="first")
    assert progress.begin("first")
    assert progress.seconds == 400
    assert not progress.begin("second")
    assert (progress.seconds, progress.steps) == (0, 9)


def test_moments_give_mean_and_deviation() -> None:
    torch.manual_seed(0)
    moments = Moments()
    for _ in range(2):
        moments.add(torch.randn(4, 48, 2, 16, 16) * 2 + 1)
    found = moments.result()
    assert np.allclose(found["latents_mean"], 1, atol=0.2)
    assert np.allclose(found["latents_std"], 2, atol=0.2)


def test_control_inputs_keep_their_shape() -> None:
    clips, joints = torch.rand(2, 3, 3, 64, 64) * 2 - 1, torch.rand(2, 3, 18, 2) * 64
    rng = np.random.default_rng(0)
    assert all(control_like(clips, joints, rng).shape == clips.shape for _ in range(20))
    drawn = skeleton_frames(joints, 64)
    assert drawn.min() == -1
    assert drawn.max() > -0.2


def test_rate_rises_and_falls_and_the_loss_is_zero_for_equals() -> None:
    assert rate_at(0.0, 1.0, steps=0) < 0.01 < rate_at(0.9, 1.0) < rate_at(0.05, 1.0) <= 1
    assert rate_at(1.0, 1.0) > 0
    clip = torch.rand(1, 3, 5, 32, 32)
    assert reconstruction_loss(clip, clip) == 0
    assert reconstruction_loss(clip, 1 - clip) > 0.1


def test_faces_and_hands_count_more() -> None:
    joints = torch.full((1, 1, 18, 2), -500.0)
    joints[0, 0, 0], joints[0, 0, 1] = torch.tensor([20.0, 10.0]), torch.tensor([20.0, 22.0])
    joints[0, 0, 4] = torch.tensor([50.0, 40.0])
    weight = faces_and_hands(joints, 64)
    assert weight.shape == (1, 1, 1, 64, 64)
    assert weight[0, 0, 0, 10, 20] > 2.9
    assert weight[0, 0, 0, 40, 50] > 1.9
    assert weight[0, 0, 0, 60, 5] < 0.01
    there = in_face_or_hand(joints, 64)
    assert there.shape == weight.shape
    assert there[0, 0, 0, 10, 20]
    assert there[0, 0, 0, 40, 50]
    assert not there[0, 0, 0, 60, 5]


def test_a_small_face_counts_as_much_as_a_large_one() -> None:
    def weight(away: float) -> torch.Tensor:
        joints = torch.full((1, 1, 18, 2), -5000.0)
        joints[0, 0, 0], joints[0, 0, 1] = torch.tensor([128.0, 128.0]), torch.tensor([128.0, 128.0 + away])
        return faces_and_hands(joints, 256)

    small, middling, large = (weight(away) for away in (15, 40, 90))
    assert small.max() > 2 * middling.max() > 4 * large.max()
    assert small.max() <= 20
    assert abs(float(small.mean()) - 0.08) < 0.02, "the most that a pixel may count"
    assert abs(float(middling.mean()) - 0.25) < 0.02
    assert large.max() > 2.9, "the least"


@pytest.mark.parametrize("name", COLOURS)
def test_colours_are_named(name: str) -> None:
    assert name_colour(np.array(COLOURS[name])) == name
    assert name_colour(np.array(COLOURS[name]) * 0.92) == name
