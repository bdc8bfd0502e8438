"""Faces on the latent grid: where they are, when they are none, and what an error there costs."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from oelala.mini.recipe import checkpoint
from oelala.mini.recipe.faces import FACE_WEIGHT, face_maps, face_weights, mean_in_faces
from oelala.mini.recipe.latent_set import LatentSet, shards
from oelala.mini.recipe.run import Run, RunSettings
from oelala.mini.recipe.vae import CHECKPOINT as VAE_CHECKPOINT
from oelala.mini.topology import build_vae
from oelala.mini.world.pack import pack
from oelala.mini.world.render import ground_truth
from oelala.mini.world.seeds import random_clip
from oelala.mini.world.stage import build_stage
from oelala.mini.world.truth import Truth


def whole_body(frames: int = 5) -> Truth:
    """One person whose nose is in the middle of row 2, column 8, as large as whole bodies are."""
    joints = torch.full((1, frames, 18, 2), 0.7)
    joints[:, :, 0] = torch.tensor([8.5, 2.5]) / 16
    joints[:, :, 1] = torch.tensor([8.5, 4.0]) / 16
    return Truth(joints, torch.ones(1, frames, 18, dtype=torch.bool))


def test_a_face_is_a_few_cells() -> None:
    faces = face_maps(whole_body())
    assert faces.shape == (1, 2, 16, 16)
    assert faces.dtype == torch.uint8
    assert faces[0, 0, 2, 8] == 255
    # A neighbour's nearest point is half a cell away, 0.62 of 1.5 cells make the radius.
    assert faces[0, 0, 2, 9] == round(255 * float(np.exp(-((0.5 / 0.93) ** 2))))
    assert faces[0, 0, 8:].max() == 0


def test_what_is_turned_away_or_outside_is_none() -> None:
    hidden, outside, unknown = whole_body(), whole_body(), whole_body()
    hidden.visible[:, :, 0] = False
    outside.joints[:, :, 0, 1], outside.visible[:, :, 0] = -0.2, False
    unknown.joints[:, :, 0], unknown.visible[:, :, 0] = float("nan"), False
    for truth in (hidden, outside, unknown):
        assert face_maps(truth).max() == 0


def test_a_latent_frame_has_the_faces_of_its_four_frames() -> None:
    truth = whole_body(9)
    truth.joints[:, 7, 0, 0] = 2.5 / 16
    truth.joints[:, 7, 1, 0] = 2.5 / 16
    truth.visible[:, :5, 0] = False
    faces = face_maps(truth)[0]
    assert faces[:, 2, 8].tolist() == [0, 0, 255]
    assert faces[:, 2, 2].tolist() == [0, 0, 255]


def test_people_seen_from_behind_have_no_face() -> None:
    specs = [random_clip(seed) for seed in range(6)]
    for yaw, seen in ((0.0, True), (180.0, False)):
        turned = [replace(one, scene=replace(one.scene, yaw=yaw, turn=0.0)) for one in specs]
        people = pack(turned, 1, "cpu")
        faces = face_maps(ground_truth(people, build_stage(people), 1))
        assert (faces.flatten(1).any(1) == seen).all()


def test_weights_move_within_a_frame_and_nothing_changes_without_a_face() -> None:
    faces = face_maps(whole_body())
    faces[:, 0] = 0
    weights = face_weights(faces)
    assert weights.shape == (1, 1, 2, 16, 16)
    assert torch.equal(weights[:, :, 0], torch.ones(1, 1, 16, 16))
    assert torch.allclose(weights.mean((3, 4)), torch.ones(1, 1, 2))
    assert torch.allclose(weights[0, 0, 1, 2, 8] / weights[0, 0, 1, 12, 8], torch.tensor(1 + FACE_WEIGHT))


def test_the_mean_in_faces_sees_nothing_else() -> None:
    faces = face_maps(whole_body())
    error = (faces > 0).float().unsqueeze(1) * 3 + (faces == 0).unsqueeze(1) * 100
    assert torch.allclose(mean_in_faces(error, faces), torch.tensor(3.0))
    judged = torch.tensor([0.0, 1.0]).view(1, 1, 2, 1, 1)
    error[:, :, 0] = 0
    assert torch.allclose(mean_in_faces(error, faces, judged), torch.tensor(3.0))
    assert mean_in_faces(error, faces * 0) == 0


def test_shards_have_faces_and_those_of_old_do_without(tmp_path: Path) -> None:
    torch.manual_seed(0)
    checkpoint.save(
        tmp_path / VAE_CHECKPOINT, build_vae(tiny=True).state_dict(), checkpoint.Progress(steps=1)
    )
    run = Run(RunSettings(tmp_path, "first", tiny=True))
    run.latents("clips", 0.0)
    run.close()
    (path,) = shards("clips", tmp_path)
    found = load_file(path)
    count, frames = found["latents"].shape[0], found["latents"].shape[2]
    assert found["faces"].shape == (count, frames, 16, 16)
    assert found["faces"].max() > 200
    drawn = LatentSet("clips", tmp_path, torch.device("cpu")).draw(3, 1, 0.5)
    assert drawn.faces.shape == (3, 1, 16, 16)
    save_file({name: value for name, value in found.items() if name != "faces"}, path)
    old = LatentSet("clips", tmp_path, torch.device("cpu")).draw(3, frames, 0.5)
    assert old.faces.shape == (3, frames, 16, 16)
    assert old.faces.max() == 0
