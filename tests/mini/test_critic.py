"""The readers that the VAE learns from: where they look, what they compare, and how much that counts."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from oelala.mini.recipe import checkpoint
from oelala.mini.recipe.clips import Crops, Pool, PoolSize
from oelala.mini.recipe.critic import (
    CHECKPOINT,
    SHARES,
    Critic,
    cut_heads,
    distance,
    head_boxes,
    joined_gradient,
    load_critic,
    showing_faces,
)
from oelala.mini.recipe.critic_stage import CriticSettings, CriticStage
from oelala.mini.recipe.readers import CELL, FACE_PIXELS, FaceReader, joint_maps
from oelala.mini.recipe.traits import TRAITS, traits_of
from oelala.mini.recipe.vae import VaeSettings, VaeStage
from oelala.mini.world.render import ROUGH
from oelala.mini.world.seeds import random_clip
from oelala.mini.world.spec import FACE_AXES
from oelala.mini.world.table import table_of

CPU = torch.device("cpu")


def somebody(nose: tuple[float, float], *, size: int = 256, frames: int = 1) -> Crops:
    """A grey clip of one person whose neck is 30 pixels below the nose."""
    joints = torch.full((1, frames, 18, 2), float("nan"))
    joints[..., 0, :] = torch.tensor(nose)
    joints[..., 1, :] = torch.tensor(nose) + torch.tensor([0.0, 30.0])
    for joint, (x, y) in {2: (-25, 35), 5: (25, 35), 8: (-15, 105), 11: (15, 105)}.items():
        joints[..., joint, :] = torch.tensor(nose) + torch.tensor([x, y])
    clips = torch.zeros(1, 3, frames, size, size)
    return Crops(clips, joints, torch.ones(1, frames, 18, dtype=torch.bool), torch.zeros(1, TRAITS))


def test_traits_are_the_numbers_that_made_the_person() -> None:
    specs = [random_clip(4), random_clip(6)]
    traits = traits_of(table_of(specs))
    assert traits.shape == (2, TRAITS)
    for spec, row in zip(specs, traits, strict=True):
        assert row[: len(FACE_AXES)] == pytest.approx(spec.character.face)
        assert row[len(FACE_AXES) : len(FACE_AXES) + 3] == pytest.approx(spec.character.skin)
        assert row[-6:-4].tolist() == [spec.character.glasses, spec.character.beard]


def test_a_head_is_cut_where_it_is() -> None:
    torch.manual_seed(0)
    crops = somebody((100.0, 60.0))
    centre, half = head_boxes(crops.joints[:, 0])
    assert centre[0].tolist() == pytest.approx([100.0, 56.4])
    assert float(half) == pytest.approx(27.0)
    # a white square of 20 pixels around the middle of the face
    crops.clips[..., 46:67, 90:111] = 1.0
    head = cut_heads(crops.clips, torch.tensor([0]), crops.joints[:, 0])[0, 0]
    assert head.shape == (FACE_PIXELS, FACE_PIXELS)
    assert float(head[FACE_PIXELS // 2, FACE_PIXELS // 2]) == pytest.approx(1.0)
    assert head.mean() == pytest.approx((20 / 54) ** 2, rel=0.35)
    assert float(head[0].max()) == 0.0


def test_only_faces_that_show_are_read() -> None:
    assert showing_faces(somebody((100.0, 60.0), frames=2)).tolist() == [1.0, 1.0]
    assert showing_faces(somebody((300.0, 60.0))).tolist() == [0.0]
    hidden = somebody((100.0, 60.0))
    hidden.visible[:, :, 0] = False
    assert showing_faces(hidden).tolist() == [0.0]
    critic = Critic(tiny=True)
    assert set(critic(hidden.clips, hidden)) == {"bodies"}


def test_a_copy_reads_alike_and_another_picture_does_not() -> None:
    torch.manual_seed(0)
    critic, crops = Critic(tiny=True), somebody((30.0, 20.0), size=64, frames=5)
    crops.clips.uniform_(-1, 1)
    for apart in critic(crops.clips.clone(), crops).values():
        assert apart.item() == pytest.approx(0.0, abs=1e-6)
    other = torch.rand_like(crops.clips).requires_grad_()
    apart = critic(other, crops)
    assert set(apart) == set(SHARES)
    for far in apart.values():
        assert far.item() > 1e-3
        (slope,) = torch.autograd.grad(far, other)
        assert float(slope.abs().max()) > 0


def test_distances_are_of_directions() -> None:
    one = torch.randn(2, 8, 4, 4)
    assert float(distance([one], [3 * one])) == pytest.approx(0.0, abs=1e-3)
    assert float(distance([one], [-one])) == pytest.approx(4.0, abs=1e-2)


@pytest.mark.parametrize("scale", [1.0, 1000.0])
def test_a_distance_counts_by_its_share_however_large(scale: float) -> None:
    made = torch.randn(1, 3, 1, 8, 8, requires_grad=True)
    loss, far = made.square().mean(), scale * made[..., :4].abs().mean()
    (main,) = torch.autograd.grad(loss, made, retain_graph=True)
    extra: Tensor = joined_gradient(made, loss, {"faces": far}) - main
    assert float(extra.norm()) == pytest.approx(SHARES["faces"] * float(main.norm()), rel=1e-4)
    assert float(extra[..., 4:].abs().max()) < 1e-6


def test_maps_are_one_at_a_joint() -> None:
    joints = torch.full((1, 18, 2), float("nan"))
    joints[0, 3] = torch.tensor([2.5 * CELL, 4.5 * CELL])
    maps = joint_maps(joints, 64)
    assert maps.shape == (1, 18, 64 // CELL, 64 // CELL)
    assert float(maps[0, 3, 4, 2]) == pytest.approx(1.0)
    assert float(maps[0, 3, 4, 3]) == pytest.approx(0.3679, abs=1e-3)
    assert float(maps[0, :3].max()) == 0.0


def test_readers_say_deviations_from_the_mean() -> None:
    reader = FaceReader(tiny=True)
    traits = torch.tensor([[1.0], [3.0]]).expand(2, TRAITS)
    reader.measure(traits)
    assert reader.wanted(traits)[:, 0].tolist() == pytest.approx([-1.0, 1.0])
    reader.measure(traits[:1])
    assert torch.isfinite(reader.wanted(traits)).all()


def test_the_vae_s_critic_is_frozen_and_may_be_missing(tmp_path: Path) -> None:
    assert load_critic(tmp_path, CPU, tiny=True) is None
    critic = Critic(tiny=True)
    checkpoint.save(tmp_path / CHECKPOINT, critic.state_dict(), checkpoint.Progress())
    found = load_critic(tmp_path, CPU, tiny=True)
    assert found is not None
    assert not any(value.requires_grad for value in found.parameters())


def test_the_vae_learns_from_the_critic_that_its_folder_has(tmp_path: Path) -> None:
    CriticStage(CriticSettings(tmp_path, 0.001, CPU, ROUGH, tiny=True)).run()
    settings = VaeSettings(tmp_path, 0.001, CPU, shaders=ROUGH, scale=0.05, tiny=True, decoder_only=True)
    stage = VaeStage(settings)
    before = {name: value.clone() for name, value in stage.vae.named_parameters()}
    stage.run()
    assert set(stage.apart) >= {"bodies"}
    assert all(torch.isfinite(far) for far in stage.apart.values())
    moved = {name for name, value in stage.vae.named_parameters() if not torch.equal(value, before[name])}
    assert any(name.startswith("decoder") for name in moved)
    assert not any(name.startswith("encoder") for name in moved)


def test_a_pool_knows_who_is_in_its_crops() -> None:
    pool = Pool(PoolSize(clips=2, first=2, num_frames=1, together=2), CPU, 4, ROUGH)
    crops = pool.crops(3, 1, 128)
    assert crops.clips.shape == (3, 3, 1, 128, 128)
    assert crops.joints.shape == (3, 1, 18, 2)
    assert crops.visible.dtype == torch.bool
    known = torch.from_numpy(traits_of(table_of([random_clip(4), random_clip(5)])))
    assert all(any(torch.equal(row, one) for one in known) for row in crops.traits)
