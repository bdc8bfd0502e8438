"""The stage: the live preview of the running clip, which turns into the player of the finished one."""

from __future__ import annotations

from oelala.ui.i18n import html_mark


def markup() -> str:
    return (
        f'<section class="o-stage" id="o-stage" aria-label="{html_mark("page.stage")}">'
        '<div class="o-screen" id="o-screen">'
        f'<div class="o-invite"><p class="o-invite-title">{html_mark("page.empty.title")}</p>'
        f"<p>{html_mark('page.empty.text')}</p></div></div>"
        '<div class="o-under" id="o-under"></div></section>'
    )
