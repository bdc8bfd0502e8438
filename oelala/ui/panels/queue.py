"""The queue: what runs, what waits, what came of the latest jobs."""

from __future__ import annotations

from oelala.ui.i18n import html_mark
from oelala.ui.panels.markup import panel


def markup() -> str:
    body = (
        '<ul class="o-jobs" id="o-jobs"></ul>'
        f'<p class="o-nothing" id="o-jobs-nothing">{html_mark("page.queue.empty")}</p>'
    )
    return panel("queue", "page.queue", body)
