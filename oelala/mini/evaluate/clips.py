"""The clips that are judged, by number: decoded from latents that are there, or made now and kept."""

from __future__ import annotations

from collections.abc import Callable

from oelala.mini.evaluate.bench import Bench
from oelala.mini.evaluate.generate import Wanted, image_wanted, pose_wanted, text_wanted
from oelala.mini.evaluate.latents import LatentStore, key_of
from oelala.mini.evaluate.sampler import Frames

Clip = Callable[..., Frames]


def text_clips(bench: Bench) -> Clip:
    """(prompt's number, which of its clips) to frames."""
    return _clips(bench, bench.latents, text_wanted(bench.sampler))


def image_clips(bench: Bench) -> Clip:
    """(picture's number) to frames."""
    return _clips(bench, bench.latents, image_wanted(bench.sampler))


def pose_clips(bench: Bench) -> Clip:
    """(motion's number) to frames."""
    return _clips(bench, bench.pose_latents, pose_wanted(bench.sampler))


def _clips(bench: Bench, store: LatentStore, wanted: Wanted) -> Clip:
    def clip(number: int, seed: int = 0) -> Frames:
        key = key_of(wanted.kind, number, seed)
        if key not in store:
            store.put(key, wanted.make([(number, seed)])[0])
        return bench.sampler.decode(store.get(key))

    return clip
