"""What makes a run faster on this very card: kernels chosen by measuring, blocks compiled for their shape."""

from oelala.models.speed.attention import (
    DEFAULT,
    AttentionShape,
    attention_backend,
    attention_shape,
    choose_backend,
    measure_backends,
)
from oelala.models.speed.choices import AttentionChoices
from oelala.models.speed.compiling import CompiledBlocks, keep_graphs, repeated_blocks
from oelala.models.speed.feed_forward import feed_in_pieces, same_in_pieces
from oelala.models.speed.quicken import Quickening, quickened

__all__ = [
    "DEFAULT",
    "AttentionChoices",
    "AttentionShape",
    "CompiledBlocks",
    "Quickening",
    "attention_backend",
    "attention_shape",
    "choose_backend",
    "feed_in_pieces",
    "keep_graphs",
    "measure_backends",
    "quickened",
    "repeated_blocks",
    "same_in_pieces",
]
