"""Task fields <-> components, both ways, for any task class: the only code that maps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from oelala.errors import InvalidTask, OelalaError
from oelala.tasks.base import Task, fields_shown_as
from oelala.ui import widgets as builders
from oelala.ui.fields import OFF, fields_of
from oelala.ui.i18n import Say, mark
from oelala.ui.limits import limits_of, seconds_of, size_text
from oelala.ui.model_field import label, model_view, note
from oelala.ui.speed_field import FIELD as SPEED
from oelala.ui.speed_field import speed_shape, speed_values, speed_view
from oelala.ui.widgets import Widgets

if TYPE_CHECKING:
    from oelala.models.catalog import ModelStatus
    from oelala.studio import Studio


# By the form; of pictures the scripts see to it.
_NEVER_HIDDEN = {"image", "avatar", "clip", "seed", "motion", "unseen"}


class Form:
    """The form of one task class. `place…` builds components in the current Gradio context."""

    def __init__(self, task: type[Task], studio: Studio) -> None:
        self.task = task
        self.kind = task.kind
        self._studio = studio
        self._fields = {shown.name: shown for shown in fields_of(task)}
        self._widgets = Widgets(task.kind)

    # building

    def place(self, *names: str) -> None:
        """Components for these fields; neighbours that share one widget come together (width and height)."""
        for _, group in groupby(names, key=self._widget_key):
            builders.build(self._widgets, [self._fields[name] for name in group])

    def place_rest(self, *, advanced: bool) -> None:
        """What has not been placed yet, advanced or not, in the order of the task class."""
        placed = self._widgets.fields
        self.place(*(n for n, f in self._fields.items() if n not in placed and f.advanced is advanced))

    def fill_in(self) -> None:
        """Once everything is placed: what a new visitor sees, the default model's own values."""
        start = self.defaults(self._studio.default_model(self.kind)) if "model" in self._fields else {}
        models = self.show_models(self._studio.models(self.kind), mark)
        for component, change in (*models.items(), *self.show(start, mark).items()):
            for name, value in change.items():
                setattr(component, name, value)

    def _widget_key(self, name: str) -> str:
        widget = self._fields[name].widget
        return widget if widget == "size" else name

    # reading

    @property
    def inputs(self) -> set[Any]:
        extras = self._widgets.extras
        return {*self._widgets.fields.values(), *(extras[n] for n in ("lock", "drawn") if n in extras)}

    def read(self, values: Mapping[Any, Any]) -> dict[str, Any]:
        """The task's fields from Gradio's {component: value}. An empty number is the model's default.

        The seed that chance drew for the last clip counts only while it is locked; a field that means nothing
        to the model is hidden and left out.
        """
        read = {name: self._read(name, values[part]) for name, part in self._widgets.fields.items()}
        for name in self._foreign(read.get("model")):
            read.pop(name, None)
        for name, part in self.seeds.items():
            extras = self._widgets.extras
            if not values[extras["lock"]] and values[part] == values[extras["drawn"]]:
                del read[name]
        return {name: value for name, value in read.items() if value is not None}

    def _read(self, name: str, value: Any) -> Any:
        match self._fields[name].widget:
            case "text" | "long_text":
                return value or ""
            case "seed":
                return (value or "").strip() or None
            case "image" | "clip":
                return self._picture(name, value)
            case "motion":
                return self._motion(name, value)
            case _:
                return value

    def _picture(self, name: str, value: Any) -> str | None:
        """Only what the studio keeps: a path that a page names could be anyone's file."""
        if value and not self._studio.keeps_picture(value):
            raise InvalidTask("picture-gone", field=name)
        return value or None

    def _motion(self, name: str, value: Any) -> str:
        """As with pictures, or the name of a shipped one."""
        if value and not self._studio.knows_motion(value):
            raise InvalidTask("motion-gone", field=name)
        return value or ""

    def _foreign(self, model: Any) -> set[str]:
        """The fields that the model has no use for."""
        try:
            return self._studio.foreign_fields(self.kind, str(model)) if model else set()
        except OelalaError:  # an unknown model: submitting it says so
            return set()

    def _shown(self, name: str, value: Any) -> Any:
        is_seed = self._fields[name].widget == "seed"  # a text: see `ui/widgets.py`
        return ("" if value is None else str(value)) if is_seed else value

    # showing

    @property
    def parts(self) -> dict[str, Any]:
        """Name -> component of all that `show` and `show_models` may change."""
        extras = self._widgets.extras
        return {**self._widgets.fields, **{name: part for name, part in extras.items() if name != "dice"}}

    @property
    def bound(self) -> list[str]:
        """The names of the parts whose values mean something to one model only."""
        helpers = self._widgets.extras.keys() & {"size", "seconds", "rate", "frame_step"}
        return sorted((self._optional & self._widgets.fields.keys()) | helpers)

    @property
    def _optional(self) -> set[str]:
        """The fields that a model has values of its own for."""
        return {name for name, info in self.task.model_fields.items() if info.default is None}

    def component(self, name: str) -> Any:
        return self._widgets.fields[name]

    @property
    def seeds(self) -> dict[str, Any]:
        """Field name -> component of the seed, if the task has one."""
        return {n: part for n, part in self._widgets.fields.items() if self._fields[n].widget == "seed"}

    @property
    def pictures(self) -> list[str]:
        """The names of the fields that hold a picture."""
        return fields_shown_as(self.task, "image")

    @property
    def unseen(self) -> dict[str, Any]:
        """The defaults of what only the scripts set, so that nothing stays there of a former task."""
        kept = [name for shown in ("avatar", "image", "clip") for name in fields_shown_as(self.task, shown)]
        unseen = fields_shown_as(self.task, "unseen")
        return {name: self._fields[name].default for name in unseen} | dict.fromkeys(kept, "")

    def show_drawn(self, task: Mapping[str, Any]) -> dict[Any, dict[str, Any]]:
        """{component: properties} that show the seed of a job just queued."""
        drawn = self._widgets.extras.get("drawn")
        return {
            part: {"value": str(task[name])} for name, seed in self.seeds.items() for part in (seed, drawn)
        }

    @property
    def stand_ins(self) -> dict[str, Any]:
        """Something for the fields that only the user can fill, to check values without them."""
        needed = {name for name, info in self.task.model_fields.items() if info.is_required()}
        return dict.fromkeys(needed | set(self.pictures[:1]), "–")

    def show(self, values: Mapping[str, Any], text: Say) -> dict[Any, dict[str, Any]]:
        """{component: properties} that put `values` into the form; with a model among them also its limits.

        Fields that are not in `values` stay as they are. `text` translates a key.
        """
        fields = self._widgets.fields
        changes: dict[Any, dict[str, Any]] = {
            fields[name]: {"value": self._shown(name, value)}
            for name, value in values.items()
            if name in fields
        }
        if model := self._model(values.get("model")):
            self._merge(changes, limits_of(model, self._widgets, text, values.get(SPEED)))
            self._merge(changes, self._visible(model))
            self._merge(changes, self._obstructed(values, text))
        self._merge(changes, self._show_extras(values, model.sizes["fps"] if model else None))
        return changes

    def defaults(self, model: str) -> dict[str, Any]:
        """The model and its own values, as `show` takes them; a prompt is the user's."""
        own = self._studio.defaults(self.kind, model)
        return {"model": model, **{name: value for name, value in own.items() if name in self._optional}}

    def speed_values(self, model_id: str, speed: str) -> dict[str, Any]:
        """As `defaults`, of the fields that a LoRA of few steps sets; {} for an unknown model."""
        model = self._model(model_id)
        return {} if model is None else speed_values(model, speed, self.defaults(model_id))

    def show_models(
        self, models: Sequence[ModelStatus], text: Say, chosen: str | None = None, speed: str | None = None
    ) -> dict[Any, dict[str, Any]]:
        """The models as they are now: one may have been downloaded since the page was built."""
        part = self._widgets.fields.get("model")
        notes = [{"info": note(model, text)} for model in models if model.id == chosen]
        choices = {"choices": [(label(model, text), model.id) for model in models]}
        changes = {} if part is None else {part: {**choices, **(notes[0] if notes else {})}}
        for model in models:
            if model.id == chosen and SPEED in self._widgets.fields:
                changes[self._widgets.fields[SPEED]] = speed_shape(model, speed, text)
        return changes

    def view_model(self, model_id: str | None, speed: str | None = None) -> dict[str, Any] | None:
        """What the scripts are told of the chosen model and its speed; None: not in the catalog."""
        model = self._model(model_id)
        if model is None:
            return None
        own = {"sizes": model.sizes, "pictures": sorted(set(self.pictures) - self._foreign(model.id))}
        speeds = {SPEED: speed_view(model, speed)} if SPEED in self._fields else {}
        return model_view(model) | speeds | (own if self.pictures else {})

    def _model(self, model_id: str | None) -> ModelStatus | None:
        return self._studio.model(model_id, self.kind) if model_id else None

    def _visible(self, model: ModelStatus) -> dict[Any, dict[str, Any]]:
        """Fields that mean nothing to the model are away; of pictures the scripts see to that."""
        foreign = self._foreign(model.id)
        optional = {
            name
            for name, info in self.task.model_fields.items()
            if info.default in (None, "") and not info.is_required()
        }
        mine = {
            n for n in optional & self._widgets.fields.keys() if self._fields[n].widget not in _NEVER_HIDDEN
        }
        return {self._widgets.fields[name]: {"visible": name not in foreign} for name in mine}

    def _obstructed(self, values: Mapping[str, Any], text: Say) -> dict[Any, dict[str, Any]]:
        """What this machine cannot do is said at its field; what is on all the same can be switched off."""
        changes: dict[Any, dict[str, Any]] = {}
        for name, why in self._studio.obstacles().items():
            if name in self._widgets.fields:
                keys = (f"field.{name}.help", f"error.{why.code}", f"error.{why.code}.hint")
                said = " ".join(text(key, **why.values) for key in keys)
                on = values.get(name) not in OFF
                changes[self._widgets.fields[name]] = {"info": said, "interactive": on}
        return changes

    def _show_extras(self, values: Mapping[str, Any], fps: float | None) -> dict[Any, dict[str, Any]]:
        changes, extras = dict[Any, dict[str, Any]](), self._widgets.extras
        if "size" in extras and {"width", "height"} <= values.keys():
            changes[extras["size"]] = {"value": size_text(values["width"], values["height"])}
        if "seconds" in extras and fps and values.get("num_frames"):
            changes[extras["seconds"]] = {"value": seconds_of(values["num_frames"], fps)}
        if "lock" in extras and values.get("seed") is not None:
            changes[extras["lock"]] = {"value": True}
        return changes

    def _merge(self, into: dict[Any, dict[str, Any]], changes: Mapping[Any, dict[str, Any]]) -> None:
        for component, change in changes.items():
            into.setdefault(component, {}).update(change)
