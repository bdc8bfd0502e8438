"""Fields that hold the name of a file the studio keeps, out of sight; the scripts draw what is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oelala.texts import field_key
from oelala.ui.fields import FormField
from oelala.ui.i18n import html_mark

if TYPE_CHECKING:
    from oelala.ui.widgets import Widgets


def image(widgets: Widgets, fields: list[FormField]) -> None:
    """A picture (`assets/page/picture.js`)."""
    name, kind = fields[0].name, widgets.kind
    place = f'<div class="o-picture" data-picture="{name}" data-of="{kind}"></div>'
    _keep(widgets, name, _label(kind, name) + place)


def avatar(widgets: Widgets, fields: list[FormField]) -> None:
    """An avatar by its name (`assets/page/avatars.js`); the scripts show the field where there are any."""
    place = f'<div class="o-avatars" data-avatars-of="{widgets.kind}"></div>'
    _keep(widgets, fields[0].name, place, "o-avatars-field")


def motion(widgets: Widgets, fields: list[FormField]) -> None:
    """A motion, kept or shipped (`assets/page/motion.js`)."""
    name, kind = fields[0].name, widgets.kind
    place = f'<div class="o-motion" data-motion-of="{kind}"></div>'
    _keep(widgets, name, _label(kind, name) + place, "o-motion-field")


def clip(widgets: Widgets, fields: list[FormField]) -> None:
    """A clip that is gone on with; the scripts say that there is one (`assets/page/picture.js`)."""
    place = f'<div class="o-extend" data-extend="{widgets.kind}"></div>'
    _keep(widgets, fields[0].name, place, "o-extend-field")


def _keep(widgets: Widgets, name: str, markup: str, *classes: str) -> None:
    import gradio as gr

    with gr.Column(elem_classes=["o-picture-field", *classes], **widgets.ids(name)):
        gr.HTML(markup, apply_default_css=False, padding=False, js_on_load=None)
        widgets.fields[name] = gr.Textbox(
            value="", visible="hidden", label=name, elem_id=f"{widgets.kind}--{name}--name"
        )


def _label(kind: str, name: str) -> str:
    label, about = (html_mark(f"{field_key(kind, name)}{part}") for part in ("", ".help"))
    return f'<p class="o-picture-label">{label}</p><p class="o-picture-help">{about}</p>'
