from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from loguru import logger

from oelala.errors import OelalaError
from oelala.kinds import KINDS
from oelala.library.presets import Preset, list_presets, load_preset, shipped_presets
from oelala.library.workspace import Workspace
from oelala.models.catalog import chosen_speed, defaults_of, find, rows
from oelala.models.catalog.resolve import check_frames, check_size
from oelala.models.catalog.speed import find_speed, speed_loras
from oelala.settings import SHIPPED_PRESETS
from oelala.tasks.text_to_video import TextToVideo

GOOD: dict[str, Any] = {
    "kind": "text-to-video",
    "title": {"en": "Mine", "nl": "Van mij"},
    "values": {"num_inference_steps": 12},
}
TASKS = {kind.task.kind: kind.task for kind in KINDS}


@pytest.fixture
def warnings() -> Iterator[list[str]]:
    lines: list[str] = []
    sink = logger.add(lines.append, level="WARNING", format="{message}")
    yield lines
    logger.remove(sink)


def put(folder: Path, name: str, content: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_what_ships_is_what_the_models_were_made_for() -> None:
    presets = {preset.name: preset for preset in shipped_presets() if preset.kind == TextToVideo.kind}
    assert list(presets)[:2] == ["mini-draft", "mini-best"]
    assert {name: _numbers(preset.values) for name, preset in presets.items()} == {
        "mini-draft": ("oelala-mini", 256, 256, 17, 10, 3.0, 3.0),
        "mini-best": ("oelala-mini", 256, 256, 33, 24, 3.0, 3.0),
        "wan2.1-1.3b-480p": ("wan2.1-t2v-1.3b", 832, 480, 81, 50, 6.0, 8.0),
        "wan2.1-1.3b-480p-portrait": ("wan2.1-t2v-1.3b", 480, 832, 81, 50, 6.0, 8.0),
        "wan2.1-14b-4-steps": ("wan2.1-t2v-14b", 832, 480, 81, 4, 1.0, 5.0),
        "wan2.1-14b-480p": ("wan2.1-t2v-14b", 832, 480, 81, 50, 5.0, 5.0),
        "wan2.1-14b-480p-portrait": ("wan2.1-t2v-14b", 480, 832, 81, 50, 5.0, 5.0),
        "wan2.1-14b-720p": ("wan2.1-t2v-14b", 1280, 720, 81, 50, 5.0, 5.0),
        "wan2.1-14b-720p-portrait": ("wan2.1-t2v-14b", 720, 1280, 81, 50, 5.0, 5.0),
        "wan2.2-5b-720p": ("wan2.2-ti2v-5b", 1280, 704, 121, 50, 5.0, 5.0),
        "wan2.2-5b-720p-portrait": ("wan2.2-ti2v-5b", 704, 1280, 121, 50, 5.0, 5.0),
        "wan2.2-a14b-4-steps": ("wan2.2-t2v-a14b", 832, 480, 81, 4, 1.0, 5.0),
        "wan2.2-a14b-480p": ("wan2.2-t2v-a14b", 832, 480, 81, 40, 4.0, 12.0),
        "wan2.2-a14b-480p-portrait": ("wan2.2-t2v-a14b", 480, 832, 81, 40, 4.0, 12.0),
        "wan2.2-a14b-720p": ("wan2.2-t2v-a14b", 1280, 720, 81, 40, 4.0, 12.0),
        "wan2.2-a14b-720p-portrait": ("wan2.2-t2v-a14b", 720, 1280, 81, 40, 4.0, 12.0),
    }


@pytest.mark.parametrize(
    "preset", [one for one in shipped_presets() if "model" in one.values], ids=lambda one: one.name
)
def test_a_preset_names_what_its_model_can_do(preset: Preset) -> None:
    row = find(preset.values["model"])
    own = defaults_of(row, preset.kind)
    if speed := chosen_speed(row, preset.values):
        own = {**own, **speed.values, "speed": speed.id}
    assert all(own[name] is not None for name in preset.values if name != "model")
    check_size(row, preset.values["width"], preset.values["height"])
    check_frames(row, preset.values["num_frames"])
    # all that the model's makers say is in it; a size of its own is what a preset adds
    free = {"model", "width", "height", "fps", "num_frames", "num_inference_steps"}
    assert preset.values["model"].startswith("oelala-") or all(
        own[name] == value for name, value in preset.values.items() if name not in free
    )


@pytest.mark.parametrize("kind", ["text-to-video", "image-to-video", "pose-transfer"])
def test_every_shape_that_a_video_model_is_made_for_has_a_preset(kind: str) -> None:
    presets = [preset.values for preset in shipped_presets() if preset.kind == kind]
    there = {(one["model"], one["width"], one["height"]) for one in presets if "model" in one}
    for row in rows(kind):
        # what a model was made for is its first kind
        if row.family == "wan" and row.base is None and row.folder is None and row.kinds[0] == kind:
            for width, height in row.sizes.native:
                other = "480p" if max(width, height) > 900 else "720p"
                known = [name for name in ("480p", "720p") if name in row.id]
                assert width == height or other in known or (row.id, width, height) in there, row.id


def test_presets_of_four_steps_hold_what_their_lora_asks_for() -> None:
    quick = [preset for preset in shipped_presets() if preset.name.endswith("-4-steps")]
    assert len(quick) == 4
    for preset in quick:
        lora = find_speed(preset.values["speed"])
        assert lora is not None
        assert lora in speed_loras(find(preset.values["model"]))
        assert {name: preset.values[name] for name in lora.values} == lora.values


def _numbers(values: Any) -> tuple[Any, ...]:
    fields = ("model", "width", "height", "num_frames", "num_inference_steps", "guidance_scale", "flow_shift")
    return tuple(values[field] for field in fields)


def test_every_shipped_preset_is_a_valid_task_with_a_title_in_each_language() -> None:
    for preset in shipped_presets():
        needed = {
            name: "a person waves"
            for name, field in TASKS[preset.kind].model_fields.items()
            if field.is_required() and name not in preset.values
        }
        if "image" in TASKS[preset.kind].model_fields:
            needed["image"] = "a.png"  # or a clip to extend
        TASKS[preset.kind](**needed, **preset.values)
        assert preset.title["en"] != preset.title["nl"], preset.name


def test_the_users_own_come_after_the_shipped(workspace: Workspace) -> None:
    shipped = [preset.name for preset in shipped_presets()]
    put(workspace.presets / "user", "mine", GOOD)
    put(workspace.presets, "also mine", GOOD)
    put(workspace.presets, "mini-draft", GOOD)
    presets = list_presets(workspace)
    assert [preset.name for preset in presets] == [*shipped, "mine", "also mine"]
    assert presets[-1].values == {"num_inference_steps": 12}


def test_in_the_project_folder_each_is_listed_once(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    put(tmp_path / "presets", "shipped", GOOD)
    put(tmp_path / "presets" / "user", "mine", GOOD)
    assert [preset.name for preset in list_presets(workspace, tmp_path / "presets")] == ["shipped", "mine"]


BROKEN: dict[str, Any] = {
    "cut off": '{"kind": ',
    "no object": [1],
    "no kind": {"title": {}, "values": {}},
    "no title": {**GOOD, "title": {}},
    "a title that is no text": {**GOOD, "title": {"en": 3}},
    "values that are none": {**GOOD, "values": [1]},
    "an unknown entry": {**GOOD, "vlaues": {}},
    "an order that is none": {**GOOD, "order": "first"},
    "an order that is nothing": {**GOOD, "order": None},
    "an order that is a list": {**GOOD, "order": [1]},
    "deep": "[" * 50_000,
    "an endless number": {**GOOD, "order": float("inf")},
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_one_is_told_and_the_others_work(
    workspace: Workspace, warnings: list[str], name: str
) -> None:
    path = put(workspace.presets, "broken", BROKEN[name])
    put(workspace.presets, "mine", GOOD)
    with pytest.raises(OelalaError) as fault:
        load_preset(path)
    assert fault.value.code == "corrupt-preset"
    assert fault.value.values["path"] == str(path)
    names = [preset.name for preset in list_presets(workspace)]
    assert "mine" in names
    assert "broken" not in names
    assert len(warnings) == 1
    assert str(path) in warnings[0]


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "text-to-vide"},
        {"values": {"num_frames": 16}},
        {"values": {"steps": 3}},
        {"values": {"width": "big"}},
    ],
)
def test_values_that_the_task_refuses_make_it_a_broken_one(
    workspace: Workspace, warnings: list[str], change: dict[str, Any]
) -> None:
    put(workspace.presets, "broken", {**GOOD, **change})
    put(workspace.presets, "mine", GOOD)
    names = [preset.name for preset in list_presets(workspace, tasks=TASKS)]
    assert "mine" in names
    assert "broken" not in names
    assert len(warnings) == 1


def test_a_title_in_one_language_is_used_for_all(workspace: Workspace) -> None:
    preset = load_preset(put(workspace.presets, "mine", {**GOOD, "title": {"nl": "Van mij"}}))
    assert preset.title == {"en": "Van mij", "nl": "Van mij"}


def test_the_shipped_folder_is_the_projects() -> None:
    assert {path.stem for path in SHIPPED_PRESETS.glob("*.json")} == {p.name for p in shipped_presets()}
