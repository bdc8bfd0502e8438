"""What the catalog says of models that follow a pose."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import Any

import pytest
from safetensors import safe_open

from oelala.errors import InvalidTask
from oelala.models import catalog
from oelala.models.catalog.lookup import _shipped
from oelala.models.catalog.resolve import check_frames, resolve
from oelala.models.catalog.rows_mini import OELALA_MINI_POSE
from oelala.settings import ASSETS, Settings
from oelala.tasks.pose_transfer import PoseTransfer
from tests.models.tiny_pose import ANIMATE, build_animate

KIND = PoseTransfer.kind
STEERING = {"conditioning_scale", "control_start", "control_end"}


def test_each_model_is_drawn_to_in_its_own_way() -> None:
    styles = {row.id: row.defaults[KIND]["pose_style"] for row in catalog.rows(KIND)}
    styles.pop(OELALA_MINI_POSE.id, None)
    assert styles == {
        "wan2.1-vace-1.3b": "vace",
        "wan2.1-vace-1.3b-fp16": "vace",
        "wan2.1-vace-14b": "vace",
        "wan2.1-vace-14b-fp16": "vace",
        "wan2.1-vace-14b-gguf": "vace",
        "wan2.2-animate-14b": "animate",
        "wan2.2-animate-14b-bf16": "animate",
        "wan2.2-animate-14b-gguf": "animate",
    }
    assert OELALA_MINI_POSE.defaults[KIND]["pose_style"] == "body"


def test_mini_is_listed_once_its_pose_part_ships() -> None:
    listed = OELALA_MINI_POSE.id in {row.id for row in catalog.rows(KIND)}
    assert listed is (ASSETS / "oelala-mini-pose").exists() is _shipped(OELALA_MINI_POSE)


def test_its_pose_part_is_as_large_as_the_catalog_says() -> None:
    """A row of an unknown size once broke the recognition of every VACE folder that a user brought."""
    part = OELALA_MINI_POSE.components["transformer"]
    assert part.path is not None
    assert part.bytes is not None
    files = list(part.path.glob("*.safetensors"))
    shapes = [shape for file in files for shape in shapes_of(file)]
    assert sum(map(prod, shapes)) == pytest.approx(part.parameters, rel=0.001)
    assert sum(file.stat().st_size for file in files) == pytest.approx(part.bytes, rel=0.005)


def shapes_of(file: Path) -> list[list[int]]:
    with safe_open(file, framework="pt") as found:
        return [list(found.get_slice(name).get_shape()) for name in found.keys()]  # noqa: SIM118


def test_what_the_user_wishes_is_foreign_to_no_model() -> None:
    wish = {"motion", "motion_end", "image", "bones", "seed"}
    for row in catalog.rows(KIND):
        foreign = catalog.foreign_fields(row, PoseTransfer)
        assert not foreign & wish
        assert (foreign >= STEERING) is (row.pipelines[KIND] == "WanAnimatePipeline")


def test_only_animate_can_replace_somebody_and_it_has_words_for_who_says_none(tmp_path: Path) -> None:
    able = {row.id for row in catalog.rows(KIND) if "mode" not in catalog.foreign_fields(row, PoseTransfer)}
    assert able == {ANIMATE, f"{ANIMATE}-bf16", f"{ANIMATE}-gguf"}
    build_animate(tmp_path / catalog.find(ANIMATE).repo)
    settings = Settings(workspace=tmp_path, models=tmp_path)
    task = PoseTransfer(motion="wave", image="a.png", model=ANIMATE)
    full = resolve(task, settings)
    assert (full.prompt, full.mode, full.pose_style) == ("视频中的人在做动作", "animate", "animate")
    assert resolve(task.model_copy(update={"prompt": "x"}), settings).prompt == "x"


def test_the_same_wish_goes_to_another_model() -> None:
    task = PoseTransfer(
        motion="wave",
        motion_end=2.0,
        person=1,
        bones=0.5,
        prompt="x",
        avatar="Anna",
        image="a.png",
        model="wan2.1-vace-14b",
    )
    other = catalog.for_model(task, catalog.find("wan2.2-animate-14b"))
    kept = ("motion", "motion_end", "person", "bones", "prompt", "avatar", "image")
    assert [getattr(other, name) for name in kept] == ["wave", 2.0, 1, 0.5, "x", "Anna", "a.png"]


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({}, "picture-needed", "image"),
        ({"image": "a.png", "conditioning_scale": 0.5}, "not-for-model", "conditioning_scale"),
        ({"image": "a.png", "num_frames": 1}, "too-small", "num_frames"),
    ],
)
def test_what_animate_cannot_do_is_said_before_the_work(
    tmp_path: Path, values: dict[str, Any], code: str, field: str
) -> None:
    task = PoseTransfer(motion="wave", prompt="x", model="wan2.2-animate-14b", **values)
    with pytest.raises(InvalidTask) as caught:
        resolve(task, Settings(workspace=tmp_path, models=tmp_path))
    assert (caught.value.code, caught.value.field) == (code, field)
    check_frames(catalog.find("wan2.1-vace-1.3b"), 1)


def test_mini_goes_on_from_several_frames_by_its_pose_control() -> None:
    """And so do the plan and the studio's guess of what is warm: all ask the row."""
    mini, vace = catalog.find("oelala-mini"), catalog.find("wan2.1-vace-1.3b")
    by_pose = ("oelala-mini-pose", "WanVACEPipeline")
    assert mini.maker("image-to-video", extends=True) == by_pose
    assert mini.maker("image-to-video", last_image=True) == by_pose
    assert mini.maker("image-to-video") == ("oelala-mini", "WanImageToVideoPipeline")
    assert vace.maker("image-to-video", extends=True) == (vace.id, "WanVACEPipeline")
    one_picture = catalog.find("wan2.2-i2v-a14b")
    assert one_picture.maker("image-to-video", extends=True)[0] == one_picture.id
