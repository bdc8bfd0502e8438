"""The one line between our scripts and Gradio's handlers, both ways; one bridge a tab.

Scripts call `oelala.bridges[kind].restore({...})` to put settings into the form. Handlers answer with `say`,
which the scripts receive as `oelala.answer(kind, {...})`. The value is data: nothing renders it.
"""

from __future__ import annotations

import json
import secrets
from typing import Any

_ON_LOAD = """
const kind = element.querySelector("[data-kind]").dataset.kind;
window.oelala.bridges ??= {};
window.oelala.bridges[kind] = { restore: (settings) => trigger("restore", settings) };
watch("value", () => {
  if (props.value) window.oelala.answer?.(kind, JSON.parse(props.value));
});
"""


def build_bridge(kind: str) -> Any:
    """A component nobody sees, with the event `restore`."""
    import gradio as gr

    return gr.HTML(
        value="",
        html_template=f'<span data-kind="{kind}" hidden></span>',
        js_on_load=_ON_LOAD,
        elem_id=f"{kind}--bridge",
        elem_classes=["o-hidden"],
        apply_default_css=False,
    )


def answer(event: str, **values: Any) -> str:
    """A message for the scripts; the nonce makes two equal ones two messages."""
    return json.dumps({"event": event, "nonce": secrets.token_hex(4), **values})
