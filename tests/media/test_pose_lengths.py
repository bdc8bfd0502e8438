"""A motion and its clip of unlike length, and what a page is told of gaps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from oelala.media.poses.document import Person
from oelala.media.poses.fitting import Target, fit_motion
from oelala.media.poses.motions import shipped_motion
from oelala.media.poses.retarget import Fit
from oelala.media.poses.source import first_seen, part_of
from oelala.media.poses.view import view_of
from oelala.texts.pose_fit import finding_in_words
from tests.media.bodies import pose_of, standing


def lengths(num_frames: int, motion: Any = None) -> list[tuple[str, dict[str, Any]]]:
    target = Target(256, 256, 16, num_frames)
    fitted = fit_motion(motion or shipped_motion("wave"), None, target, Fit())
    codes = ("only-part", "stands-still")
    return [(one.code, one.values) for one in fitted.findings if one.code in codes]


def test_what_is_cut_off_and_what_stands_still_is_said() -> None:
    assert lengths(33) == [("only-part", {"clip": 2.1, "motion": 4.1})]
    assert lengths(129) == [("stands-still", {"clip": 8.1, "motion": 4.1})]
    assert lengths(65) == []


def test_who_has_left_does_not_stand_still() -> None:
    body = standing(num_frames=33)
    assert lengths(65, pose_of(body)) == [("stands-still", {"clip": 4.1, "motion": 2.1})]
    body[30:] = 0
    assert lengths(65, pose_of(body)) == []


def test_who_comes_after_the_clip_is_said_to_come() -> None:
    body = standing(num_frames=40)
    body[:25] = 0
    target = Target(256, 256, 16, 17)
    said = [one.code for one in fit_motion(pose_of(body), None, target, Fit()).findings]
    assert said == ["comes-later", "only-part"]
    (later, _) = fit_motion(pose_of(body), None, target, Fit(), start=3.0).findings
    assert (later.serious, later.values) == (True, {"clip": 1.1, "at": 4.56})
    assert first_seen(pose_of(body)) == 1.56
    assert fit_motion(part_of(pose_of(body), 1.56, None, ""), None, target, Fit()).findings == ()
    body[:] = 0
    (nobody, _) = fit_motion(pose_of(body), None, target, Fit()).findings
    assert (nobody.code, first_seen(pose_of(body))) == ("nobody", None)


def test_the_nearest_length_of_a_model_is_near_enough() -> None:
    """Models count in steps of four: two frames more or fewer are as near as it gets."""
    driver = pose_of(standing(num_frames=67))
    assert lengths(65, driver) == lengths(69, driver) == []
    assert lengths(61, driver) == [("only-part", {"clip": 3.8, "motion": 4.2})]
    faster = replace(driver, fps=32.0)
    assert lengths(33, faster) == []
    assert lengths(65, faster) == [("stands-still", {"clip": 4.1, "motion": 2.1})]


def test_a_picture_stands_still_on_purpose() -> None:
    assert lengths(33, pose_of(standing(num_frames=1))) == []


def test_the_words_have_their_seconds() -> None:
    (code, values) = lengths(33)[0]
    assert finding_in_words(code, [], values, "en").startswith(
        "The clip lasts 2.1 s: it shows only the first"
    )
    assert finding_in_words(code, [], values, "nl").startswith("De clip duurt 2,1 s: alleen de eerste 2,1 s")


@pytest.mark.parametrize("partly", [False, True])
def test_a_page_can_tell_filled_frames_from_empty_ones(partly: bool) -> None:
    body = standing(num_frames=5)
    body[4] = 0
    filled = np.zeros(body.shape[:2], bool)
    filled[1] = True
    filled[2, :9] = True
    if partly:
        filled[1, 3] = False
    pose = replace(pose_of(body), people=(Person.of(body, filled=filled),))
    assert view_of(pose)["persons"][0]["seen"] == [1, 1 if partly else 2, 1, 1, 0]
