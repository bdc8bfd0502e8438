"""Hands and faces that a model looks at, added to a motion that has bodies alone; what is missing is said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from oelala.engines.pose_motion import driving_of
from oelala.library.searches import wanted_of
from oelala.media.poses.detect import detect_pose
from oelala.media.poses.document import Person, Pose
from oelala.media.poses.fitting import Target, fit_motion
from oelala.media.poses.measure import who_follows
from oelala.media.poses.openpose_write import write_zip
from oelala.media.poses.parts import Wanted, check_parts, with_parts
from oelala.media.poses.retarget import Fit
from oelala.tasks.pose_transfer import PoseTransfer
from tests.media.bodies import pose_of, standing
from tests.media.people import PHOTOGRAPHS, needs_photographs

ALL = Wanted(hands=True, drawn_face=True)
LEFT, RIGHT = standing(150, (60, 40)), standing(150, (190, 40))


def with_a_hand(body: np.ndarray, at: float) -> Person:
    hand = np.ones((len(body), 21, 3))
    hand[..., :2] = at
    return Person.of(body, hand, np.zeros_like(hand), np.ones((len(body), 68, 3)))


def test_parts_go_to_the_same_person_at_the_same_size() -> None:
    mine = pose_of(LEFT, RIGHT)
    closer = Pose(
        512, 512, 16, 4, (with_a_hand(RIGHT[:4] * (2, 2, 1), 80), with_a_hand(LEFT[:4] * (2, 2, 1), 20))
    )
    for index, at in ((0, 10), (1, 40)):
        made = with_parts(mine, closer, index)
        assert (made.people[index].body == mine.people[index].body).all()
        assert (made.people[index].hand_left[:4, :, :2] == at).all()
        assert not made.people[index].hand_left[4].any(), "the frame that was not looked at"
        assert made.people[1 - index] is mine.people[1 - index]
        assert ALL.lacks(mine.people[index])
        assert not ALL.lacks(made.people[index])
    elsewhere = replace(closer, people=(with_a_hand(standing(150, (400, 300)), 1),), num_frames=5)
    assert with_parts(mine, elsewhere) is mine
    assert with_parts(mine, replace(closer, people=())) is mine


def test_what_points_cannot_show_is_said() -> None:
    bare, whole = pose_of(LEFT).people[0], with_a_hand(LEFT, 5)

    def said(person: Person, wanted: Wanted, *, film: bool = False) -> list[str]:
        return [finding.code for finding in check_parts(person, wanted, film=film)]

    assert said(bare, ALL) == ["no-hands"]
    assert said(whole, ALL) == []
    assert said(whole, Wanted(hands=True, drawn_face=False, face_film=True)) == ["no-face"]
    assert said(bare, Wanted(hands=True, drawn_face=False, face_film=True), film=True) == []
    assert said(bare, Wanted(hands=False, drawn_face=False)) == []


@needs_photographs
def test_a_motion_of_bodies_is_looked_at_closely_for_a_model_that_sees_hands(tmp_path: Path) -> None:
    photograph = PHOTOGRAPHS / "COCO_val2014_000000000294.jpg"
    bodies = detect_pose(photograph)
    assert not bodies.people[0].hand_left.shape[1]
    write_zip(bodies, tmp_path / "found.zip")
    task = PoseTransfer(
        motion="found.zip",
        pose_style="animate",
        model="wan2.2-animate-14b",
        prompt="x",
        width=256,
        height=256,
        num_frames=1,
    )
    file, wanted = str(tmp_path / "found.zip"), wanted_of(task, "WanAnimatePipeline")
    driving = driving_of(task, file, 16, None, film=photograph, wanted=wanted)
    person = driving.pose.people[0]
    assert driving.pose.seen(person.hand_left).any()
    assert driving.pose.seen(person.face).any()
    assert {"no-hands", "no-face"}.isdisjoint(driving.findings)
    without = driving_of(task, file, 16, None, wanted=wanted)
    assert {"no-hands", "no-face"} <= set(without.findings)
    plain = driving_of(task.model_copy(update={"pose_style": "body"}), file, 16, None, film=photograph)
    assert not plain.pose.people[0].hand_left.size


def test_who_else_is_there_is_said_once_each() -> None:
    both, target = pose_of(LEFT, RIGHT), Target(256, 256, 16, 5)
    someone = pose_of(standing(150, num_frames=1), standing(90, (40, 40), num_frames=1))

    def said(person: int, character: Pose | None = None) -> dict[str, dict[str, int]]:
        fitted = fit_motion(both, character, target, Fit(), person=person)
        return {one.code: one.values for one in fitted.findings if one.code.startswith("several")}

    assert said(0) == {"several": {"count": 2}}
    assert said(1) == {}, "somebody was asked for"
    assert said(1, someone) == {"several-characters": {"count": 2}}
    assert (fit_motion(both, None, target, Fit(), person=1).original.people[0].body == RIGHT).all()


@pytest.mark.parametrize("wanted", [LEFT, RIGHT])
def test_the_body_nearest_to_the_driver_is_measured(wanted: np.ndarray) -> None:
    truth = pose_of(wanted)
    frames = [
        [person.body25()[index] * (2, 2, 1) for person in pose_of(RIGHT, LEFT).people] for index in range(5)
    ]
    chosen = who_follows(truth, [*frames[:3], [], frames[4][:1]], (512, 512))
    assert (chosen[:3, :8] == wanted[:3, :8] * (2, 2, 1)).all()
    assert not chosen[3].any()
    assert (chosen[4, :8] == RIGHT[4, :8] * (2, 2, 1)).all(), "who is alone is measured"
