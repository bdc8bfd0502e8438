"""Watching a diffusion pipeline at work: cancel between its blocks, and which phase it is in.

Everything here is hooks that are taken off again; the pipeline and its result stay what they were.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import torch

from oelala.models.manager import Loan
from oelala.progress import Phase, Progress, RunContext


class Phases:
    """Reports each phase once it starts, and adds up how long each took (seconds)."""

    def __init__(self, context: RunContext) -> None:
        self.context = context
        self.seconds: dict[str, float] = {}
        self._phase: Phase | None = None
        self._since = time.monotonic()

    def enter(self, phase: Phase, total: int = 0) -> None:
        """Begin `phase` (of `total` steps), ending the one before; nothing happens within the same phase."""
        if phase == self._phase:
            return
        self.leave()
        self._phase = phase
        self.context.report(Progress(phase, 0, total))

    def step(self, phase: Phase, step: int, total: int, preview: bytes | None = None) -> None:
        self.enter(phase, total)
        if step:
            self.context.report(Progress(phase, step, total, preview))

    def forget(self) -> None:
        """Everything begins anew: what has been timed was for nothing."""
        self.leave()
        self.seconds.clear()

    def leave(self) -> None:
        now = time.monotonic()
        if self._phase is not None:
            spent = self.seconds.get(self._phase, 0.0) + now - self._since
            self.seconds[self._phase] = round(spent, 3)
        self._phase, self._since = None, now


class _Pace:
    """Lets launches on a GPU run at most one block ahead of it: no cancel waits behind queued work."""

    def __init__(self) -> None:
        self._events = [torch.cuda.Event(), torch.cuda.Event()]
        self._turn = 0

    def __call__(self) -> None:
        self._events[self._turn].record()
        self._turn = 1 - self._turn
        self._events[self._turn].synchronize()  # an event never recorded counts as done


@dataclass(frozen=True, slots=True)
class Places:
    """Where a pipeline can be stopped: modules whose calls are short."""

    encoders: Sequence[torch.nn.Module]
    denoisers: Sequence[torch.nn.Module]
    blocks: Sequence[torch.nn.Module]

    @classmethod
    def of(cls, pipeline: Any) -> Places:
        names = ("transformer", "transformer_2", "unet")
        denoisers = [one for name in names if (one := getattr(pipeline, name, None)) is not None]
        vae = pipeline.vae.encoder
        encoders = [vae, *vae.down_blocks]
        if (text := getattr(pipeline, "text_encoder", None)) is not None:
            encoders += text.encoder.block
        if (image := getattr(pipeline, "image_encoder", None)) is not None:
            encoders += _layers_of(image)
        return cls(encoders, denoisers, [block for one in denoisers for block in _blocks_of(one)])


def _layers_of(image_encoder: Any) -> Sequence[torch.nn.Module]:
    inner = getattr(image_encoder, "vision_model", image_encoder)
    layers: Sequence[torch.nn.Module] = inner.encoder.layers
    return layers


def _blocks_of(denoiser: Any) -> list[torch.nn.Module]:
    if hasattr(denoiser, "blocks"):
        return [*getattr(denoiser, "vace_blocks", ()), *denoiser.blocks]
    return [*denoiser.down_blocks, denoiser.mid_block, *denoiser.up_blocks]


@contextmanager
def watched(loan: Loan, phases: Phases, num_inference_steps: int, latent_frames: int) -> Iterator[None]:
    """For one call: raises `Cancelled` between blocks of text encoder, transformer and VAE.

    Also notices when denoising and decoding start, and reports decoding by latent frames.
    """
    check = phases.context.cancel.check
    pipeline = loan.pipeline
    pace = _Pace() if loan.device.type == "cuda" else None
    decoded = 0

    def between(*_: Any) -> None:
        check()

    def between_blocks(*_: Any) -> None:
        if pace is not None:
            pace()
        check()

    def denoise(*_: Any) -> None:
        phases.enter("denoising", num_inference_steps)

    def decode(*_: Any) -> None:
        nonlocal decoded
        check()
        phases.step("decoding", min(decoded, latent_frames), latent_frames)
        decoded += 1

    places = Places.of(pipeline)
    with ExitStack() as hooks:
        for modules, hook in (
            (places.encoders, between),
            (places.denoisers, denoise),
            (places.blocks, between_blocks),
            ([pipeline.vae.decoder], decode),
            (pipeline.vae.decoder.up_blocks, between),
        ):
            for module in modules:
                hooks.callback(module.register_forward_pre_hook(hook).remove)
        yield
