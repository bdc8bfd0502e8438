"""Motions on other bodies, and what is said of those that do not fit."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, get_args

import numpy as np
import pytest
from PIL import Image

from oelala.media.picture import Framing, frame_picture
from oelala.media.poses.document import Person, Points, Pose
from oelala.media.poses.fit_check import Code, check_fit
from oelala.media.poses.layouts import COCO18, COCO18_IN_BODY25
from oelala.media.poses.retarget import Fit, bone_lengths, frame_pose, placement, resize, retarget
from oelala.texts import all_texts
from tests.media.bodies import crouching, pose_of, standing


def arm(body: Points) -> float:
    return float(np.linalg.norm(body[2, :2] - body[3, :2]))


def long_armed(body: Points, factor: float = 1.3) -> Points:
    made = body.copy()
    for shoulder, elbow, wrist in ((2, 3, 4), (5, 6, 7)):
        for start, end in ((shoulder, elbow), (elbow, wrist)):
            made[:, end, :2] = made[:, start, :2] + (body[:, end, :2] - body[:, start, :2]) * factor
    return made


def test_a_motion_takes_place_size_and_bones_of_the_character() -> None:
    body = standing(200, (60, 40))
    body[:, :, 0] += np.arange(5)[:, None] * 3  # the driver walks to the right
    character = pose_of(long_armed(standing(100, (180, 120), 1)))
    place = placement(retarget(pose_of(body), character), character)
    assert place is not None
    assert place.scale == pytest.approx(0.5)
    made = retarget(pose_of(body), character, replace(place, bones=1.0)).people[0].coco18()
    wanted = long_armed(standing(100, (180, 120)))
    wanted[:, :, 0] += np.arange(5)[:, None] * 1.5  # half as large, half as far
    assert made[..., :2] == pytest.approx(wanted[..., :2], abs=1e-6)
    assert (made[..., 2] == 1).all()


def test_bones_can_stay_the_drivers_and_the_place_as_well() -> None:
    driver, character = pose_of(standing(200)), pose_of(long_armed(standing(100, (60, 60), 1)))
    half = retarget(driver, character, Fit(bones=0.5)).people[0].coco18()[0]
    none = retarget(driver, character, Fit(bones=0)).people[0].coco18()
    assert arm(half) == pytest.approx(arm(standing(200)[0]) * 1.15)
    assert none == pytest.approx(standing(200))


def test_whoever_shows_no_hips_is_placed_by_the_neck_and_nobody_nowhere() -> None:
    bust = standing(240, (100, 60), 1)
    bust[:, 8:14] = 0
    place = placement(pose_of(standing(120)), pose_of(bust))
    assert place is not None
    made = retarget(pose_of(standing(120)), None, place).people[0].coco18()
    assert made[0, 1, :2] == pytest.approx(bust[0, 1, :2])
    assert made[0, 5, :2] == pytest.approx(bust[0, 5, :2])
    head = np.zeros((1, 18, 3))
    head[:, 0] = standing()[:1, 0]
    assert placement(pose_of(standing()), pose_of(head)) is None


@pytest.mark.parametrize(
    ("driver", "turned", "back", "thighs", "shins", "hidden"),
    [
        (0, 0, 0, 0, 0, ()),
        (0, 45, 0, 0, 60, (3, 4, 6, 7)),
        (0, 60, 20, 80, 60, ()),
        (0, 60, 35, 80, 30, (10, 13)),
        (0, 90, 60, 110, 30, ()),
        (45, 60, 20, 110, 60, (3, 4, 6, 7)),
        (88, 0, 0, 80, 30, (3, 4, 6, 7)),
    ],
)
def test_who_crouches_or_is_seen_from_the_side_is_as_large_as_ever(
    driver: float, turned: float, back: float, thighs: float, shins: float, hidden: tuple[int, ...]
) -> None:
    upright = pose_of(crouching(200, driver, 0, 0, 0))
    body = crouching(100, turned, back, thighs, shins)
    body[:, list(hidden)] = 0
    place = placement(upright, pose_of(body))
    assert place is not None
    assert place.scale == pytest.approx(0.5, rel=0.03)


def test_a_body_seen_from_its_end_alone_tells_no_size() -> None:
    upright, flat = pose_of(standing(200)), standing(200, num_frames=1)
    flat[..., :2] = (128, 100)
    place = placement(upright, pose_of(flat))
    assert place is not None
    assert place.scale == 1


@pytest.mark.parametrize(("mode", "focus"), [("pad", 0.5), ("crop", 0.4), ("crop", 0.6)])
def test_a_pose_is_framed_as_its_picture_is(mode: Literal["crop", "pad"], focus: float) -> None:
    framing = Framing(96, 160, mode, focus, focus)
    pixels = np.zeros((128, 256, 3), np.uint8)
    pixels[40:57, 120:137] = 255
    framed = np.asarray(frame_picture(Image.fromarray(pixels), framing))[..., 0] > 127
    rows, columns = np.nonzero(framed)
    body = np.zeros((1, 18, 3))
    body[:, 1] = (128.5, 48.5, 1)
    made = frame_pose(Pose(256, 128, 16, 1, (Person.of(body),)), framing).people[0].body[0, 1]
    assert made[:2] == pytest.approx([columns.mean() + 0.5, rows.mean() + 0.5], abs=1)


def test_a_limb_seen_from_its_end_is_no_matter_of_the_slider() -> None:
    driver, character = pose_of(standing(200)), pose_of(long_armed(standing(200, num_frames=1), 2.5))
    for bones, code in ((0.0, "proportions"), (1.0, "foreshortened")):
        fitted = retarget(driver, character, Fit(bones))
        assert code in [finding.code for finding in check_fit(fitted, character, bones)]


def test_sliders_move_and_scale_around_the_hips() -> None:
    driver = pose_of(standing(100, (128, 100)))
    made = retarget(driver, None, Fit(scale=1.5, shift_x=0.25, shift_y=-0.125)).people[0].coco18()[0]
    hips = (standing(100, (128, 100))[0, 8, :2] + standing(100, (128, 100))[0, 11, :2]) / 2
    assert (made[8, :2] + made[11, :2]) / 2 == pytest.approx(hips + np.array([64, -32]))
    assert made[10, 1] - made[0, 1] == pytest.approx(150)


def test_another_frame_shows_the_whole_body_undistorted() -> None:
    wide = resize(pose_of(standing()), 832, 480)
    body = wide.people[0].body[0]
    assert (wide.width, wide.height) == (832, 480)
    assert body[:, :2] == pytest.approx(standing()[0, :, :2] * 1.875 + (176, 0))
    assert retarget(pose_of(standing()), pose_of(standing(), width=832, height=480)).width == 832


def test_missing_points_stay_missing_and_hands_go_along() -> None:
    body = standing(200)
    body[:, 9] = 0  # no right knee
    hand = np.ones((5, 21, 3))
    hand[..., :2] = body[:, 7:8, :2] + np.arange(21)[None, :, None]
    driver = Pose(256, 256, 16, 5, (Person.of(body, hand_left=hand),))
    made = retarget(driver, pose_of(long_armed(standing(200, num_frames=1)))).people[0]
    assert not made.coco18()[:, 9].any()
    assert made.coco18()[:, 10, 2].all()
    offsets = made.hand_left[..., :2] - made.coco18()[:, 7:8, :2]
    assert offsets == pytest.approx(np.broadcast_to(np.arange(21)[None, :, None], (5, 21, 2)))


def test_a_bone_seen_from_its_end_is_measured_where_it_is_longest() -> None:
    body = standing(200)
    body[:3, 3, :2] = body[:3, 2, :2] + 1  # the right upper arm points at the camera at first
    body[:, 6] = 0  # and the left one is hidden
    pose = pose_of(body)
    lengths = bone_lengths(pose, pose.people[0])
    assert lengths[2, 3] == pytest.approx(arm(standing(200)[0]), rel=1e-6)
    assert lengths[5, 6] == lengths[2, 3]


def test_nobody_cannot_be_fitted() -> None:
    for driver, character in ((pose_of(), None), (pose_of(standing()), pose_of())):
        with pytest.raises(ValueError, match="nobody"):
            retarget(driver, character)
    with pytest.raises(ValueError, match="scale"):
        Fit(scale=0)


def codes(pose: Pose, character: Pose | None = None) -> set[str]:
    return {finding.code for finding in check_fit(pose, character)}


def test_a_body_that_fits_gets_no_findings() -> None:
    assert check_fit(pose_of(standing(200)), pose_of(standing(150, num_frames=1))) == []


def test_what_does_not_fit_is_found() -> None:
    absent, legless = standing(200), standing(200)
    absent[3:] = 0
    legless[:, 8:14] = 0
    assert codes(pose_of()) == {"nobody"}
    assert "absent" in codes(pose_of(absent))
    assert codes(pose_of(standing(200), standing(200))) == {"several"}
    assert codes(pose_of(standing(60, (128, 100)))) == {"too-small"}
    assert "too-large" in codes(pose_of(standing(300, (128, -20))))
    assert codes(pose_of(standing(200, (128, 0)))) == {"cut-off"}
    (missing,) = check_fit(pose_of(legless))
    assert (missing.code, missing.serious) == ("missing-joints", False)
    assert missing.joints == ("right-hip", "right-knee", "right-ankle", "left-hip", "left-knee", "left-ankle")
    (outside,) = check_fit(pose_of(standing(200, (10, 30))))
    assert outside.code == "out-of-frame"
    assert set(outside.joints) >= {"right-shoulder", "right-elbow", "right-wrist"}
    (unlike,) = check_fit(pose_of(standing(200)), pose_of(long_armed(standing(200, num_frames=1), 1.5)))
    assert unlike.code == "proportions"
    assert set(unlike.joints) == {"right-elbow", "right-wrist", "left-elbow", "left-wrist"}


def test_serious_findings_come_first() -> None:
    body = standing(30, (128, 100))
    assert [finding.serious for finding in check_fit(pose_of(body, body))] == [True, False]


def test_every_finding_and_every_joint_has_its_words() -> None:
    texts = all_texts()
    assert {f"pose.fit.{code}" for code in get_args(Code)} <= texts.keys()
    assert {f"pose.joint.{name.replace(' ', '-')}" for name in COCO18.joints} <= texts.keys()


def test_the_command_line_is_told_of_flags_and_not_of_the_page() -> None:
    texts = all_texts()
    for code in get_args(Code):
        typed = texts.get(f"terminal.fit.{code}") or texts[f"pose.fit.{code}"]
        for words in (typed.en, typed.nl):
            assert not any(sign in words for sign in ("“", "Click", "Klik", "From", "Vanaf")), words
    for code, flags in (
        ("only-part", ("--num-frames", "--motion-start", "--motion-end")),
        ("stands-still", ("--num-frames",)),
        ("comes-later", ("--motion-start",)),
        ("cuts-away", ("--motion-start", "--motion-end")),
    ):
        for language in ("en", "nl"):
            words = getattr(texts[f"terminal.fit.{code}"], language)
            assert all(flag in words for flag in flags)


def test_bodies_of_25_and_of_18_are_one() -> None:
    pose = pose_of(standing(200))
    longer = pose.people[0].body25()
    assert longer[:, list(COCO18_IN_BODY25)] == pytest.approx(standing(200))
    assert longer[0, 8, :2] == pytest.approx((128, 130))
    assert not longer[:, 19:].any()
    again = replace(pose, people=(Person.of(longer),))
    assert again.people[0].coco18() == pytest.approx(standing(200))
    assert check_fit(again) == []
