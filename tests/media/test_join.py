"""Joined clips: colours are matched by the frame that both have, and the seam is measured."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from oelala.media.join import Join, end_of, match_colours
from oelala.media.join import join_clips as join_to
from tests.media.clips import moving_gradient
from tests.media.people import needs_photographs, photographs


def halves() -> tuple[np.ndarray, np.ndarray]:
    """One movement in two clips; the second begins with the last frame of the first."""
    clip = moving_gradient(17, 64, 96)
    return clip[:9], clip[8:]


def join_clips(before: np.ndarray, added: np.ndarray) -> tuple[np.ndarray, Join]:
    """Both as one."""
    matched, join = join_to(end_of(iter(before)), added)
    return np.concatenate([before, matched]), join


def test_only_the_end_of_a_clip_is_held() -> None:
    end = end_of(moving_gradient(17, 64, 96))
    assert end.num_frames == 17
    assert np.array_equal(end.frames, moving_gradient(17, 64, 96)[-4:])
    with pytest.raises(ValueError, match="at least one array"):
        end_of([])


@needs_photographs
def test_another_face_after_the_seam_is_told() -> None:
    one, other = (np.stack([cv2.resize(photographs()[which], (320, 320))] * 5) for which in (0, 2))
    _, same = join_clips(one, one)
    _, changed = join_clips(one, np.concatenate([one[-1:], other]))
    assert same.identity == pytest.approx(0, abs=0.05)
    assert changed.identity is not None
    assert changed.identity > 0.5


def test_a_perfect_continuation_has_no_seam() -> None:
    before, added = halves()
    joined, join = join_clips(before, added)
    assert np.array_equal(joined, moving_gradient(17, 64, 96))
    assert join.frame == 9
    assert (join.colour, join.colour_before) == pytest.approx((0.3, 0.3), abs=0.4)
    assert join.sharpness == pytest.approx(1, abs=0.1)
    assert join.jump == pytest.approx(1, abs=0.1)
    assert join.identity is None, "nobody is in it"


def test_a_shift_of_colour_is_taken_back_and_told() -> None:
    before, added = halves()
    shifted = (added * 0.9 + np.array([14, 0, -6])).clip(0, 255).astype(np.uint8)
    joined, join = join_clips(before, shifted)
    assert join.colour_before > 4
    assert join.colour < 1
    assert np.abs(joined[9:].astype(int) - added[1:]).mean() < 2
    assert join.jump < 1.5


def test_a_cut_and_a_blur_are_told() -> None:
    before, added = halves()
    noise = np.random.default_rng(0).integers(0, 255, before.shape, np.uint8)
    _, cut = join_clips(before, np.concatenate([before[-1:], 255 - added[1:]]))
    assert cut.jump > 10
    _, blurred = join_clips(noise, np.concatenate([noise[-1:], before]))
    assert blurred.sharpness < 0.1


def test_matching_knows_its_limits() -> None:
    """Two frames that show different things must not be forced upon each other."""
    black, white = np.zeros((8, 8, 3), np.uint8), np.full((8, 8, 3), 250, np.uint8)
    flat = np.full((1, 8, 8, 3), 100, np.uint8)
    assert match_colours(flat, white, white).tolist() == flat.tolist()
    assert match_colours(flat, black, white)[0, 0, 0].tolist() == [255, 255, 255]


def test_still_clips_have_no_seam_either() -> None:
    still = np.full((5, 16, 16, 3), 90, np.uint8)
    _, join = join_clips(still, still)
    assert (join.jump, join.sharpness, join.colour) == (1.0, 1.0, 0.0)
