"""The gallery: recent clips, newest first, each with its settings one click away."""

from __future__ import annotations

from oelala.ui.i18n import html_mark
from oelala.ui.panels.markup import panel


def markup() -> str:
    tools = (
        f'<button type="button" class="o-quiet" id="o-restore">{html_mark("form.restore")}</button>'
        '<input type="file" id="o-restore-file" accept=".mp4,.json" tabindex="-1" aria-hidden="true" hidden>'
    )
    body = (
        '<ul class="o-clips" id="o-clips"></ul>'
        f'<p class="o-nothing" id="o-clips-nothing">{html_mark("page.gallery.empty")}</p>'
        '<button type="button" class="o-quiet" id="o-clips-more" hidden>'
        f"{html_mark('page.gallery.more')}</button>"
    )
    return panel("gallery", "page.gallery", body, tools=tools)
