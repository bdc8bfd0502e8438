"""What is drawn is what the embedded model is trained on, and what each model's own preparation draws."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from oelala.media.poses.document import Person, Points, Pose
from oelala.media.poses.drawing import draw_frame, overlay_frames
from oelala.media.poses.export import write_pose_video
from oelala.media.poses.layouts import BODY25, COCO18
from oelala.media.poses.side_by_side import write_side_by_side
from oelala.media.poses.styles import STYLES, Style, StyleName
from oelala.media.video import probe, read_frames
from oelala.mini.recipe.control import skeleton_frames
from oelala.mini.world.pack import pack
from oelala.mini.world.seeds import random_clip
from oelala.mini.world.stage import build_stage, project
from oelala.mini.world.truth import joints_3d

WIDE = Style(stick_share=0, stick_more=3)
SPARSE = np.array([[64, 20], [64, 50], [40, 52], [30, 90], [28, 120]])  # nose, neck, right arm


def world_joints(seed: int) -> NDArray[np.float64]:
    """(18, 2) in 0..1, of the renderer's own people."""
    people = pack([random_clip(seed)], 1, "cpu")
    return project(joints_3d(people), build_stage(people).camera)[0].double().numpy()


def document(joints: Points, width: int = 128, height: int = 128, **parts: Points) -> Pose:
    none = np.zeros((0, 3))
    left, right, face = (parts.get(name, none)[None] for name in ("hand_left", "hand_right", "face"))
    return Pose(width, height, 16, 1, (Person.of(joints[None], left, right, face),))


def body(points: NDArray[np.generic], count: int = 18) -> Points:
    joints = np.zeros((count, 3))
    joints[: len(points), :2] = points
    joints[: len(points), 2] = 1
    return joints


def colours_of(frame: NDArray[np.uint8]) -> set[tuple[int, ...]]:
    return {tuple(pixel) for pixel in frame.reshape(-1, 3).tolist()}


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Beside other programs on few processors, threads that share such small work mostly wait."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize(("size", "least"), [(256, 43.0), (512, 36.0)])
def test_the_embedded_model_is_trained_on_these_drawings(size: int, least: float) -> None:
    for seed in range(6):
        joints = world_joints(seed) * size
        trained = skeleton_frames(torch.from_numpy(joints).float()[None, None], size)
        wanted = ((trained[0, :, 0].permute(1, 2, 0) + 1) / 2 * 255).numpy()
        drawn = draw_frame(document(body(joints), width=size, height=size), 0)
        psnr = 10 * np.log10(255**2 / np.mean((drawn - wanted) ** 2))
        assert psnr > least, seed


def test_limbs_are_dimmed_and_joints_are_not() -> None:
    frame = draw_frame(document(body(SPARSE)), 0, WIDE)
    assert tuple(frame[20, 64]) == COCO18.colours[0]
    assert tuple(frame[52, 40]) == COCO18.colours[2]
    middle = (SPARSE[2] + SPARSE[3]) // 2
    assert tuple(frame[middle[1], middle[0]]) == tuple(round(c * 0.6) for c in COCO18.limb_colours[2])
    assert not frame[100:, 64:].any()


def test_what_was_not_seen_is_not_drawn() -> None:
    joints = body(SPARSE)
    joints[3, 2] = 0.2
    frame = draw_frame(document(joints), 0, WIDE)
    assert tuple(frame[90, 30]) == (0, 0, 0)
    assert tuple(frame[120, 28]) == COCO18.colours[4]
    assert not draw_frame(document(body(SPARSE[:0])), 0).any()


def test_vace_has_red_and_blue_exchanged_and_no_hands() -> None:
    hand = np.ones((21, 3)) * 100
    hand[:, 2] = 1
    pose = document(body(SPARSE), hand_left=hand, width=480, height=480)
    vace = draw_frame(pose, 0, replace(STYLES["vace"], stick_share=1 / 120))
    assert tuple(vace[20, 64]) == COCO18.colours[0][::-1]
    assert not vace[100, 100].any()
    plain = draw_frame(document(body(SPARSE), width=480, height=480), 0)
    assert (vace == plain[..., ::-1]).all()


@pytest.mark.parametrize(
    ("style", "size", "stick"),
    [
        ("openpose", 256, 2.13),
        ("vace", 1024, 4.5),
        ("vace", 480, 2.11),
        ("animate", 720, 2.5),
        ("animate", 256, 1.5),
    ],
)
def test_sticks_are_as_wide_as_each_model_has_learnt(style: StyleName, size: int, stick: float) -> None:
    assert STYLES[style].stick(size, size * 2) == pytest.approx(stick, abs=0.01)


def test_animate_draws_toes_and_hands_but_no_face() -> None:
    joints = np.zeros((25, 3))
    joints[[14, 19, 20]] = [[50, 60, 1], [90, 56, 1], [90, 64, 1]]  # left ankle, left toes
    face, hand = np.zeros((68, 3)), np.zeros((21, 3))
    face[0], hand[0] = [20, 20, 1], [100, 20, 1]
    pose = document(joints, width=800, height=800, face=face, hand_right=hand)
    frame = draw_frame(pose, 0, STYLES["animate"])
    assert tuple(frame[60, 90]) == (200, 200, 0)
    assert tuple(frame[60, 70]) == (120, 120, 0)
    assert tuple(frame[20, 100]) == (0, 0, 255)
    assert not frame[20, 20].any()
    assert tuple(draw_frame(pose, 0, STYLES["openpose"])[20, 20]) == (255, 255, 255)


def test_a_body_of_25_has_its_own_colours() -> None:
    joints = np.zeros((25, 3))
    joints[[8, 9]] = [[30, 30, 1], [90, 90, 1]]  # middle of the hips, right hip
    frame = draw_frame(document(joints), 0, Style(body="body25", stick_share=0, stick_more=3))
    assert tuple(frame[30, 30]) == BODY25.colours[8]
    assert tuple(frame[60, 60]) == tuple(round(c * 0.6) for c in BODY25.colours[9])


def test_points_far_outside_break_nothing() -> None:
    joints = body(SPARSE)
    joints[4, :2] = [1e9, -1e9]
    frame = draw_frame(document(joints), 0, WIDE)
    assert tuple(frame[20, 64]) == COCO18.colours[0]


def test_an_overlay_keeps_the_film_in_sight() -> None:
    film = [np.full((64, 64, 3), 200, np.uint8)]
    (frame,) = overlay_frames(film, document(body(SPARSE)), WIDE)
    assert frame.shape == (128, 128, 3)
    assert tuple(frame[0, 0]) == (110, 110, 110)
    assert frame[20, 64].max() == 255


def test_a_vast_frame_is_drawn_as_large_as_players_take(tmp_path: Path) -> None:
    nose = np.array([[8192, 4096]])
    write_pose_video(tmp_path / "vast.mp4", document(body(nose), 16_384, 8192))
    spec = probe(tmp_path / "vast.mp4")
    assert (spec.width, spec.height, spec.num_frames) == (4096, 2048, 1)
    frame = next(read_frames(tmp_path / "vast.mp4"))
    assert frame[1020:1028, 2044:2052].max() > 200
    assert frame[:900].max() < 30


def test_driver_skeleton_and_result_stand_side_by_side(tmp_path: Path) -> None:
    driver = [np.full((90, 160, 3), 50 * number, np.uint8) for number in range(2)]
    skeleton = [draw_frame(document(body(SPARSE)), 0, WIDE)] * 4
    result = [np.full((256, 256, 3), 20 * number, np.uint8) for number in range(4)]
    write_side_by_side(tmp_path / "three.mp4", [driver, skeleton, result], 128, 4, 16)
    frames = list(read_frames(tmp_path / "three.mp4"))
    assert [frame.shape for frame in frames] == [(128, 228 + 128 + 128, 3)] * 4
    assert [round(float(frame[64, 100].mean())) for frame in frames] == pytest.approx([0, 50, 50, 50], abs=3)
    assert [round(float(frame[64, -10].mean())) for frame in frames] == pytest.approx([0, 20, 40, 60], abs=3)
    assert frames[3][20, 228 + 64, 0] > 150
    assert [path.name for path in tmp_path.iterdir()] == ["three.mp4"]
