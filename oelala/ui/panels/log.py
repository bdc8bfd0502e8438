"""The log: the newest lines of every process, filtered by level and job, paused, copied, downloaded."""

from __future__ import annotations

from oelala.ui.i18n import html_mark
from oelala.ui.panels.markup import panel

LEVELS = ("debug", "info", "warning", "error")


def markup() -> str:
    levels = "".join(
        f'<option value="{level}"{" selected" if level == "info" else ""}>'
        f"{html_mark(f'page.log.level.{level}')}</option>"
        for level in LEVELS
    )
    tools = (
        f'<select id="o-log-level" aria-label="{html_mark("page.log.level")}">{levels}</select>'
        f'<select id="o-log-job" aria-label="{html_mark("page.log.job")}">'
        f'<option value="">{html_mark("page.log.job.all")}</option></select>'
        + "".join(_button(name) for name in ("pause", "copy", "download"))
        + f'<button type="button" class="o-icon" id="o-log-fold" aria-expanded="true" '
        f'aria-controls="o-log-lines" aria-label="{html_mark("page.log.fold")}"></button>'
    )
    label = html_mark("page.log")
    body = f'<div class="o-lines" id="o-log-lines" role="log" tabindex="0" aria-label="{label}"></div>'
    return panel("log", "page.log", body, tools=tools)


def _button(name: str) -> str:
    """An icon, drawn by the scripts, with its name for those who cannot see it."""
    label = html_mark(f"page.log.{name}")
    names = f'aria-label="{label}" title="{label}"'
    return f'<button type="button" class="o-quiet" id="o-log-{name}" {names}></button>'
