"""The head of the page: the name, the language, dark or light."""

from __future__ import annotations

from oelala.texts import LANGUAGES
from oelala.ui.i18n import html_mark

_MARK = (
    '<svg class="o-mark" viewBox="0 0 32 32" aria-hidden="true"><circle cx="16" cy="16" r="12.5"/>'
    '<path d="M13 10.8v10.4l8.4-5.2z"/></svg>'
)
_SIGN_OUT = (
    f'<form method="post" action="/logout" id="o-sign-out"><button class="o-quiet">'
    f"{html_mark('page.sign-out')}</button></form>"
)


def markup(*, sign_out: bool) -> str:
    """`sign_out`: with a button for leaving, where a password lets people in."""
    languages = "".join(
        f'<button type="button" data-language="{language}" lang="{language}">{language.upper()}</button>'
        for language in LANGUAGES
    )
    return (
        f'<a class="o-skip" href="#" data-skip>{html_mark("page.skip")}</a>'
        f'<div class="o-bar"><div class="o-name">{_MARK}<h1>oelala</h1>'
        f"<p>{html_mark('page.tagline')}</p></div>"
        '<div class="o-switches">'
        f'<div class="o-segments" role="group" aria-label="{html_mark("page.language")}">{languages}</div>'
        f'<button type="button" class="o-icon" id="o-theme" aria-label="{html_mark("page.theme")}"></button>'
        f"{_SIGN_OUT if sign_out else ''}</div></div>"
        '<p class="o-offline" id="o-offline" role="alert" hidden></p>'
        '<div id="o-notices"></div>'
        f'<div id="o-drop" hidden><p>{html_mark("page.drop")}</p></div>'
    )
