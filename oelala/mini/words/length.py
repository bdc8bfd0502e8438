"""How long a text is in tokens, where no tokenizer is at hand."""

import re
from functools import cache

from oelala.mini import words


@cache
def _known() -> frozenset[str]:
    """Words that the tokenizer of ordinary captions has whole, more or less."""
    tables = (
        words.COLOUR_WORDS,
        words.PEOPLE,
        words.GARMENTS,
        words.HAIR,
        words.ACTIONS,
        words.SHOTS,
        words.PLACES,
    )
    texts = [text for table in tables for one in table.values() for row in one.values() for text in row]
    return frozenset(" ".join(texts).replace("{}", "").split())


def guess_tokens(text: str) -> int:
    """About how many tokens a text takes."""
    total = 0
    for found in re.findall(r"\w+|\s?[^\w\s]", text.lower()):
        if found[-1].isalnum():
            total += 1 if found in _known() else max(1, round(len(found) / 2.2))
        else:
            total += len(found) if found.isascii() else len(found) + 2
    return total
