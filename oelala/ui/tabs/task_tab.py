"""What the tabs of all tasks share: a form, presets, Generate, and settings that come back from a clip.

Two passes, as everywhere in `ui`: `build` lays the components out, `wire` connects them.
"""

# No `from __future__ import annotations` here: Gradio reads the handlers' annotations, and its names exist
# only inside functions, because the package arrives late.
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from oelala.errors import InvalidTask, OelalaError
from oelala.tasks.base import Task, fields_shown_as
from oelala.tasks.faults import faults_of
from oelala.ui.bridge import answer, build_bridge
from oelala.ui.filling import Filling
from oelala.ui.form import Form
from oelala.ui.i18n import Say, both_mark, html_mark, mark, request_language, sayer
from oelala.ui.panels.markup import place
from oelala.ui.speed_field import FIELD as SPEED
from oelala.ui.views import error_view

if TYPE_CHECKING:
    from oelala.models.catalog import ModelStatus
    from oelala.studio import Studio

_Find = Callable[[Mapping[str, Any]], dict[str, Any]]
_QUIET: Mapping[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}


class TaskTab:
    """One tab. `layout` is the frame that a tab's own file fills with `form.place(…)`."""

    def __init__(self, task: type[Task], studio: "Studio") -> None:
        self.task = task
        self.studio = studio
        self.form = Form(task, studio)
        self.presets: Any = None
        self.also: Any = None
        self.generate: Any = None
        self.bridge: Any = None
        self.filling: Filling

    # build

    @contextmanager
    def layout(self) -> Iterator[None]:
        import gradio as gr

        kind = self.task.kind
        with gr.Tab(label=mark(f"kind.{kind}"), id=kind, elem_id=f"{kind}--tab"):
            with gr.Column(elem_classes=["o-form"], elem_id=f"{kind}--form"):
                yield
                with gr.Accordion(mark("form.advanced"), open=False, elem_id=f"{kind}--advanced"):
                    self.form.place_rest(advanced=True)
            with gr.Row(elem_classes=["o-actions"]):
                self.generate = gr.Button(
                    mark("form.generate"), variant="primary", elem_id=f"{kind}--generate"
                )
            self.bridge = build_bridge(kind)
        self.filling = Filling(self.form, self.bridge)
        self.form.fill_in()

    def place_presets(self) -> None:
        import gradio as gr

        self.presets = gr.Dropdown(
            choices=self._preset_choices(both_mark, mark),
            value="",
            label=mark("form.preset"),
            info=mark("form.preset.help"),
            elem_id=f"{self.task.kind}--preset",
            buttons=[],
        )

    def place_model(self) -> None:
        """The model's field, and under it a place where the scripts offer and follow its download."""
        self.form.place("model")
        place(f'<div class="o-model" data-model-of="{self.task.kind}"></div>', f"{self.task.kind}--download")
        if SPEED in self.task.model_fields:
            kind = self.task.kind
            self.form.place(SPEED)
            place(f'<div class="o-model" data-model-of="{kind}--speed"></div>', f"{kind}--speed-download")
        self.place_also()

    def place_also(self) -> None:
        """More models to make the same, for a comparison; shown where there is a second one."""
        import gradio as gr

        self.also = gr.Dropdown(
            **_other_models(self.studio.models(self.task.kind)),
            value=[],
            multiselect=True,
            label=mark("form.also"),
            info=mark("form.also.help"),
            elem_id=f"{self.task.kind}--also",
            buttons=[],
        )

    def place_motions(self) -> None:
        """Presets that hold nothing but a prompt, as buttons: what the one in the picture could do."""
        presets = [one for one in self.studio.presets(self.task.kind) if one.values.keys() == {"prompt"}]
        chips = "".join(
            f'<button type="button" data-example="{self.task.kind}" '
            f'data-prompt="{escape(str(one.values["prompt"]))}">'
            f"{both_mark({language: escape(title) for language, title in one.title.items()})}</button>"
            for one in presets
        )
        label = html_mark("form.motions")
        markup = f'<div class="o-chips" role="group" aria-label="{label}">{chips}</div>'
        place(markup, f"{self.task.kind}--motions")

    def _preset_choices(self, title: Any, text: Say) -> list[tuple[str, str]]:
        presets = self.studio.presets(self.task.kind)
        named = [(title(one.title), one.name) for one in presets if one.values.keys() != {"prompt"}]
        return [(text("form.preset.none"), ""), *named]

    # wire

    def wire(self, page: Any) -> None:
        """Generate, presets, the model's own values, and settings from a clip."""
        form, bridge = self.form, self.bridge
        taken = form.inputs | {self.also, bridge}
        leaving = self.filling.leaving(taken)
        self.generate.click(self._submit(), taken, bridge, js=leaving, trigger_mode="multiple", **_QUIET)
        asked = ((bridge.restore, self._restore), (bridge.choose_model, self._choose_model))
        for event, handler in (*asked, (bridge.choose_preset, self._choose_preset)):
            event(handler(), None, bridge, trigger_mode="multiple", **_QUIET)
        self.filling.wire()
        self.filling.wire_list(form.component("model"), "model")
        self.filling.wire_list(self.presets, "preset", again=True)
        bridge.choose_speed(self._choose_speed(), None, bridge, trigger_mode="multiple", **_QUIET)
        self.filling.wire_list(form.component(SPEED), SPEED)
        chosen = [form.component("model"), form.component(SPEED)]
        for event in (page.load, bridge.refresh):
            event(self._refresh(), chosen, [self.presets, self.also, bridge], **_QUIET)

    def _refresh(self) -> Any:
        """Models and presets may have come since the page was built, and models while it is open."""
        import gradio as gr

        def refresh(model: str, speed: str, request: gr.Request) -> dict[Any, Any]:
            language = request_language(request, self.studio.settings)
            choices = self._preset_choices(lambda title: title[language], sayer(language))
            models = self.studio.models(self.task.kind)
            shown = self.form.show_models(models, sayer(language), model, speed)
            view = self.form.view_model(model, speed)
            return {
                self.presets: gr.update(choices=choices),
                self.also: gr.update(**_other_models(models)),
                self.bridge: self.filling.answer("refreshed", None, shown, model=view),
            }

        return refresh

    def _submit(self) -> Any:
        import gradio as gr

        def submit(values: dict, request: gr.Request) -> str:
            language = request_language(request, self.studio.settings)
            try:
                jobs = self.studio.submit(self._read(self.form.read(values)), values[self.also] or ())
            except _Faults as faults:
                views = [error_view(fault, language) for fault in faults.all]
                return answer("refused", faults=views)
            except OelalaError as fault:
                return answer("refused", faults=[error_view(fault, language)])
            drawn, names = self.form.show_drawn(jobs[0].task), [job.id for job in jobs]
            return self.filling.answer("submitted", values[self.bridge], drawn, jobs=names)

        return submit

    def _read(self, values: Mapping[str, Any]) -> Task:
        try:
            return self.task(**values)
        except ValidationError as fault:
            raise _Faults(faults_of(fault)) from fault

    def _restore(self) -> Any:
        def find(sent: Mapping[str, Any]) -> dict[str, Any]:
            values = {name: sent[name] for name in self.task.model_fields if sent.get(name) is not None}
            return self._complete(values if sent.get("draft") else {**self.form.unseen, **values})

        return self._handler(find, "restored")

    def _choose_model(self) -> Any:
        return self._handler(lambda sent: self.form.defaults(str(sent.get("model", ""))), "filled")

    def _choose_speed(self) -> Any:
        def find(sent: Mapping[str, Any]) -> dict[str, Any]:
            return self.form.speed_values(str(sent.get("chosen", "")), str(sent.get(SPEED) or ""))

        return self._handler(find, "filled")

    def _choose_preset(self) -> Any:
        return self._handler(self._preset_values, "filled")

    def _handler(self, find: _Find, told: str) -> Any:
        """Of a question that the scripts ask; it is answered with what `find` makes of it.

        The scripts tell the visitor of what was `told`, "restored" for one; a draft fills the form silently.
        """
        import gradio as gr

        def handle(event: gr.EventData, request: gr.Request) -> str:
            sent = event._data if isinstance(event._data, dict) else {}
            language = request_language(request, self.studio.settings)
            try:
                values = find(sent)
            except _Faults as faults:
                return answer("refused", faults=[error_view(faults.all[0], language)])
            except OelalaError as fault:
                return answer("refused", faults=[error_view(fault, language)])
            about = self._about(values)
            shown = self.form.show(values, sayer(language))
            return self.filling.answer(
                "filled" if sent.get("draft") else told, sent.get("stamp"), shown, **about
            )

        return handle

    def _about(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """What the scripts draw themselves of these values."""
        kept = [*self.form.pictures, *fields_shown_as(self.task, "clip")]
        return {
            "seed": values.get("seed"),
            "model": self.form.view_model(values.get("model"), values.get(SPEED)),
            "pictures": {name: values[name] for name in kept if name in values},
            "instead": values.get("instead"),
        }

    def _preset_values(self, sent: Mapping[str, Any]) -> dict[str, Any]:
        """`instead`, which is no field: the title of the model that took the place of the preset's own."""
        if not (name := str(sent.get("preset", ""))):
            return {}
        chosen = str(sent.get("chosen", ""))
        values, instead = self.studio.preset_values(self.task.kind, name, chosen)
        return self._complete(values) | ({"instead": instead} if instead else {})

    def _complete(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """`values` over the defaults of the model they name, checked: they come from a file of anyone's."""
        full = {**(self.form.defaults(values["model"]) if "model" in values else {}), **values}
        self._read({**self.form.stand_ins, **full})
        return full


def _other_models(models: Sequence["ModelStatus"]) -> dict[str, Any]:
    here = [(one.title, one.id) for one in models if one.on_disk]
    return {"choices": here, "visible": len(here) > 1}


class _Faults(Exception):
    """Several faults of one task, on their way to their fields."""

    def __init__(self, faults: list[InvalidTask]) -> None:
        super().__init__(faults)
        self.all = faults
