"""Noise levels reach where the picture is planned; stills come first, hard captions later."""

import torch

from oelala.mini.recipe.schedule import PLAN, STILLS, batch_at, hard_share, noise_levels


def test_noise_levels_reach_the_top() -> None:
    torch.manual_seed(0)
    times = noise_levels(4000, torch.device("cpu"))
    assert times.min() > 0
    assert times.max() <= 1
    assert 0.10 < (times > 0.96).float().mean() < 0.16
    assert 0.25 < (times < 0.6).float().mean() < 0.45


def test_noise_levels_reach_the_bottom_where_faces_are_decided() -> None:
    torch.manual_seed(0)
    times = noise_levels(4000, torch.device("cpu"))
    assert 0.10 < (times < 0.3).float().mean() < 0.14
    assert (times < 0.05).float().mean() > 0.015


def test_noise_levels_come_in_random_order() -> None:
    times = noise_levels(4000, torch.device("cpu"))
    assert not torch.equal(times, times.sort().values)


def test_even_small_batches_are_spread() -> None:
    torch.manual_seed(0)
    shares = torch.stack([(noise_levels(64, torch.device("cpu")) > 0.9).float().mean() for _ in range(50)])
    assert shares.std() < 0.02


def test_stills_first_then_clips_and_stills_always() -> None:
    early = [batch_at(0.1, step).frames for step in range(20)]
    late = [batch_at(0.9, step).frames for step in range(20)]
    assert early.count(1) == 15
    assert late.count(9) == 10
    assert all(STILLS in kinds for _, kinds in PLAN)
    assert batch_at(1.5, 0) == PLAN[-1][1][0]


def test_hard_captions_come_later() -> None:
    assert hard_share(0.0) == 0.15
    assert 0.15 < hard_share(0.4) < hard_share(0.6) <= 0.65
