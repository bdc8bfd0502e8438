"""Under which name the fastest attention for a length is kept, and what was kept. No torch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from oelala.models.flash4 import flash4_version, kernels_with

_MOST_TOKENS, _LEAST_TOKENS = 16_384, 512


def attention_file(private: Path) -> Path:
    """`private`: the workspace's own folder."""
    return private / "attention.json"


def sampled_tokens(tokens: int) -> int:
    """The length that is measured for it: up to a power of two, as the ranking hardly changes within."""
    rounded = 1 << max(1, tokens - 1).bit_length()
    return min(max(rounded, _LEAST_TOKENS), _MOST_TOKENS)


def attention_key(card: str, torch: str, tokens: int) -> str:
    """The beginning of the name, before width and number format. `torch`: its version.

    A package of kernels that comes or goes makes it another name, so that all are measured anew.
    """
    return f"{card} | torch {kernels_with(torch, flash4_version())} | {tokens} × "


def kept_backend(known: Mapping[str, Any], card: str, torch: str, tokens: int) -> str | None:
    """What this card's measurement chose for a length; None: not measured yet, or models of several widths
    differ."""
    start = attention_key(card, torch, sampled_tokens(tokens))
    found = {str(one) for key, one in known.items() if key.startswith(start)}
    return found.pop() if len(found) == 1 else None
