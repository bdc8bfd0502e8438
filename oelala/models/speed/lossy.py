"""Faster at the price of another result: off unless asked for, and told wherever the clip is described."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from diffusers import FirstBlockCacheConfig


@contextmanager
def first_block_cache(module: Any, threshold: float) -> Iterator[None]:
    """For its length a step whose first block changes by less than `threshold` reuses the last one's rest.

    diffusers' FirstBlockCache, with nothing of it left on the modules afterwards. `threshold`: of the mean
    relative change, above 0; 0.05 … 0.2 are usual. Raises ValueError where the module already has a cache.
    """
    before = {part: vars(part).get("forward") for part in module.modules()}
    hooked = {part for part in before if hasattr(part, "_diffusers_hook")}
    module.enable_cache(FirstBlockCacheConfig(threshold=threshold))
    try:
        yield
    finally:
        module.disable_cache()
        for part, own in before.items():
            _restore(part, own, keep_hook=part in hooked)


def _restore(part: torch.nn.Module, own: Any, *, keep_hook: bool) -> None:
    """diffusers leaves its registry, and a bound forward where there was none."""
    if keep_hook or not hasattr(part, "_diffusers_hook"):
        return
    del part._diffusers_hook
    vars(part).pop("forward", None)
    if own is not None:
        part.forward = own
