"""The one line between our scripts and Gradio's handlers, both ways; one bridge a tab.

Scripts call `oelala.bridges[kind].refresh()` to have the form look at the models again, and `foretell()`
to have the line above Generate said anew. The handlers that answer with values (`restore`, `choose_…`) they
ask through `assets/page/fill.js`, which reads the form with `look` and writes it with `fill`. Handlers answer
with `answer`, which the scripts receive as `oelala.answer(kind, {...})`; what is said before they listen
waits in `oelala.unheard`. The value is data: nothing renders it. A tab is drawn when it is first opened, and
its bridge comes with it: `oelala.bridged(kind)` tells the scripts.
"""

from __future__ import annotations

import json
import secrets
from typing import Any

_ON_LOAD = """
const kind = element.querySelector("[data-kind]").dataset.kind;
window.oelala.bridges ??= {};
const { oelala } = window;
const events = [
  "look", "fill", "refresh", "foretell", "restore", "choose_model", "choose_preset", "choose_speed",
];
oelala.bridges[kind] = Object.fromEntries(events.map((event) => [event, (data) => trigger(event, data)]));
oelala.unheard ??= [];
const hear = () => {
  if (!props.value) return;
  const heard = [kind, JSON.parse(props.value)];
  if (oelala.answer) oelala.answer(...heard);
  else oelala.unheard.push(heard);
};
watch("value", hear);
hear();
oelala.bridged?.(kind);
"""


def build_bridge(kind: str) -> Any:
    """A component nobody sees, with the events that its script names."""
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
