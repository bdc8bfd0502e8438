"""Pictures that a page brings: kept and shown as the studio sees them, refused in words, and never a path."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from oelala.errors import InvalidTask
from oelala.library.outputs import SaveClip, save_clip
from oelala.models.catalog import find
from oelala.progress import RunContext
from oelala.studio import Studio
from oelala.tasks.base import Task
from oelala.tasks.image_to_video import ImageToVideo
from oelala.tasks.pose_transfer import PoseTransfer
from oelala.tasks.text_to_video import TextToVideo
from oelala.ui.form import Form
from tests.media import pictures
from tests.media.clips import moving_gradient
from tests.media.films import film
from tests.models.folders import write_cached

OURS = {"X-Oelala": "1"}
VALUES: dict[str, Any] = {
    "prompt": "she dances",
    "negative_prompt": "",
    "width": 128,
    "height": 96,
    "num_frames": 9,
    "num_inference_steps": 4,
    "guidance_scale": 3.0,
    "flow_shift": 3.0,
    "seed": 11,
}


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return pictures.save(pictures.two_halves(), tmp_path / "photo.jpg")


def upload(client: TestClient, path: Path, name: str | None = None) -> Any:
    return client.post(f"/oelala/upload?name={name or path.name}", content=path.read_bytes(), headers=OURS)


def clip_of(
    studio: Studio, task: Task, size: tuple[int, int] = (128, 96), fps: float = 16, **told: Any
) -> str:
    frames = moving_gradient(9, size[1], size[0])
    result = save_clip(SaveClip(studio.workspace, RunContext("a-job", 1.8e9), task, frames, fps, told))
    assert result.output is not None
    return result.output.removeprefix("outputs/")


def test_an_uploaded_picture_is_kept_and_shown(studio: Studio, client: TestClient, photo: Path) -> None:
    kept = upload(client, photo).json()
    assert (kept["width"], kept["height"]) == (96, 64)
    assert studio.keeps_picture(kept["reference"])
    shown = client.get(f"/oelala/pictures/{kept['reference']}")
    assert shown.headers["content-type"] == "image/webp"
    assert Image.open(BytesIO(shown.content)).size == (96, 64)
    assert list(studio.workspace.tmp.iterdir()) == []


def test_what_is_no_picture_is_named_as_the_visitor_named_it(
    studio: Studio, client: TestClient, tmp_path: Path
) -> None:
    poem = tmp_path / "poem"
    poem.write_text("no picture")
    answer = upload(client, poem, "../../holiday.png")
    assert answer.status_code == 400
    assert answer.json()["message"] == "holiday.png is not a picture."
    assert list(studio.workspace.tmp.iterdir()) == []
    assert not studio.workspace.inputs.exists()


def test_only_our_own_page_may_bring_one(client: TestClient, photo: Path) -> None:
    films = ("films", "films/a.mp4/frame", "films/a.mp4/continue")
    for path in ("upload", "frames/a.mp4", "continue/a.mp4", *films):
        assert client.post(f"/oelala/{path}", content=photo.read_bytes()).status_code == 403


@pytest.mark.parametrize("name", ["0" * 64 + ".png", "..%2f..%2fqueue.db", "%2fetc%2fpasswd", "photo.jpg"])
def test_nothing_else_is_shown(client: TestClient, name: str) -> None:
    assert client.get(f"/oelala/pictures/{name}").status_code == 404


def test_a_frame_of_a_clip(studio: Studio, client: TestClient) -> None:
    clip = clip_of(studio, TextToVideo(**VALUES))
    frames = moving_gradient(9, 96, 128)
    for query, number in (("?seconds=0", 0), ("?seconds=0.25", 4), ("", 8), ("?seconds=nan", 8)):
        kept = client.post(f"/oelala/frames/{clip}{query}", headers=OURS).json()
        found = np.asarray(Image.open(studio.workspace.inputs / kept["reference"]), np.float64)
        assert np.abs(found - frames[number]).mean() < 4
    for path in ("nowhere.mp4", "..%2f.oelala%2fqueue.db"):
        assert client.post(f"/oelala/frames/{path}", headers=OURS).status_code == 404


def test_a_clip_goes_on_with_the_settings_it_was_made_with(studio: Studio, client: TestClient) -> None:
    clip = clip_of(studio, TextToVideo(**VALUES))
    answer = client.post(f"/oelala/continue/{clip}", headers=OURS).json()
    values = answer["values"]
    assert answer["kind"] == "image-to-video"
    assert "seed" not in values
    task = ImageToVideo(**values)
    assert (task.prompt, task.width, task.height, task.num_frames) == ("she dances", 128, 96, 9)
    assert task.model == "oelala-mini"
    assert studio.keeps_picture(task.image)
    assert studio.keeps_picture(task.extend)
    assert (studio.workspace.inputs / str(task.extend)).samefile(studio.workspace.outputs / clip)


def continued(client: TestClient, clip: str) -> dict[str, Any]:
    """The values of the form, without what is kept of the clip."""
    values: dict[str, Any] = client.post(f"/oelala/continue/{clip}", headers=OURS).json()["values"]
    assert {"image", "extend"} <= values.keys()
    ImageToVideo(**values)
    return {name: value for name, value in values.items() if name not in ("image", "extend")}


@pytest.mark.parametrize(
    ("made_by", "here", "chosen"),
    [
        ("wan2.1-t2v-1.3b", (), "wan2.1-vace-1.3b"),
        ("wan2.1-t2v-1.3b", ("svd",), "wan2.1-vace-1.3b"),  # 368 is no multiple of SVD's 64
        ("wan2.1-t2v-1.3b", ("wan2.2-i2v-a14b",), "wan2.2-i2v-a14b"),
        ("wan2.1-t2v-14b", (), "wan2.1-i2v-14b-480p"),
        ("wan2.2-t2v-a14b", (), "wan2.2-i2v-a14b"),
        ("a model long gone", ("wan2.1-vace-1.3b",), "wan2.1-vace-1.3b"),
    ],
)
def test_a_model_that_makes_this_size_and_rate_goes_on(
    studio: Studio, client: TestClient, made_by: str, here: tuple[str, ...], chosen: str
) -> None:
    for model in here:
        write_cached(studio.settings.models, find(model))
    clip = clip_of(studio, TextToVideo(**{**VALUES, "model": made_by}), (640, 368))
    assert continued(client, clip) == {"model": chosen, "width": 640, "height": 368, "prompt": "she dances"}


def test_of_a_small_clip_the_embedded_model_goes_on(studio: Studio, client: TestClient) -> None:
    task = PoseTransfer(motion="wave", prompt="she waves", model="wan2.1-vace-14b")
    clip = clip_of(studio, task.model_copy(update={"model": "wan2.2-animate-14b"}), (256, 256))
    size = {"width": 256, "height": 256}
    assert continued(client, clip) == {"model": "oelala-mini", **size, "prompt": "she waves"}
    own = clip_of(studio, task.model_copy(update={"num_frames": 9}), (256, 256))
    values = continued(client, own)
    assert (values["model"], values["num_frames"], values["width"]) == ("wan2.1-vace-14b", 9, 256)
    assert "motion" not in values


def test_a_rate_that_can_be_set_is_that_of_the_clip(studio: Studio, client: TestClient) -> None:
    clip = clip_of(studio, TextToVideo(**{**VALUES, "model": "somebody's"}), (512, 256), 9)
    assert continued(client, clip) == {"model": "svd", "width": 512, "height": 256, "fps": 9}


@pytest.mark.parametrize(("size", "fps"), [((200, 120), 16), ((256, 256), 60)])
def test_where_no_model_can_go_on_that_is_said_at_once(
    studio: Studio, client: TestClient, size: tuple[int, int], fps: float
) -> None:
    clip = clip_of(studio, TextToVideo(**{**VALUES, "model": "wan2.1-t2v-1.3b"}), size, fps)
    answer = client.post(f"/oelala/continue/{clip}", headers=OURS)
    assert answer.status_code == 400
    shape = f"{size[0]} × {size[1]} with {fps} frames a second"
    assert answer.json()["message"] == f"No model makes clips of {shape}, so none can go on from this one."
    assert "last frame" in answer.json()["hint"]


def bring(client: TestClient, path: Path, name: str | None = None) -> Any:
    return client.post(f"/oelala/films?name={name or path.name}", content=path.read_bytes(), headers=OURS)


def test_a_film_of_ones_own_lends_a_frame_and_goes_on(
    studio: Studio, client: TestClient, tmp_path: Path
) -> None:
    frames = moving_gradient(9, 256, 256)
    own = film(tmp_path / "my holiday.mp4", list(frames))
    reference = bring(client, own).json()["reference"]
    own.unlink()
    kept = client.post(f"/oelala/films/{reference}/frame?seconds=0.25", headers=OURS).json()
    found = np.asarray(Image.open(studio.workspace.inputs / kept["reference"]), np.float64)
    assert np.abs(found - frames[4]).mean() < 4
    values = client.post(f"/oelala/films/{reference}/continue", headers=OURS).json()["values"]
    assert (values["model"], values["width"], values["extend"]) == ("oelala-mini", 256, reference)
    assert studio.keeps_picture(values["image"])
    assert studio.title_of({"kind": "image-to-video", "extend": reference}) == "my holiday"
    assert list(studio.workspace.tmp.iterdir()) == []


def test_what_is_no_film_is_named_as_the_visitor_named_it(client: TestClient, tmp_path: Path) -> None:
    poem = tmp_path / "poem"
    poem.write_text("no film")
    answer = bring(client, poem, "../holiday.mov")
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("holiday.mov")
    for work in ("frame", "continue"):
        assert client.post(f"/oelala/films/{'0' * 64}.mp4/{work}", headers=OURS).status_code == 404


def test_all_joins_of_a_clip_are_told(studio: Studio, client: TestClient) -> None:
    joins = [{"frame": frame, "colour": 0.1} for frame in (3, 6)]
    clip = clip_of(studio, TextToVideo(**VALUES), joins=joins)
    assert client.get(f"/oelala/joins/{clip}").json() == {"joins": joins}
    plain = clip_of(studio, TextToVideo(**{**VALUES, "prompt": "in one go"}))
    assert client.get(f"/oelala/joins/{plain}").json() == {"joins": []}
    assert client.get("/oelala/joins/nowhere.mp4").status_code == 404


def test_a_form_takes_kept_pictures_and_no_path(studio: Studio, photo: Path) -> None:
    import gradio as gr

    form = Form(ImageToVideo, studio)
    with gr.Blocks():
        form.place_rest(advanced=False)
        form.place_rest(advanced=True)
        form.fill_in()
    values = {component: component.value for component in form.inputs}
    reference = studio.keep_picture(photo).reference
    read = form.read({**values, form.component("image"): reference})
    assert read["image"] == reference
    assert "last_image" not in read
    assert (read["framing"], read["focus_x"]) == ("crop", 0.5)
    for path in (str(photo), "/etc/passwd", "0" * 64 + ".jpg"):
        with pytest.raises(InvalidTask) as fault:
            form.read({**values, form.component("image"): path})
        assert (fault.value.code, fault.value.field) == ("picture-gone", "image")
    view = form.view_model("oelala-mini")
    assert view is not None
    assert view["pictures"] == ["image", "last_image"]
    assert view["sizes"]["native"] == [[256, 256]]
