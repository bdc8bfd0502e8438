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
    "keep_graphs",
    "measure_backends",
    "quickened",
    "repeated_blocks",
]
