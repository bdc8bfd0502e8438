"""The stage: the live preview of the running clip, which turns into the player of the finished one."""

from __future__ import annotations

from oelala.texts import all_texts
from oelala.ui.i18n import html_mark


def markup(kind: str) -> str:
    """`kind` names the examples that an empty stage offers."""
    examples = "".join(
        f'<button type="button" data-example="{kind}">{html_mark(key)}</button>'
        for key in all_texts()
        if key.startswith(f"example.{kind}.")
    )
    return (
        f'<section class="o-stage" id="o-stage" aria-label="{html_mark("page.stage")}">'
        '<div class="o-screen" id="o-screen">'
        f'<div class="o-invite"><p class="o-invite-title">{html_mark("page.empty.title")}</p>'
        f"<p>{html_mark('page.empty.text')}</p>"
        f'<p class="o-invite-try">{html_mark("page.empty.try")}</p>{examples}</div></div>'
        '<div class="o-under" id="o-under"></div></section>'
    )
