"""What makes a run faster on this very card: kernels chosen by measuring, blocks compiled for their shape."""

from oelala.models.speed.attention import (
    AttentionShape,
    attention_backend,
    choose_backend,
    measure_backends,
)
from oelala.models.speed.feed_forward import feed_in_pieces, same_in_pieces

__all__ = [
    "AttentionShape",
    "attention_backend",
    "choose_backend",
    "feed_in_pieces",
    "measure_backends",
    "same_in_pieces",
]
