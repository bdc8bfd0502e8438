"""The pose stage at tiny sizes: it starts as the base model, resumes, and ends in a folder that loads."""

from pathlib import Path

import pytest
import torch
from diffusers import WanVACEPipeline, WanVACETransformer3DModel
from safetensors.torch import load_file

from oelala.mini.recipe import checkpoint
from oelala.mini.recipe.export import export_pose
from oelala.mini.recipe.latent_set import shards
from oelala.mini.recipe.pose import (
    BASE,
    CHECKPOINT,
    PLAN,
    TEXT,
    PoseSettings,
    PoseStage,
    start_from_base,
)
from oelala.mini.recipe.pose_latents import boxed, detected
from oelala.mini.recipe.references import reference_of
from oelala.mini.recipe.run import Run, RunSettings
from oelala.mini.recipe.vae import CHECKPOINT as VAE_CHECKPOINT
from oelala.mini.topology import (
    build_pose_transformer,
    build_random,
    build_text_encoder,
    build_transformer,
    build_vae,
)
from oelala.mini.world.seeds import random_clip
from oelala.mini.world.truth import Truth


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the stages before leave, and poses."""
    path = tmp_path_factory.mktemp("mini")
    torch.manual_seed(0)
    models = {
        VAE_CHECKPOINT: build_vae(tiny=True),
        BASE: build_transformer(tiny=True, layers=3),
        TEXT: build_text_encoder(tiny=True),
    }
    for name, model in models.items():
        checkpoint.save(path / name, model.state_dict(), checkpoint.Progress(steps=1))
    run = Run(RunSettings(path, "second", tiny=True))
    run.latents("stills", 0.0)
    run.latents("poses", 0.0)
    run.close()
    return path


def test_a_shard_has_all_that_a_pose_needs(folder: Path) -> None:
    (path,) = shards("poses", folder)
    found = load_file(path)
    assert found["latents"].shape == found["skeletons"].shape == (2, 48, 3, 16, 16)
    assert found["references"].shape == (2, 48, 1, 16, 16)
    assert found["faces"].shape == (2, 3, 16, 16)
    assert found["tokens"].shape == (2, 16, 64)
    assert int((found["kept_kind"] >= 0).sum()) == len(found["kept"]) == 1


def test_it_starts_as_the_base_model() -> None:
    torch.manual_seed(0)
    base, pose = build_transformer(tiny=True), build_pose_transformer(tiny=True)
    start_from_base(pose, base.state_dict())
    inputs = {
        "hidden_states": torch.randn(2, 48, 3, 4, 4),
        "timestep": torch.tensor([900.0, 100.0]),
        "encoder_hidden_states": torch.randn(2, 5, 32),
        "return_dict": False,
    }
    with torch.no_grad():
        expected = base(**inputs)[0]
        made = pose(**inputs, control_hidden_states=torch.randn(2, 352, 3, 4, 4))[0]
    assert torch.allclose(made, expected, atol=1e-5)
    copied = pose.vace_blocks[1].ffn.net[2].weight
    assert torch.equal(copied, base.blocks[1].ffn.net[2].weight)
    with pytest.raises(ValueError, match="not the base"):
        start_from_base(pose, {"other": torch.zeros(1)})


def test_training_teaches_it_resumes_and_loads(folder: Path, tmp_path: Path) -> None:
    run = Run(RunSettings(folder, "second", tiny=True))
    run.pose(0.2, later=0.4)
    first = checkpoint.load(folder / CHECKPOINT)
    run.pose(0.2)
    run.close()
    second = checkpoint.load(folder / CHECKPOINT)
    assert first is not None
    assert second is not None
    assert second[1].steps > first[1].steps > 0
    assert second[1].schedule == "second"
    assert second[0]["vace_blocks.0.proj_out.weight"].abs().max() > 0
    build_random(tmp_path / "base", tiny=True)
    export_pose(folder, tmp_path / "pose", tiny=True)
    assert (tmp_path / "pose" / "README.md").exists()
    transformer = WanVACETransformer3DModel.from_pretrained(tmp_path / "pose", dtype=torch.float32)
    # As deep as its base, not as `topology` has it.
    assert (transformer.config.num_layers, transformer.config.vace_layers) == (3, [0, 1, 2])
    pipeline = WanVACEPipeline.from_pretrained(
        tmp_path / "base", transformer=transformer, dtype=torch.float32
    )
    frames = pipeline(
        "iemand zwaait", height=64, width=64, num_frames=5, num_inference_steps=1, max_sequence_length=64
    ).frames
    assert frames.shape == (1, 5, 64, 64, 3)


def test_a_step_takes_tensors_and_gives_every_parameter_a_gradient(folder: Path) -> None:
    stage = PoseStage(PoseSettings(folder, 1.0, torch.device("cpu"), schedule="other", scale=0.05, tiny=True))
    part = stage.poses.draw(stage._batch(), 0.5)
    inputs = stage.inputs(part)
    losses = stage.graphed(inputs)
    assert losses.shape == (2,)
    assert not losses.requires_grad
    assert torch.isfinite(losses).all()
    without = [name for name, value in stage.model.named_parameters() if not value.grad.any()]
    # Control enters behind gates that are still shut.
    assert all(name.startswith("vace_") and "proj_out" not in name for name in without)
    assert not any(value.requires_grad for value in stage.text.parameters())


def test_a_face_counts_within_its_frame_alone(folder: Path) -> None:
    stage = PoseStage(PoseSettings(folder, 1.0, torch.device("cpu"), schedule="other", scale=0.05, tiny=True))
    x0, faces, *rest = stage.inputs(stage.poses.draw(stage._batch(), 0.5))
    none, everywhere, somewhere = torch.zeros_like(faces), torch.full_like(faces, 255), faces.clone()
    somewhere[:, :, 4:6, 4:6] = 255
    with torch.no_grad():
        losses = [stage._losses((x0, each, *rest)) for each in (none, everywhere, somewhere)]
    assert torch.allclose(losses[0][0], losses[1][0], rtol=1e-4)
    assert losses[0][1] == 0
    assert torch.allclose(losses[1][0], losses[1][1], rtol=1e-4)
    assert not torch.allclose(losses[0][0], losses[2][0], rtol=1e-4)


def test_the_plan_has_a_reference_in_two_of_three() -> None:
    assert sum(batch.reference for batch in PLAN) == 13
    assert {(batch.frames, batch.reference) for batch in PLAN} == {
        (9, True), (9, False), (5, True), (5, False),
    }  # fmt: skip


def test_joints_are_a_little_off_and_some_are_missing() -> None:
    torch.manual_seed(0)
    joints = torch.rand(16, 33, 18, 2) * 0.8 + 0.1
    joints[:, :, 3] = 1.2
    visible = torch.ones(16, 33, 18, dtype=torch.bool)
    visible[:, :, [3, 7]] = False
    found = detected(Truth(joints, visible))
    assert found[:, :, 3].isnan().all()
    assert 0.2 < found[:, :, 7].isnan().float().mean() < 0.8
    off = (found / 256 - joints).norm(dim=-1)
    assert 0.003 < off.nanmedian() < 0.03


def test_a_reference_is_the_same_person_elsewhere_or_the_first_frame() -> None:
    specs = [random_clip(seed) for seed in range(40)]
    own = [spec for spec in specs if reference_of(spec) == spec]
    assert 4 <= len(own) <= 16
    for spec in specs:
        still = reference_of(spec)
        assert still == reference_of(spec)
        if spec in own:
            continue
        assert (still.character, still.clothes) == (spec.character, spec.clothes)
        assert still.motion.action != spec.motion.action
        assert still.scene.place == "wall"
        assert still.scene.view in ("front", "three-quarter left", "three-quarter right")
    torch.manual_seed(0)
    pictures = boxed(torch.zeros(30, 3, 64, 64))
    assert pictures.shape == (30, 3, 64, 64)
    white = (pictures[:, 0] == 1).float().mean((1, 2))
    assert (white == 0).any()
    assert (white > 0.2).any()
