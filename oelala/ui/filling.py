"""What goes into a form after the page was built: answers of its handlers.

A handler answers the scripts alone, and they put into the form what the visitor has not changed since the
handler was asked (`assets/page/fill.js`). Gradio by itself writes all that an answer holds, however late it
comes; and its lists tell of a choice twice, and once more whenever they are left.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from oelala.ui.bridge import answer
from oelala.ui.form import Form

_IN_BROWSER: Mapping[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


class Filling:
    """The way into one form. `bridge` is its tab's."""

    def __init__(self, form: Form, bridge: Any) -> None:
        self._form, self._bridge = form, bridge

    def wire(self) -> None:
        parts = self._form.parts
        about = {"names": list(parts), "start": [part.value for part in parts.values()]}
        there = list(parts.values())
        self._bridge.look(None, there, None, js=self._script("look", about), **_IN_BROWSER)
        self._bridge.fill(None, there, there, js=self._script("fill", about), **_IN_BROWSER)

    def wire_list(self, chosen: Any, what: str, *, again: bool = False) -> None:
        """Ask the handler `choose_<what>` when another value is chosen, or the same one: `again`, or where no
        answer has come."""
        about = json.dumps({"kind": self._form.kind, "what": what, "start": chosen.value})
        call = f"(value) => window.oelala.choose?.({about}, value"
        click = json.dumps({"click": True, "again": again})  # it is told before the input
        chosen.select(None, chosen, None, js=f"{call}, {click})", **_IN_BROWSER)
        chosen.input(None, chosen, None, js=f"{call})", **_IN_BROWSER)

    def leaving(self, inputs: set[Any]) -> str:
        """The script of an event that takes these parts along, in Gradio's order.

        The bridge's value becomes a stamp, which the answer repeats.
        """
        named = {part: name for name, part in self._form.parts.items()} | {self._bridge: "bridge"}
        names = [named.get(part, "") for part in sorted(inputs, key=lambda part: part._id)]
        about = json.dumps({"kind": self._form.kind, "names": names})
        return f"(...values) => window.oelala.leave?.({about}, values) ?? values"

    def answer(self, event: str, stamp: Any, changes: Mapping[Any, Mapping[str, Any]], **words: Any) -> str:
        """`changes`: {component: properties}, as the form's `show` gives them; `words`: for the scripts."""
        named = {part: name for name, part in self._form.parts.items()}
        values: dict[str, Any] = {}
        shape: dict[str, dict[str, Any]] = {}
        for part, properties in changes.items():
            rest = dict(properties)
            if "value" in rest:
                values[named[part]] = rest.pop("value")
            if rest:
                shape[named[part]] = rest
        models = shape.get("model", {}).pop("choices", None)
        lists = {} if models is None else {"model": {"choices": models}}
        told = {"values": values, "shape": shape, "lists": lists, "bound": self._form.bound}
        return answer(event, stamp=_number(stamp), **told, **words)

    def _script(self, name: str, about: Mapping[str, Any]) -> str:
        whole = json.dumps({"kind": self._form.kind, **about})
        return f"(...values) => window.oelala.{name}({whole}, values)"


def _number(stamp: Any) -> int:
    """What a page sent of its own accord is the start of the page."""
    try:
        return int(stamp)
    except (TypeError, ValueError):
        return 0
