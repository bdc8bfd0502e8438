"""The form maps task fields to components and back, for any task class."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from oelala.models.catalog import find
from oelala.models.sage import sage_obstacle
from oelala.settings import Settings
from oelala.studio import Studio
from oelala.tasks.text_to_video import TextToVideo
from oelala.texts import say
from oelala.ui.fields import fields_of
from oelala.ui.form import Form
from oelala.ui.i18n import sayer

FULL: dict[str, Any] = {
    "prompt": "Een vrouw danst",
    "negative_prompt": "blurry",
    "model": "wan2.1-t2v-1.3b",
    "width": 480,
    "height": 832,
    "num_frames": 33,
    "num_inference_steps": 12,
    "guidance_scale": 3.5,
    "flow_shift": 5.0,
    "seed": 2**32 - 1,
    "num_videos_per_prompt": 1,
}


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(Settings(workspace=tmp_path))


@pytest.fixture
def form(studio: Studio) -> Form:
    import gradio as gr

    form = Form(TextToVideo, studio)
    with gr.Blocks():
        form.place_rest(advanced=False)
        form.place_rest(advanced=True)
        form.fill_in()
    return form


def values_of(form: Form, **changed: Any) -> dict[Any, Any]:
    """Gradio's {component: value} of the form as it stands, with `changed` fields."""
    values = {component: component.value for component in form.inputs}
    by_name = {name: form.component(name) for name in TextToVideo.model_fields}
    by_name |= {part.elem_id.split("--")[1]: part for part in form.inputs}
    return values | {by_name[name]: value for name, value in changed.items()}


def test_every_field_is_shown_with_its_bounds() -> None:
    fields = {shown.name: shown for shown in fields_of(TextToVideo)}
    assert fields.keys() == TextToVideo.model_fields.keys()
    assert (fields["guidance_scale"].least, fields["guidance_scale"].most) == (1.0, 20.0)
    assert fields["flow_shift"].least == 0.1  # more than 0, in steps of 0.1
    assert [name for name, shown in fields.items() if shown.advanced] == [
        "negative_prompt",
        "guidance_scale",
        "guidance_scale_2",
        "flow_shift",
        "first_block_cache",
        "sage_attention",
        "quantisation",
        "num_videos_per_prompt",
    ]


def test_a_new_form_holds_the_default_models_values(form: Form) -> None:
    task = TextToVideo(**form.read(values_of(form, prompt="x")))
    own = find("oelala-mini").defaults["text-to-video"]
    assert task == TextToVideo(prompt="x", model="oelala-mini", **own)
    assert (task.width, task.num_frames) == (256, 33)


def test_what_is_shown_is_read_back(form: Form) -> None:
    shown = form.show(FULL, sayer("en"))
    values = values_of(form) | {part: change["value"] for part, change in shown.items() if "value" in change}
    assert TextToVideo(**form.read(values)) == TextToVideo(**FULL)


def test_what_this_machine_lacks_is_said_at_its_field(form: Form) -> None:
    obstacle = sage_obstacle()
    part = form.component("sage_attention")
    change = form.show(form.defaults("wan2.1-t2v-1.3b"), sayer("en"))[part]
    kept = form.show({**form.defaults("wan2.1-t2v-1.3b"), "sage_attention": True}, sayer("en"))[part]
    assert change["value"] is False
    if obstacle is None:
        assert "interactive" not in change
        return
    assert change["interactive"] is False
    assert str(obstacle) in change["info"]
    assert kept["value"] is kept["interactive"] is True  # so that it can be switched off


def test_showing_a_model_brings_its_limits(form: Form) -> None:
    changes = {
        part.elem_id.split("--")[1]: change
        for part, change in form.show(form.defaults("wan2.1-t2v-1.3b"), sayer("nl")).items()
    }
    assert changes["size"]["choices"][0] == ("832 × 480", "832 × 480")
    assert changes["size"]["value"] == "832 × 480"
    assert changes["size"]["info"] == "Veelvouden van 16, 128 tot 1280 pixels per zijde."
    assert changes["seconds"]["value"] == 5
    assert changes["rate"]["value"] == 16
    assert changes["model"]["info"].startswith(
        "Een download van 17,6 GB van Wan-AI/Wan2.1-T2V-1.3B-Diffusers"
    )
    preview = "kleine decoder voor voorbeelden mee: ≤ 45.3 MB van lightx2v/Autoencoders (licentie MIT). "
    assert preview in changes["model"]["info"]
    assert changes["prompt"] == {"info": say("field.prompt.help", "nl")}
    assert "seed" not in changes


def test_a_drawn_seed_counts_only_while_it_is_locked(form: Form) -> None:
    assert "seed" not in form.read(values_of(form, prompt="x", seed="5", drawn="5", lock=False))
    assert form.read(values_of(form, prompt="x", seed="5", drawn="5", lock=True))["seed"] == "5"
    assert form.read(values_of(form, prompt="x", seed=" 6 ", drawn="5", lock=False))["seed"] == "6"
    assert "seed" not in form.read(values_of(form, prompt="x", seed="", drawn="5", lock=True))
    assert [change["value"] for change in form.show_drawn({"seed": 7}).values()] == ["7", "7"]
    shown = form.show({"seed": 0}, sayer("en"))
    assert {part.elem_id: change for part, change in shown.items()} == {
        "text-to-video--seed": {"value": "0"},
        "text-to-video--lock": {"value": True},
    }


def test_an_emptied_number_is_the_models_default(form: Form) -> None:
    assert "num_frames" not in form.read(values_of(form, prompt="x", num_frames=None))


def test_a_field_that_means_nothing_to_the_model_is_hidden_and_left_out(form: Form) -> None:
    two_experts, one = form.component("guidance_scale_2"), form.component("guidance_scale")
    shown = form.show(form.defaults("oelala-mini"), sayer("en"))
    assert (shown[two_experts]["visible"], shown[one]["visible"]) == (False, True)
    values = values_of(form, prompt="x", guidance_scale_2=0)  # what Gradio makes of an empty number
    assert "guidance_scale_2" not in form.read(values)


def test_models_say_whether_they_are_here(form: Form, studio: Studio) -> None:
    (change,) = form.show_models(studio.models(form.kind), sayer("en")).values()
    assert change["choices"][1] == ("Wan 2.1 T2V 1.3B (not here yet)", "wan2.1-t2v-1.3b")


def test_mini_says_at_the_prompt_what_it_knows(form: Form) -> None:
    prompt = form.component("prompt")
    assert "model.oelala-mini.knows" in prompt.info  # a mark, in every language at once
    for say_it, words in (
        (sayer("en"), "people: hair, clothes in 11 colours"),
        (sayer("nl"), "mensen: haar, kleren in 11 kleuren"),
    ):
        shown = form.show(form.defaults("oelala-mini"), say_it)
        assert words in shown[prompt]["info"]
        assert "value" not in shown[prompt]


def test_a_speed_sets_visible_fields_and_gives_them_back(form: Form) -> None:
    model, lora = "wan2.1-t2v-14b", "lightx2v-wan2.1-t2v-14b"
    own = form.defaults(model)
    assert (own["speed"], own["num_inference_steps"], own["guidance_scale"]) == ("", 50, 5.0)
    quick = form.speed_values(model, lora)
    expected = {"num_inference_steps": 4, "guidance_scale": 1.0, "flow_shift": 5.0}
    assert quick == {"model": model, "speed": lora, **expected}
    assert form.speed_values(model, "") == {name: own[name] for name in quick}
    assert form.speed_values(model, "of another") == form.speed_values(model, "")
    assert form.speed_values("nobody", lora) == {}


def test_a_speed_is_offered_where_there_is_one_with_its_download(form: Form) -> None:
    part, model = form.component("speed"), "wan2.1-t2v-14b"
    lora = "lightx2v-wan2.1-t2v-14b"
    shown = form.show({**form.defaults(model), "speed": lora}, sayer("nl"))[part]
    choices = [("Zoals het model is", ""), ("4 stappen (LightX2v, nog niet hier)", lora)]
    assert (shown["choices"], shown["value"], shown["visible"]) == (choices, lora, True)
    told = "Een download van 631 MB van lightx2v/Wan2.1-Distill-Loras (licentie Apache-2.0)."
    assert shown["info"].endswith(told)
    view = form.view_model(model, lora)
    assert view is not None
    assert view["speed"] == {"id": lora, "offered": True, "size": "631 MB", "kept": False}
    hidden = form.show(form.defaults("oelala-mini"), sayer("en"))[part]
    assert hidden["visible"] is False
    values = values_of(form, prompt="x", speed=lora)  # left over from another model
    assert "speed" not in form.read(values)


def test_only_what_a_hub_has_is_offered(form: Form, studio: Studio) -> None:
    none = {"id": "", "offered": False, "size": "", "kept": False}
    offered = {"id": "wan2.1-t2v-1.3b", "offered": True, "size": "17.6 GB", "kept": False, "speed": none}
    assert form.view_model("wan2.1-t2v-1.3b") == offered
    mini = form.view_model("oelala-mini")
    assert mini is not None
    assert not mini["offered"]
    assert form.view_model("nobody") is None
    change = form.show_models(studio.models(form.kind), sayer("nl"), "wan2.1-t2v-1.3b")[
        form.component("model")
    ]
    assert change["info"].startswith("Een download van 17,6 GB van Wan-AI/Wan2.1-T2V-1.3B-Diffusers")
