"""The judge of actions: what it reads from a track, that training repeats itself, and the shipped weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from oelala.mini.evaluate.action_tracks import NUM_FRAMES, clip_of, copied_by, true_tracks
from oelala.mini.evaluate.actions import ActionClassifier, features
from oelala.mini.evaluate.train_actions import Training, exchanged, mirrored, roughened, train
from oelala.mini.world.render import render_clips
from oelala.mini.world.vocabulary import ACTIONS
from oelala.settings import ASSETS


def test_tracks_are_of_every_action_in_turn() -> None:
    some = true_tracks(0, 10)
    assert some.tracks.shape == (10, NUM_FRAMES, 18, 3)
    assert some.actions.tolist() == list(range(10))
    assert [clip_of(number, held_out=True).motion.action for number in range(10)] == list(ACTIONS)
    assert clip_of(3, held_out=True).character.seed % 2 == 1


def test_features_do_not_depend_on_place_and_size() -> None:
    track = true_tracks(4, 1).tracks[0]
    moved = track.copy()
    moved[..., :2] = moved[..., :2] * 0.5 + 0.2
    first, second = features(track), features(moved)
    assert first is not None
    assert second is not None
    assert np.allclose(first, second, atol=1e-3)


def test_gaps_are_bridged_and_an_absent_body_has_no_action() -> None:
    track = true_tracks(0, 1).tracks[0]
    gap = track.copy()
    gap[5:9] = 0
    whole, bridged = features(track), features(gap)
    assert whole is not None
    assert bridged is not None
    assert np.abs(whole - bridged).max() < 0.1
    gap[8:] = 0
    gap[:5] = 0
    assert features(gap) is None
    assert ActionClassifier.load().name(gap) is None


def test_the_mirror_exchanges_left_and_right() -> None:
    track = true_tracks(1, 1).tracks
    again = mirrored(mirrored(track))
    assert np.allclose(again, track, atol=1e-6)
    assert mirrored(track)[0, 0, 4, 0] == pytest.approx(1 - track[0, 0, 7, 0])


def test_sides_named_the_wrong_way_round_change_no_action() -> None:
    """A detector that takes front for back does so; nobody of these was in the training."""
    people = true_tracks(50_000, 100)
    judge = ActionClassifier.load()
    wanted = [ACTIONS[number] for number in people.actions]
    for tracks in (people.tracks, exchanged(people.tracks)):
        right = [judge.name(track) == want for track, want in zip(tracks, wanted, strict=True)]
        assert np.mean(right) >= 0.96


def test_a_copy_is_the_clip_as_the_vae_keeps_it() -> None:
    clip = render_clips([clip_of(0, held_out=False)], 5, samples=1).frames[0]
    copy = copied_by(ASSETS / "oelala-mini")(clip)
    assert copy.shape == clip.shape
    assert 0 < float((copy - clip).abs().mean()) < 0.04


def test_the_same_tracks_give_the_same_weights(tmp_path: Path) -> None:
    for kind in ("training", "held_out", "copies"):
        for first in (0, 4, 8):
            save_file({"tracks": true_tracks(first, 4).tracks}, tmp_path / f"{kind}-{first:05d}.safetensors")
    training = Training(true=40, seen=10, held_out=10, copied=10, steps=40, cache=tmp_path)
    report = train(training, tmp_path / "a.json")
    train(training, tmp_path / "b.json")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert report["held_out_renders"]["accuracy"] == 1
    assert (report["seen_tracks"], report["copies"]) == (10, 10)


def test_the_shipped_weights_name_actions() -> None:
    classifier = ActionClassifier.load()
    assert classifier.actions == ACTIONS
    assert classifier.report["held_out_renders"]["accuracy"] >= 0.95
    some = true_tracks(1_000_000, 60)
    rough = roughened(some.tracks, np.random.default_rng(1))
    names = [classifier.name(track) for track in rough]
    right = sum(name == ACTIONS[number] for name, number in zip(names, some.actions, strict=True))
    assert right >= 58
