"""What a model is for, in a sentence, where nothing can be made with it yet."""

from __future__ import annotations

from collections.abc import Iterable

from oelala.texts import Language, all_texts, say


def no_use_yet(kinds: Iterable[str], language: Language) -> str:
    """Of a model that does these kinds of task and no others; a kind with no word of its own by its name."""
    words = [say(f"made.{kind}", language) if f"made.{kind}" in all_texts() else kind for kind in kinds]
    return say("terminal.no-use-yet", language, what=", ".join(words))
