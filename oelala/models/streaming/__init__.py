"""Weights that pass through the card: blocks wait in main memory or on the disk, a few are there at once."""

from oelala.models.streaming.branches import Branches
from oelala.models.streaming.ring import Ring
from oelala.models.streaming.sources import WeightsGone
from oelala.models.streaming.stream import Streamed, StreamRequest, stream_module

__all__ = ["Branches", "Ring", "StreamRequest", "Streamed", "WeightsGone", "stream_module"]
