"""`python -m oelala.mini.evaluate.train_actions`: makes `actions.json`, the same for the same tracks.

Most of what it learns from are the world's own joints, made to look like MediaPipe's by noise, lost limbs and
confused sides; the rest are MediaPipe's on real renders and on the VAE's copies of them. Held-out renders say
how well it does.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from loguru import logger

from oelala.media.poses.layouts import MIRRORED18
from oelala.mini.evaluate.action_tracks import (
    NUM_FRAMES,
    Labelled,
    Tracks,
    copied_by,
    seen_tracks,
    true_tracks,
)
from oelala.mini.evaluate.actions import ARRAYS, WEIGHTS, ActionClassifier, Floats, features
from oelala.mini.evaluate.statistics import wilson
from oelala.mini.world.vocabulary import ACTIONS
from oelala.settings import ASSETS

_LEGS = ((8, 11), (9, 12), (10, 13))
# Which of two sides is the left one says nothing of what somebody does, and where a face is a smudge the
# detector often names them the wrong way round: it is seen as often as not.
_EXCHANGED = 0.5
_COPIES = 4  # of each render's track: as it is, mirrored, and both with their sides exchanged
_WIDTH = 20
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Training:
    """`true` clips of the world's joints, `seen` and `held_out` renders that MediaPipe has looked at,
    `copied` of the former through the VAE of `model`."""

    true: int = 8000
    seen: int = 200
    held_out: int = 120
    copied: int = 80
    model: Path = ASSETS / "oelala-mini"
    steps: int = 700
    cache: Path = Path(".work/actions")


def mirrored(tracks: Tracks) -> Tracks:
    """The same people in a mirror."""
    swapped = tracks[:, :, list(MIRRORED18)].copy()
    swapped[..., 0] = 1 - swapped[..., 0]
    return swapped


def exchanged(tracks: Tracks) -> Tracks:
    """As a detector sees them that takes front for back: in their places, with the other side's names."""
    return tracks[:, :, list(MIRRORED18)].copy()


def roughened(tracks: Tracks, rng: np.random.Generator) -> Tracks:
    """As a detector would see them: shifted, trembling, now and then with sides confused or a limb lost."""
    count = len(tracks)
    rough = tracks.copy()
    confused = rng.random(count) < _EXCHANGED
    rough[confused] = exchanged(rough[confused])
    for number in np.flatnonzero(rng.random(count) < 0.15):
        _exchange(rough[number], rng, _LEGS)
    joints = rough.shape[2]
    rough[..., :2] += rng.normal(0, 0.014, (count, 1, joints, 2)).astype(np.float32)
    rough[..., :2] += rng.normal(0, 0.006, (*rough.shape[:3], 2)).astype(np.float32)
    # legs under a skirt wander slowly: a wave of its own for every joint
    strength, tempo, phase = (rng.random((count, 1, joints, 2)) for _ in range(3))
    moment = np.linspace(0, 1, NUM_FRAMES)[None, :, None, None]
    wander = 0.03 * strength**2 * np.sin(2 * np.pi * (4 * tempo * moment + phase))
    rough[..., :2] += wander.astype(np.float32)
    lost = rng.random((count, NUM_FRAMES, joints, 1)) < 0.03
    rough[..., :2] += lost * rng.normal(0, 0.05, (*rough.shape[:3], 2)).astype(np.float32)
    astray = (rng.random((count, NUM_FRAMES, 1, 1)) < 0.04) & (rng.random((count, 1, 1, 1)) < 0.4)
    rough[..., :2] += astray * rng.normal(0, 0.08, (*rough.shape[:3], 2)).astype(np.float32)
    return rough


def _exchange(track: Tracks, rng: np.random.Generator, pairs: tuple[tuple[int, int], ...]) -> None:
    """Left and right of these joints the wrong way round for a while, in place."""
    first = int(rng.integers(NUM_FRAMES))
    for right, left in pairs:
        track[first : first + 12, [right, left]] = track[first : first + 12, [left, right]]


def _rows(tracks: Tracks) -> Floats:
    found = [features(track) for track in tracks]
    width = len(next(row for row in found if row is not None))
    return np.stack([np.full(width, np.nan) if row is None else row for row in found])


def gather(training: Training) -> tuple[Floats, np.ndarray, np.ndarray]:
    """Features, actions and weights of everything to learn from."""
    rng = np.random.default_rng(0)
    true = true_tracks(training.seen, training.true)
    seen = seen_tracks(training.cache, training.seen, held_out=False)
    copied = seen_tracks(training.cache, training.copied, held_out=False, copy=copied_by(training.model))
    found = np.concatenate([seen.tracks, copied.tracks])
    both = np.concatenate([found, mirrored(found)])
    tracks = [roughened(true.tracks, rng), both, exchanged(both)]
    actions = np.concatenate([true.actions, *[seen.actions, copied.actions] * _COPIES])
    copies = _COPIES * len(found)
    share = training.true / max(1, copies)
    weights = np.concatenate([np.ones(training.true), np.full(copies, 0.5 * share)])
    rows = _rows(np.concatenate(tracks))
    kept = ~np.isnan(rows[:, 0])
    return rows[kept], actions[kept], weights[kept]


def fit(rows: Floats, actions: np.ndarray, weights: np.ndarray, steps: int) -> dict[str, Floats]:
    """The network's arrays: one batch of all, double precision, a fixed start, so always the same."""
    mean, deviation = rows.mean(0), rows.std(0) + 1e-3
    x = torch.from_numpy(np.clip((rows - mean) / deviation, -6, 6))
    wanted, weight = torch.from_numpy(actions), torch.from_numpy(weights / weights.sum())
    start = torch.Generator().manual_seed(0)
    sizes = {"hidden": (x.shape[1], _WIDTH), "hidden_bias": (_WIDTH,), "out": (_WIDTH, len(ACTIONS))}
    values = {
        name: torch.randn(*size, generator=start, dtype=torch.float64) / size[0] ** 0.5
        for name, size in (sizes | {"out_bias": (len(ACTIONS),)}).items()
    }
    for value in values.values():
        value.requires_grad_()
    optimizer = torch.optim.AdamW(values.values(), lr=0.02, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(steps):
        noisy = x + 0.15 * torch.randn(x.shape, generator=start, dtype=torch.float64)
        inner = (noisy @ values["hidden"] + values["hidden_bias"]).relu()
        loss = torch.nn.functional.cross_entropy(
            inner @ values["out"] + values["out_bias"], wanted, reduction="none", label_smoothing=0.02
        )
        optimizer.zero_grad()
        (loss * weight).sum().backward()
        optimizer.step()
        schedule.step()
    made = {name: value.detach().numpy() for name, value in values.items()}
    return {"mean": mean, "deviation": deviation} | made


def score(classifier: ActionClassifier, labelled: Labelled) -> dict[str, Any]:
    """Its accuracy on those, the interval, and what it took for what."""
    names = [classifier.name(track) for track in labelled.tracks]
    wanted = [classifier.actions[number] for number in labelled.actions]
    mistakes = [f"{want}: {name}" for name, want in zip(names, wanted, strict=True) if name != want]
    right = len(names) - len(mistakes)
    low, high = wilson(right / len(names), len(names))
    return {
        "clips": len(names),
        "accuracy": round(right / len(names), 4),
        "interval": [round(low, 4), round(high, 4)],
        "mistakes": sorted(mistakes),
    }


def _short(values: Floats) -> Any:
    return np.vectorize(lambda value: float(f"{value:.{_DIGITS}g}"))(values).tolist()


def train(training: Training, path: Path = WEIGHTS) -> dict[str, Any]:
    """Write the weights; answers the report that is kept with them."""
    arrays = fit(*gather(training), training.steps)
    data: dict[str, Any] = {"actions": list(ACTIONS), "report": {}}
    data |= {name: _short(arrays[name]) for name in ARRAYS}
    path.write_text(json.dumps(data, separators=(",", ":")), encoding="utf-8")
    held_out = seen_tracks(training.cache, training.held_out, held_out=True)
    made_from = {
        "true_tracks": training.true,
        "seen_tracks": training.seen,
        "copies": training.copied,
        "steps": training.steps,
    }
    data["report"] = {"held_out_renders": score(ActionClassifier.load(path), held_out), **made_from}
    path.write_text(json.dumps(data, separators=(",", ":")) + "\n", encoding="utf-8")
    return dict(data["report"])


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    defaults = Training()
    parser.add_argument("--true", type=int, default=defaults.true)
    parser.add_argument("--seen", type=int, default=defaults.seen)
    parser.add_argument("--held-out", type=int, default=defaults.held_out)
    parser.add_argument("--copied", type=int, default=defaults.copied)
    parser.add_argument("--model", type=Path, default=defaults.model)
    parser.add_argument("--steps", type=int, default=defaults.steps)
    parser.add_argument("--cache", type=Path, default=defaults.cache)
    parser.add_argument("--to", type=Path, default=WEIGHTS)
    args = parser.parse_args()
    torch.set_num_threads(1)
    training = Training(args.true, args.seen, args.held_out, args.copied, args.model, args.steps, args.cache)
    logger.info("{}", json.dumps(train(training, args.to), indent=1))


if __name__ == "__main__":
    main()
