"""Every sentence a user reads, English and Dutch side by side, by key.

A sentence is data (`Text`) in one of the modules below; `say` fills its placeholders (`str.format` style).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from typing import Any, Literal, get_args

from oelala.texts.text import Text

Language = Literal["en", "nl"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
MODULES = (
    "errors",
    "error_values",
    "error_models",
    "error_setup",
    "tasks",
    "pictures",
    "page",
    "terminal",
    "doctor",
    "catalog",
    "model_care",
    "lora",
    "server",
    "pose",
    "pose_fit",
    "pose_transfer",
    "pose_clip",
    "motions",
    "avatars",
)

_QUANTITY = re.compile(r"\d+\.\d+ (?:[kMGT]?B|GB/s|MB/s|s|min|fps|dB|%)")


@cache
def all_texts() -> Mapping[str, Text]:
    """Key -> Text over all modules. Raises ValueError where two modules define one key."""
    texts: dict[str, Text] = {}
    for name in MODULES:
        part: dict[str, Text] = import_module(f"oelala.texts.{name}").TEXTS
        if double := texts.keys() & part.keys():
            raise ValueError(f"defined twice: {sorted(double)}")
        texts.update(part)
    return texts


def say(key: str, language: Language, **values: Any) -> str:
    """The sentence `key` in `language`. Raises KeyError for a key or a placeholder value that is missing."""
    text: str = getattr(all_texts()[key], language)
    values = {name: _in_words(value, language) for name, value in values.items()}
    return text.format(**values) if values else text


def written(number: str, language: Language) -> str:
    """A number, or several, with the decimal mark of `language`."""
    return number.replace(".", ",") if language == "nl" else number


def _in_words(value: Any, language: Language) -> Any:
    """A reason (`errors.reason_of`) is a sentence of its own."""
    if isinstance(value, Mapping) and "reason" in value:
        return say(f"reason.{value['reason']}", language, **{k: v for k, v in value.items() if k != "reason"})
    return _dutch_number(value) if language == "nl" else value


def _dutch_number(value: Any) -> Any:
    """Numbers, with a unit or without, get their comma; other words with a point are names or versions."""
    if isinstance(value, float):
        return written(str(value), "nl")
    return written(value, "nl") if isinstance(value, str) and _QUANTITY.fullmatch(value) else value


def field_key(kind: str, name: str) -> str:
    """The key of a field's label: its own in that kind of task, where it means something else there."""
    own = f"field.{kind}.{name}"
    return own if own in all_texts() else f"field.{name}"


def no_use_yet(kinds: Iterable[str], language: Language) -> str:
    """Of a model that does these kinds of task and no others; a kind with no word of its own by its name."""
    words = [say(f"made.{kind}", language) if f"made.{kind}" in all_texts() else kind for kind in kinds]
    return say("terminal.no-use-yet", language, what=", ".join(words))


def explain(code: str, values: Mapping[str, Any], language: Language) -> tuple[str, str]:
    """The message and the hint of an error code. A code from another version still reads as something."""
    texts = all_texts()
    if f"error.{code}" not in texts:
        return say("error.unexpected", language, reason=code), say("error.unexpected.hint", language)
    try:
        message, hint = (say(key, language, **values) for key in (f"error.{code}", f"error.{code}.hint"))
    except (KeyError, IndexError):
        return code, ""
    return message, f"{hint} {meanwhile(values, language)}".strip()


def meanwhile(values: Mapping[str, Any], language: Language) -> str:
    """What works until a fault with these values is mended, if it names a model that does; else ""."""
    model = values.get("meanwhile")
    return say("meanwhile", language, model=model) if model else ""


def choose_language(wishes: str | None) -> Language:
    """The best of our languages for an Accept-Language header or a LANG value; English when none fits."""
    ranked: list[tuple[float, Language]] = []
    for part in (wishes or "").split(","):
        tag, _, weight = part.partition(";q=")
        primary = tag.strip().lower()[:2]
        for language in LANGUAGES:
            if primary == language:
                ranked.append((_quality(weight), language))
    return max(ranked, key=lambda pair: pair[0])[1] if ranked else "en"


def _quality(weight: str) -> float:
    try:
        return float(weight) if weight else 1.0
    except ValueError:
        return 0.0
