"""What `generate image-to-video --extend` says of the seam, as the page does under the player."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from oelala.studio import Studio
from oelala.terminal.console import Console


def tell_join(studio: Studio, clip: Path, console: Console) -> dict[str, Any] | None:
    """Say in one line how much of the newest seam is seen. The same for scripts, as `media.join.Join`; None
    where nothing was measured. Earlier seams were told of when they were made."""
    joins = studio.clip_joins(clip)
    if not joins:
        return None
    console.say_aside(_in_words(joins[-1], console))
    return joins[-1]


def _in_words(join: Mapping[str, Any], console: Console) -> str:
    words = console.say("live.join", **join)
    if join.get("identity") is None:
        return words
    return f"{words}, {console.say('live.join.face', **join)}"
