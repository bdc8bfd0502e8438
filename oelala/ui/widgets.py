"""The components a form is made of: one builder a widget. Called by `ui/form.py` inside a Gradio context."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from oelala.texts import field_key
from oelala.ui import kept_widgets as kept
from oelala.ui.fields import FormField
from oelala.ui.i18n import mark

# Length is kept at what the model makes (mostly 4k+1) in the browser, so that no click can overtake it.
# These last (frames - 1) / fps seconds: 33 frames at 16 are two seconds.
_SECONDS_TO_FRAMES = """(seconds, fps, frames, by) => {
  const steps = Math.round(seconds * fps / by);
  return seconds === null || !Number.isFinite(steps) ? frames : Math.max(0, steps) * by + 1;
}"""
_FRAMES_TO_SECONDS = """(frames, fps, seconds) =>
  Number.isFinite(frames) && frames > 0 ? Math.round((frames - 1) / fps * 100) / 100 : seconds"""
_SNAP_FRAMES = """(frames, fps, by) => {
  if (!Number.isFinite(frames)) return [frames, null];
  const kept = Math.max(0, Math.round((frames - 1) / by)) * by + 1;
  return [kept, Math.round((kept - 1) / fps * 100) / 100];
}"""
_SIZE_TO_SIDES = "(size) => size.split(' × ').map(Number)"
# A size of one's own matches none of the buttons, and none stays pressed.
_SIDES_TO_SIZE = "(width, height) => `${width} × ${height}`"
_NEW_SEED = "() => [String(crypto.getRandomValues(new Uint32Array(1))[0]), true]"
# What is typed or pasted is meant to stay. Gradio tells the input of a text before the letter is in it.
_LOCK_TYPED_SEED = "(seed, drawn, lock) => seed.trim() !== '' && (lock || seed !== drawn)"


@dataclass(slots=True)
class Widgets:
    """A form's components: `fields` hold task values, `extras` help to set them."""

    kind: str
    fields: dict[str, Any] = field(default_factory=dict)
    extras: dict[str, Any] = field(default_factory=dict)

    def ids(self, name: str) -> dict[str, Any]:
        return {"elem_id": f"{self.kind}--{name}"}


def build(widgets: Widgets, fields: list[FormField]) -> None:
    """One widget for `fields` (several only where a widget shows several)."""
    _BUILDERS[fields[0].widget](widgets, fields)


def _texts(name: str, kind: str = "") -> dict[str, Any]:
    key = field_key(kind, name)
    return {"label": mark(key), "info": mark(f"{key}.help")}


def _long_text(widgets: Widgets, fields: list[FormField]) -> None:
    import gradio as gr

    shown = fields[0]
    lines = {"lines": 3, "max_lines": 8} if shown.advanced else {"lines": 5, "max_lines": 14}
    extra = {} if shown.advanced else {"placeholder": mark(f"field.{shown.name}.placeholder")}
    # No max_length: the browser would cut a longer text off without a word.
    widgets.fields[shown.name] = gr.Textbox(
        **_texts(shown.name), **lines, **extra, **widgets.ids(shown.name), buttons=[]
    )


def _text(widgets: Widgets, fields: list[FormField]) -> None:
    import gradio as gr

    name = fields[0].name
    widgets.fields[name] = gr.Textbox(**_texts(name), **widgets.ids(name), buttons=[])


def _model(widgets: Widgets, fields: list[FormField]) -> None:
    import gradio as gr

    name = fields[0].name
    # Custom values are let through to the task, which answers at the field; Gradio would answer with a toast.
    widgets.fields[name] = gr.Dropdown(
        **_texts(name), value=fields[0].default, **widgets.ids(name), allow_custom_value=True, buttons=[]
    )


def _speed(widgets: Widgets, fields: list[FormField]) -> None:
    """A list as that of the models: its choices are each model's own, and the task has the last word."""
    import gradio as gr

    name = fields[0].name
    widgets.fields[name] = gr.Dropdown(
        choices=[(mark("form.speed.off"), "")],
        value="",
        **_texts(name),
        **widgets.ids(name),
        allow_custom_value=True,
        buttons=[],
    )


def _size(widgets: Widgets, fields: list[FormField]) -> None:
    import gradio as gr

    sizes = gr.Radio(choices=[], label=mark("form.size"), info=" ", **widgets.ids("size"))
    with gr.Row(equal_height=True, elem_classes=["o-pair"]):
        sides = [_number(widgets, shown, help_text=False) for shown in fields]
    quiet = {"show_progress": "hidden", "api_visibility": "private"}
    sizes.input(None, [sizes], sides, js=_SIZE_TO_SIDES, **quiet)
    for side in sides:
        side.input(None, sides, [sizes], js=_SIDES_TO_SIZE, **quiet)
    widgets.extras["size"] = sizes


def _length(widgets: Widgets, fields: list[FormField]) -> None:
    import gradio as gr

    with gr.Row(equal_height=True, elem_classes=["o-pair"]):
        seconds = gr.Number(
            label=mark("form.seconds"), info=" ", step=0.25, min_width=80, **widgets.ids("seconds")
        )
        frames = _number(widgets, fields[0], step=4)
    fps = gr.Number(value=16, visible="hidden", label="fps", **widgets.ids("rate"))
    step = gr.Number(value=4, visible="hidden", label="step", **widgets.ids("frame_step"))
    quiet = {"show_progress": "hidden", "api_visibility": "private"}
    seconds.input(None, [seconds, fps, frames, step], [frames], js=_SECONDS_TO_FRAMES, **quiet)
    seconds.blur(None, [frames, fps, seconds], [seconds], js=_FRAMES_TO_SECONDS, **quiet)
    frames.input(None, [frames, fps, seconds], [seconds], js=_FRAMES_TO_SECONDS, **quiet)
    frames.blur(None, [frames, fps, step], [frames, seconds], js=_SNAP_FRAMES, **quiet)
    widgets.extras.update(seconds=seconds, rate=fps, frame_step=step)


def _seed(widgets: Widgets, fields: list[FormField]) -> None:
    import gradio as gr

    name = fields[0].name
    with gr.Group(elem_classes=["o-seed"]):
        # A text, because Gradio shows an empty number as 0, which is a seed of its own.
        seed = gr.Textbox(
            **_texts(name), placeholder=mark("form.seed.random"), max_lines=1, buttons=[], **widgets.ids(name)
        )
        dice = gr.Button(mark("form.seed.dice"), size="sm", min_width=40, **widgets.ids("dice"))
        # What chance drew last, to tell it from what was typed.
        drawn = gr.Textbox(visible="hidden", label="drawn", **widgets.ids("drawn"))
        lock = gr.Checkbox(label=mark("form.seed.lock"), container=False, **widgets.ids("lock"))
    quiet = {"show_progress": "hidden", "api_visibility": "private"}
    dice.click(None, [], [seed, lock], js=_NEW_SEED, **quiet)
    seed.change(None, [seed, drawn, lock], [lock], js=_LOCK_TYPED_SEED, **quiet)
    widgets.fields[name] = seed
    widgets.extras.update(dice=dice, lock=lock, drawn=drawn)


def _slider(widgets: Widgets, fields: list[FormField]) -> None:
    import gradio as gr

    shown = fields[0]
    about = {**_texts(shown.name), **widgets.ids(shown.name)}
    range_ = {"minimum": shown.least, "maximum": shown.most, "step": shown.step, "value": shown.default}
    widgets.fields[shown.name] = gr.Slider(**range_, **about, buttons=[])


def _plain_number(widgets: Widgets, fields: list[FormField]) -> None:
    _number(widgets, fields[0], step=fields[0].step or 1)


def _switch(widgets: Widgets, fields: list[FormField]) -> None:
    import gradio as gr

    name = fields[0].name
    widgets.fields[name] = gr.Checkbox(**_texts(name), value=bool(fields[0].default), **widgets.ids(name))


def _choice(widgets: Widgets, fields: list[FormField]) -> None:
    import gradio as gr

    shown = fields[0]
    choices = [(mark(f"field.{shown.name}.{choice}"), choice) for choice in shown.choices]
    widgets.fields[shown.name] = gr.Radio(
        choices=choices, value=shown.default, **_texts(shown.name, widgets.kind), **widgets.ids(shown.name)
    )


def _unseen(widgets: Widgets, fields: list[FormField]) -> None:
    import gradio as gr

    shown = fields[0]
    hidden = {"value": shown.default, "visible": "hidden", "label": shown.name}
    word = gr.Textbox(**hidden, **widgets.ids(f"{shown.name}--name")) if shown.choices else None
    widgets.fields[shown.name] = word or gr.Number(**hidden, **widgets.ids(shown.name))


def _number(widgets: Widgets, shown: FormField, *, step: float = 1, help_text: bool = True) -> Any:
    """Without bounds and precision of its own: Gradio answers those with a toast, the task at the field."""
    import gradio as gr

    texts = _texts(shown.name) if help_text else {"label": mark(f"field.{shown.name}")}
    number = gr.Number(**texts, value=shown.default, step=step, min_width=80, **widgets.ids(shown.name))
    widgets.fields[shown.name] = number
    return number


_BUILDERS = {
    "text": _text,
    "long_text": _long_text,
    "model": _model,
    "speed": _speed,
    "size": _size,
    "length": _length,
    "integer": _plain_number,
    "number": _plain_number,
    "slider": _slider,
    "seed": _seed,
    "switch": _switch,
    "choice": _choice,
    "image": kept.image,
    "avatar": kept.avatar,
    "clip": kept.clip,
    "motion": kept.motion,
    "unseen": _unseen,
}
