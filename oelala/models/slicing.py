"""Parts that compute in pieces where a plan wants it, so that they hold less at once.

Slices and branches give the same result but for rounding: a product of fewer rows may be added up in another
order. In 64 bits 1e-14 apart; in 16 bits no farther from that than without them. Tiles of the VAE are
blended at their edges.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import torch

from oelala.models.planning import Plan


@contextmanager
def in_pieces(plan: Plan, transformers: Sequence[torch.nn.Module], vae: torch.nn.Module) -> Iterator[None]:
    """For its length the parts compute as `plan` says; after it, however it ends, they are what they were."""
    with ExitStack() as undo:
        if plan.vae_tiling and hasattr(vae, "enable_tiling"):
            vae.enable_tiling()
            undo.callback(vae.disable_tiling)
        for module in transformers:
            if plan.slicing != "none":
                undo.enter_context(feed_forward_in_slices(module))
            if plan.slicing == "branches":
                undo.enter_context(branches_apart(module))
        yield


@contextmanager
def feed_forward_in_slices(unet: Any) -> Iterator[None]:
    """For its length a `UNetSpatioTemporalConditionModel` brings one frame after the other through its wide
    layers: of what those hold, eight times their width, there is one frame's at a time.

    diffusers slices by frames in spatial and temporal blocks alike; one at a time goes into any number.
    """
    blocks = [module for module in unet.modules() if hasattr(module, "set_chunk_feed_forward")]
    before = [(block, block._chunk_size, block._chunk_dim) for block in blocks]
    unet.enable_forward_chunking(chunk_size=1, dim=0)
    try:
        yield
    finally:
        # diffusers has no way back for this class of UNet
        for block, size, dim in before:
            block._chunk_size, block._chunk_dim = size, dim


@contextmanager
def branches_apart(unet: Any) -> Iterator[None]:
    """For its length a `UNetSpatioTemporalConditionModel` that is called with several clips at once, which is
    what the two branches of guidance are to it, computes one after the other."""
    own, plain = vars(unet).get("forward"), unet.forward
    unet.forward = _one_by_one(plain)
    try:
        yield
    finally:
        del unet.forward
        if own is not None:
            unet.forward = own


def _one_by_one(plain: Callable[..., Any]) -> Callable[..., tuple[torch.Tensor]]:
    def forward(
        sample: torch.Tensor,
        timestep: torch.Tensor,
        encoder_hidden_states: torch.Tensor,
        added_time_ids: torch.Tensor,
        return_dict: bool = False,
    ) -> tuple[torch.Tensor]:
        """As the pipeline calls it: (b, T, C, h, w), one timestep for all, (b, 1, d), (b, 3); a tuple."""
        assert not return_dict
        clips = zip(
            *(given.split(1) for given in (sample, encoder_hidden_states, added_time_ids)), strict=True
        )
        answers = [
            plain(one, timestep, encoder_hidden_states=seen, added_time_ids=ids, return_dict=False)[0]
            for one, seen, ids in clips
        ]
        return (torch.cat(answers),)

    return forward
