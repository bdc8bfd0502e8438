"""The time embedding once for each latent frame, where diffusers computes and keeps it for each token.

Wan 2.2's 5B gives a start picture the timestep 0 and everything else the step's own, so every token of a
frame has the same one. For 121 frames of 1280 × 704, what diffusers makes of that is 27,280 × 6 × 3072
numbers: in 16 bits through the whole pass, and twice over in 32 bits in every block. A row for each of 31
frames says it all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import MethodType
from typing import Any

import torch
from diffusers.models.transformers.transformer_wan import WanTransformer3DModel, WanTransformerBlock

# A product of few rows may be added up in another order than one of many, and end in another last bit; so it
# has no fewer than this, which take next to no time.
ROWS = 1024

# The compiler follows a function of this module, and no attribute of a class.
_plain_forward: Callable[..., torch.Tensor] = WanTransformerBlock.forward

Check = Callable[[torch.Tensor], bool]


def alike(timesteps: torch.Tensor) -> bool:
    """Whether all tokens of each frame have the same; (batch, frames, tokens of a frame)."""
    return bool((timesteps == timesteps[:, :, :1]).all())


@contextmanager
def time_per_frame(module: Any, check: Check = alike, rows: int = ROWS) -> Iterator[None]:
    """For its length a plain Wan transformer works out a timestep for each token once for each latent frame,
    with the same result. Where tokens of a frame differ, and for other transformers, all is as ever. `rows`:
    of the embedding, at least."""
    if type(module) is not WanTransformer3DModel:
        yield
        return
    with ExitStack() as undo:
        embedding = _PerFrame(module, check, rows)
        _replace(undo, module.patch_embedding, embedding.look)
        _replace(undo, module.condition_embedder, embedding)
        for block in module.blocks:
            if type(block) is WanTransformerBlock:
                _replace(undo, block, MethodType(_forward, block))
        yield


def _replace(undo: ExitStack, part: Any, forward: Any) -> None:
    own = vars(part).get("forward")
    part.forward = forward
    undo.callback(_restore, part, own)


def _restore(part: Any, own: Any) -> None:
    vars(part).pop("forward", None)
    if own is not None:
        part.forward = own


class _PerFrame:
    """In the place of the condition embedder's forward."""

    def __init__(self, module: Any, check: Check, rows: int) -> None:
        self._plain, self._check, self._rows = module.condition_embedder.forward, check, rows
        self._patches = module.patch_embedding.forward
        self._frames = 0

    def look(self, hidden_states: torch.Tensor) -> torch.Tensor:
        """The patches as they are, which come before: they tell how many frames there are."""
        patches: torch.Tensor = self._patches(hidden_states)
        self._frames = patches.shape[2]
        return patches

    def __call__(
        self,
        timestep: torch.Tensor,
        encoder_hidden_states: torch.Tensor,
        encoder_hidden_states_image: torch.Tensor | None = None,
        timestep_seq_len: int | None = None,
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor | None]:
        others = encoder_hidden_states, encoder_hidden_states_image
        tokens, frames = timestep_seq_len, self._frames
        if tokens is None or not frames or tokens % frames:
            return self._plain(timestep, *others, timestep_seq_len=tokens)
        each = timestep.view(-1, frames, tokens // frames)
        if not self._check(each):
            return self._plain(timestep, *others, timestep_seq_len=tokens)
        rows = _at_least(each[:, :, 0], min(self._rows, tokens))
        temb, projected, *rest = self._plain(rows.flatten(), *others, timestep_seq_len=rows.shape[1])
        # after the last block diffusers wants it for each token
        return temb[:, :frames].repeat_interleave(tokens // frames, dim=1), projected[:, :frames], *rest


def _at_least(rows: torch.Tensor, count: int) -> torch.Tensor:
    """The last one repeated, as often as it takes."""
    missing = count - rows.shape[1]
    return rows if missing <= 0 else torch.cat([rows, rows[:, -1:].expand(-1, missing)], dim=1)


def _forward(
    self: Any,
    hidden_states: torch.Tensor,
    encoder_hidden_states: torch.Tensor,
    temb: torch.Tensor,
    rotary_emb: Any,
) -> torch.Tensor:
    """A block's own work on `temb` (batch, frames, 6, width), each row for all tokens of its frame."""
    if temb.ndim != 4 or temb.shape[1] == hidden_states.shape[1]:
        return _plain_forward(self, hidden_states, encoder_hidden_states, temb, rotary_emb)
    kind, frames = hidden_states.dtype, temb.shape[1]
    rows = (self.scale_shift_table.unsqueeze(0) + temb.float()).unsqueeze(2).unbind(3)

    def shaped(tokens: torch.Tensor) -> torch.Tensor:
        return tokens.unflatten(1, (frames, -1))

    def scaled(normed: torch.Tensor, shift: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
        return (shaped(normed) * (1 + scale) + shift).flatten(1, 2).to(kind)

    def added(before: torch.Tensor, found: torch.Tensor, gate: torch.Tensor) -> torch.Tensor:
        return (shaped(before.float()) + shaped(found) * gate).flatten(1, 2).to(kind)

    seen = self.attn1(scaled(self.norm1(hidden_states.float()), rows[0], rows[1]), None, None, rotary_emb)
    hidden_states = added(hidden_states, seen, rows[2])
    seen = self.attn2(self.norm2(hidden_states.float()).to(kind), encoder_hidden_states, None, None)
    hidden_states = hidden_states + seen
    seen = self.ffn(scaled(self.norm3(hidden_states.float()), rows[3], rows[4]))
    return added(hidden_states, seen.float(), rows[5])
