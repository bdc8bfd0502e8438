"""The frame of a live panel: static markup with marks for its texts. What moves in it, our scripts write."""

from __future__ import annotations

from typing import Any

from oelala.ui.i18n import html_mark


def panel(name: str, title: str, body: str, *, tools: str = "") -> str:
    """A section with a heading; `title` is the key of its text."""
    return (
        f'<section class="o-panel" id="o-{name}" aria-labelledby="o-{name}-title">'
        f'<header class="o-panel-head"><h2 id="o-{name}-title">{html_mark(title)}</h2>'
        f'<div class="o-tools">{tools}</div></header>{body}</section>'
    )


def place(markup: str, elem_id: str) -> Any:
    """Put it on the page, once; Gradio never writes it again."""
    import gradio as gr

    return gr.HTML(markup, elem_id=elem_id, apply_default_css=False, padding=False, js_on_load=None)
