"""The page: one Gradio app of tabs, with the live panels around them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from starlette.middleware import Middleware

from oelala.ui.head import head
from oelala.ui.i18n import PageLanguage
from oelala.ui.panels import gallery, header, log, queue, stage
from oelala.ui.panels.markup import place

if TYPE_CHECKING:
    from oelala.studio import Studio

# A tab a task, in the order of the page. Each module has `build(studio) -> TaskTab`.
TABS = tuple(f"oelala.ui.tabs.{name}" for name in ("text_to_video", "image_to_video", "pose_transfer"))


def build_page(studio: Studio) -> Any:
    """A `gradio.Blocks` that is not launched yet; `launch_options` and `middleware` belong to it."""
    import gradio as gr

    with gr.Blocks(title="Oelala", fill_width=True, analytics_enabled=False) as page:
        place(header.markup(sign_out=bool(studio.settings.password)), "o-header")
        with gr.Column(elem_id="o-studio"):
            with gr.Tabs(elem_id="o-tabs"):
                tabs = [import_module(name).build(studio) for name in TABS]
            place(stage.markup(tabs[0].task.kind), "o-stage-place")
            place(queue.markup(), "o-queue-place")
            place(gallery.markup(), "o-gallery-place")
            place(log.markup(), "o-log-place")
        for tab in tabs:
            tab.wire(page)
    return page


def launch_options(studio: Studio) -> dict[str, Any]:
    """What Gradio has to be told when it serves the page, so that it looks as built, in every language."""
    from oelala.ui.theme import build_theme

    language = Middleware(PageLanguage, settings=studio.settings, head=head)
    return {"theme": build_theme(), "footer_links": [], "app_kwargs": {"middleware": [language]}}
