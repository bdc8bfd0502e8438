"""The world is reproducible, keeps held-out things out, and its ground truth lies where the pixels are."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from oelala.media.face import FaceReader, descriptor_distance
from oelala.mini.world import vocabulary as words
from oelala.mini.world.actions import Timing, pose_frames
from oelala.mini.world.pack import pack
from oelala.mini.world.render import PLAIN, render_clips
from oelala.mini.world.seeds import character_from_seed, random_clip
from oelala.mini.world.skeleton import reach
from oelala.mini.world.spec import ClipSpec, with_held_out_things
from oelala.mini.world.stage import build_stage
from oelala.mini.world.tiles import ray_tiles, render_frames, solids_in_tiles
from oelala.mini.world.truth import JOINTS


def front(seed: int, **motion: object) -> ClipSpec:
    spec = random_clip(seed)
    scene = replace(
        spec.scene, place="wall", light="neutral", shot="full body", view="front", yaw=0.0, turn=0.0
    )
    return replace(spec, scene=scene, motion=replace(spec.motion, **motion))  # type: ignore[arg-type]


def test_a_seed_is_a_clip() -> None:
    assert random_clip(5) == random_clip(5)
    assert character_from_seed(8) == character_from_seed(8)
    first = render_clips([random_clip(5)], 1, samples=1).frames
    assert torch.equal(first, render_clips([random_clip(5)], 1, samples=1).frames)


def test_training_never_sees_what_is_held_out() -> None:
    clips = [random_clip(seed) for seed in range(600)]
    assert all(clip.character.hair_style != "mohawk" and clip.clothes.hat == "none" for clip in clips)
    assert all(abs(clip.scene.turn) <= 8 for clip in clips)
    assert not any(words.is_held_out_pair(clip.clothes.top_name, clip.clothes.bottom_name) for clip in clips)
    judged = [random_clip(seed, held_out=True) for seed in range(50)]
    assert all(words.is_held_out_pair(clip.clothes.top_name, clip.clothes.bottom_name) for clip in judged)
    assert {clip.character.seed % 2 for clip in clips} == {0}
    assert {clip.character.seed % 2 for clip in judged} == {1}


def test_every_colour_is_held_out_once_above_and_below() -> None:
    names = list(words.COLOURS)
    pairs = [(a, b) for a in names for b in names if words.is_held_out_pair(a, b)]
    assert len(pairs) == 11
    assert {a for a, _ in pairs} == {b for _, b in pairs} == set(names)


@pytest.mark.parametrize("action", words.ACTIONS)
def test_every_action_moves_and_stays_finite(action: str) -> None:
    seconds = torch.arange(33) / 16
    timing = Timing(seconds, seconds * 0.95, torch.ones(33), torch.zeros(33, dtype=torch.long))
    pose = pose_frames(torch.full((33,), words.ACTIONS.index(action)), timing)
    moved = (pose.wrists.std(0).max() + pose.ankles.std(0).max() + pose.chest_lean.std()).item()
    assert np.isfinite(moved)
    assert moved > (0.001 if action == "standing" else 0.02)


def test_a_bow_turns_the_hips_and_nothing_else() -> None:
    seconds = torch.linspace(0, 2, 9)
    timing = Timing(seconds, seconds, torch.ones(9), torch.zeros(9, dtype=torch.long))
    pose = pose_frames(torch.full((9,), words.ACTIONS.index("bowing")), timing)
    assert pose.pelvis_lean.max() > 0.3
    assert pose.head_pitch.min() < -0.3
    assert not pose.chest_twist.any()
    assert not pose.head_yaw.any()


def test_two_bones_keep_their_length() -> None:
    root, target = torch.zeros(4, 3), torch.randn(4, 3) * 0.3
    upper, lower = torch.full((4, 1), 0.4), torch.full((4, 1), 0.3)
    middle, end = reach(root, target, torch.tensor([0.0, 0.0, 1.0]).expand(4, 3), upper, lower)
    assert torch.allclose(middle.norm(dim=-1), upper[:, 0], atol=1e-4)
    assert torch.allclose((end - middle).norm(dim=-1), lower[:, 0], atol=1e-4)


def test_joints_lie_on_the_person_and_left_is_left() -> None:
    spec = front(11, action="raising both arms", phase=0.2)
    made = render_clips([spec], 1, samples=1)
    joints, visible = made.truth.joints[0, 0], made.truth.visible[0, 0]
    assert joints.shape == (18, 2)
    assert visible[[JOINTS.index("neck"), JOINTS.index("left knee")]].all()
    assert joints[JOINTS.index("left shoulder"), 0] > joints[JOINTS.index("right shoulder"), 0]
    frame, wall = made.frames[0, 0], made.frames[0, 0, :, 5, 5]
    for name in ("nose", "left hip", "right knee", "left elbow"):
        x, y = (joints[JOINTS.index(name)] * 256).long()
        assert (frame[:, y, x] - wall).abs().max() > 0.05, name


def test_clothes_have_the_colour_that_the_spec_says() -> None:
    spec = front(3, action="standing")
    clothes = replace(spec.clothes, top="sweater", top_colour=(0.83, 0.09, 0.10))
    made = render_clips([replace(spec, clothes=clothes)], 1, samples=1)
    joints = made.truth.joints[0, 0]
    x, y = ((joints[1] * 0.6 + (joints[8] + joints[11]) / 2 * 0.4) * 256).long()
    red, green, blue = made.frames[0, 0, :, y, x].tolist()
    assert red > 0.35
    assert max(green, blue) < 0.3


def test_held_out_things_can_be_rendered_on_purpose() -> None:
    spec = front(4, action="standing")
    plain = render_clips([spec], 2, samples=1).frames
    hat = render_clips([with_held_out_things(spec, hat=True)], 2, samples=1).frames
    turn = render_clips([with_held_out_things(spec, turn=True)], 5, samples=1).frames
    assert (plain - hat).abs().amax() > 0.3
    assert (turn[0, 0] - turn[0, 2]).abs().mean() > 0.004


def test_tiles_and_solids_left_out_show_nobody() -> None:
    # The first has something hidden, so small that a single ray would meet it.
    specs = [random_clip(seed) for seed in (2, 9)]
    stage = build_stage(pack(specs, 1, "cpu"))
    chosen = solids_in_tiles(stage).any(-1)
    assert 0.05 < chosen.float().mean() < 0.9
    frames = render_frames(stage, PLAIN, 1)
    rays = ray_tiles(1, torch.device("cpu"))
    for number, frame in enumerate(frames):
        everybody = PLAIN.people(rays, stage.at(torch.full((64,), number)))
        rows = everybody.unflatten(1, (32, 32)).unflatten(0, (8, 8)).permute(4, 0, 2, 1, 3)
        assert torch.allclose(frame, rows.reshape(3, 256, 256), atol=1e-5)


def _close_ups(seeds: range, each: int) -> list[ClipSpec]:
    """The same people in other clothes and light, within 30 degrees of the front."""
    clips = []
    for place, seed in enumerate([seed for seed in seeds for _ in range(each)]):
        clip = random_clip(100 + place)
        yaw = float(np.linspace(-30, 30, each)[place % each])
        scene = replace(clip.scene, shot="close-up", view="front", yaw=yaw, turn=0.0)
        motion = replace(clip.motion, action="standing", blink=1.0)
        clips.append(replace(clip, character=character_from_seed(seed), scene=scene, motion=motion))
    return clips


def test_a_face_descriptor_tells_people_apart() -> None:
    # A guard against going back, with room: 6 people measured 0.96 when it was written, the goal is 0.97.
    frames = render_clips(_close_ups(range(0, 12, 2), 3), 1, samples=1).frames[:, 0]
    pictures = [np.ascontiguousarray(f.permute(1, 2, 0).mul(255).byte().numpy()) for f in frames]
    track = FaceReader().read(pictures)
    assert track.found_rate >= 0.75
    who = np.repeat(np.arange(6), 3)[track.found]
    points = track.descriptors[track.found]
    apart = descriptor_distance(points[:, None], points[None])
    first, second = np.triu_indices(len(who), 1)
    distance, same = apart[first, second], who[first] == who[second]
    auc = (distance[same][:, None] < distance[~same][None]).mean()
    assert auc >= 0.75
