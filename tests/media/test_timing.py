"""When frames are shown, and how often at another rate."""

from __future__ import annotations

import pytest

from oelala.media.timing import is_even, repeats


@pytest.mark.parametrize(
    ("times", "even"),
    [
        ([0, 63, 125, 188, 250], True),  # milliseconds, rounded
        ([5, 6, 7, 8], True),
        ([0, 1, 2, 3.4, 4, 5, 6], True),
        ([0, 1, 2, 4, 5, 6, 7], False),  # one is left out
        ([0, 1, 2.2, 3.7, 5.5, 7.6], False),  # slower and slower
        ([0, 1, 2, 3, 6, 9], False),
        ([0, 1, 2, 3, 4, 8], False),
        ([0, 1], True),
        ([], True),
        ([-(2.0**63)] * 4, True),
    ],
)
def test_a_film_is_even_where_no_frame_is_half_a_frame_off(times: list[float], even: bool) -> None:
    assert is_even(times) is even


@pytest.mark.parametrize(
    ("times", "end", "fps", "counts"),
    [
        ([0, 1, 2], 3, 1, [1, 1, 1]),
        ([0, 1, 2], 3, 2, [2, 2, 2]),
        ([7, 8, 11], 12, 1, [1, 3, 1]),
        ([0, 0.1, 0.2, 1], 3, 1, [0, 0, 1, 2]),
        ([0, 1, 1.4], 1.41, 1, [1, 0, 1]),
    ],
)
def test_frames_keep_their_times(times: list[float], end: float, fps: float, counts: list[int]) -> None:
    assert repeats(times, end, fps) == counts
