"""Room on the card for each phase of a clip: what only the one before needed goes when the next begins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Literal

import torch

from oelala.models.streaming import Ring, Streamed

_Phase = Literal["pictures", "denoising"]


class _Room:
    def __init__(self, ring: Ring, streamed: Iterable[Streamed]) -> None:
        self._ring, self._streamed = ring, list(streamed)
        self._phase: _Phase | None = None

    def enter(self, phase: _Phase) -> None:
        """Nothing happens within the same phase; else slots and blocks that stayed go, and what torch keeps
        of freed memory, which is cut to the sizes of the phase before."""
        if phase == self._phase:
            return
        self._phase = phase
        self._ring.release()
        for one in self._streamed:
            one.leave_places()
        if self._ring.device.type == "cuda":
            torch.cuda.empty_cache()
        if phase == "denoising":
            for one in self._streamed:
                one.make_places()


@contextmanager
def room_for_phases(
    ring: Ring, streamed: Iterable[Streamed], transformers: Iterable[torch.nn.Module], vae: torch.nn.Module
) -> Iterator[None]:
    """For its length every call of a transformer, and of the VAE's halves, finds the card free of the others.

    `streamed`: the transformers of which blocks may stay while they are at work.
    """
    room = _Room(ring, streamed)
    with ExitStack() as undo:
        for module in transformers:
            undo.callback(module.register_forward_pre_hook(lambda *_: room.enter("denoising")).remove)
        for half in (vae.encoder, vae.decoder):
            undo.callback(half.register_forward_pre_hook(lambda *_: room.enter("pictures")).remove)
        yield
