"""The line above Generate: whether the clip fits this computer, and about how long it takes."""

# No `from __future__ import annotations` here: Gradio reads the handlers' annotations, and its names exist
# only inside functions, because the package arrives late.
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from oelala.errors import OelalaError
from oelala.terminal.plan import FIELDS, GIVEN, stand_ins
from oelala.texts import LANGUAGES, Language
from oelala.ui.i18n import both_mark, request_language, sayer

if TYPE_CHECKING:
    from oelala.ui.tabs.task_tab import TaskTab

_QUIET: Mapping[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}


class PlanLine:
    """`place` it where it belongs; `wire` it once every field has its place."""

    def __init__(self, tab: "TaskTab") -> None:
        self._tab = tab
        self._line: Any = None

    def place(self) -> None:
        import gradio as gr

        kind = self._tab.task.kind
        self._line = gr.HTML(
            value="",
            elem_id=f"{kind}--plan",
            elem_classes=["o-plan"],
            apply_default_css=False,
            padding=False,
        )

    def wire(self) -> None:
        """Said anew whenever something changes that decides on memory or time."""
        import gradio as gr

        form, fields = self._tab.form, self._tab.task.model_fields
        parts = {name: form.component(name) for name in FIELDS if name in fields}
        start = {name: part.value for name, part in parts.items()}
        self._line.value = both_mark({language: self.markup(start, language) for language in LANGUAGES})

        def foretell(values: dict, request: gr.Request) -> str:
            language = request_language(request, self._tab.studio.settings)
            return self.markup({name: values[part] for name, part in parts.items()}, language)

        gr.on(
            [part.change for part in parts.values()],
            foretell,
            set(parts.values()),
            self._line,
            trigger_mode="always_last",
            **_QUIET,
        )
        # and when the scripts know of something that has ended
        self._tab.bridge.foretell(
            foretell, set(parts.values()), self._line, trigger_mode="always_last", **_QUIET
        )

    def markup(self, values: Mapping[str, Any], language: Language) -> str:
        """Nothing for values that are no task: submitting them says what is wrong, at its field."""
        text, studio, task = sayer(language), self._tab.studio, self._tab.task
        try:
            foreign = studio.foreign_fields(task.kind, str(values.get("model")))
            given = {n: value for n, value in values.items() if value is not None and n not in foreign}
            films = {name: "–" if given.pop(name) else None for name in GIVEN if name in given}
            given |= {name: there for name, there in films.items() if there}
            plan = studio.plan(task(**{**stand_ins(task), **given}))
        except (ValidationError, OelalaError):
            return ""
        sentences = " ".join(text(key, **about) for key, about in plan.words)
        state = "yes" if plan.fits else "no"
        return f'<p class="o-note" role="status" data-fits="{state}">{escape(sentences)}</p>'
