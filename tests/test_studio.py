"""The verbs that page and command line share, on a real queue, without any worker."""

from __future__ import annotations

from pathlib import Path

import pytest

from oelala.errors import InvalidTask, ModelMissing, OelalaError
from oelala.models.catalog import find, wanted_packages
from oelala.settings import Settings
from oelala.studio import Studio
from oelala.tasks.image_to_video import ImageToVideo
from oelala.tasks.job import Cancelled, Queued
from oelala.tasks.pose_transfer import PoseTransfer
from oelala.tasks.text_to_video import MAX_SEED, TextToVideo
from tests.library.test_motions import bare_frames
from tests.media import pictures
from tests.models.folders import write_cached


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(Settings(workspace=tmp_path, models=tmp_path / "hub"))


def test_what_is_queued_reproduces_the_clip(studio: Studio) -> None:
    (job,) = studio.submit(TextToVideo(prompt="a man waves"))
    stored = TextToVideo(**job.task)
    assert isinstance(job.state, Queued)
    assert (stored.width, stored.height, stored.num_frames) == (256, 256, 33)
    for field in ("num_inference_steps", "guidance_scale", "flow_shift", "seed", "negative_prompt"):
        assert getattr(stored, field) is not None, field


def test_two_clips_without_a_seed_differ(studio: Studio) -> None:
    first, second = (studio.submit(TextToVideo(prompt="a man waves"))[0] for _ in range(2))
    assert first.task["seed"] != second.task["seed"]


def test_clips_count_on_from_the_seed(studio: Studio) -> None:
    jobs = studio.submit(TextToVideo(prompt="a man waves", seed=MAX_SEED, num_videos_per_prompt=3))
    assert [job.task["seed"] for job in jobs] == [MAX_SEED, 0, 1]
    assert {job.task["num_videos_per_prompt"] for job in jobs} == {1}


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"width": 100, "height": 100}, "wrong-size", "width"),
        ({"width": 4096, "height": 4096}, "size-out-of-range", "height"),
        ({"num_frames": 1001}, "wrong-frames", "num_frames"),
    ],
)
def test_what_the_model_cannot_do_is_refused(
    studio: Studio, values: dict[str, int], code: str, field: str
) -> None:
    with pytest.raises(InvalidTask) as fault:
        studio.submit(TextToVideo.model_validate({"prompt": "x", **values}))
    assert (fault.value.code, fault.value.field) == (code, field)
    assert studio.jobs() == []


def test_a_model_that_is_not_here_says_what_it_weighs(studio: Studio) -> None:
    with pytest.raises(ModelMissing) as fault:
        studio.submit(TextToVideo(prompt="x", model="wan2.1-t2v-1.3b"))
    assert fault.value.values["size"].endswith(" GB")
    assert fault.value.values["repo"] == "Wan-AI/Wan2.1-T2V-1.3B-Diffusers"


@pytest.mark.parametrize(
    ("kind", "values", "code", "field"),
    [
        ("a-poem", {}, "unknown-kind", None),
        ("text-to-video", {}, "empty", "prompt"),
        ("text-to-video", {"prompt": "x", "sampler": "y"}, "unknown-field", "sampler"),
        ("text-to-video", {"prompt": "x", "seed": "many"}, "not-a-number", "seed"),
        ("text-to-video", {"prompt": "x", "flow_shift": float("inf")}, "not-a-number", "flow_shift"),
        ("text-to-video", {"prompt": "x", "flow_shift": 0}, "too-small", "flow_shift"),
        ("text-to-video", {"prompt": "x", "num_frames": 4}, "not-4k-plus-1", "num_frames"),
    ],
)
def test_loose_values_become_a_task_or_one_clear_fault(
    studio: Studio, kind: str, values: dict[str, object], code: str, field: str | None
) -> None:
    with pytest.raises(OelalaError) as fault:
        studio.read_task(kind, values)
    assert fault.value.code == code
    assert getattr(fault.value, "field", None) == field


def test_cancel_and_retry(studio: Studio) -> None:
    (job,) = studio.submit(TextToVideo(prompt="a man waves", seed=5))
    assert isinstance(studio.cancel(job.id).state, Cancelled)
    again = studio.retry(job.id)
    assert again.id != job.id
    assert again.task == job.task
    assert {one.id for one in studio.jobs_since(0)[0]} == {job.id, again.id}
    assert studio.preview(again.id) is None


def test_one_studio_runs_a_queue(studio: Studio) -> None:
    assert studio.acquire("http://127.0.0.1:7860/") is None
    other = Studio(studio.settings)
    holder = other.acquire("http://127.0.0.1:7861/")
    assert holder is not None
    assert holder.address == "http://127.0.0.1:7860/"
    studio.stop()
    assert other.acquire("") is None
    other.stop()


@pytest.mark.parametrize("lazy", [False, True])
def test_a_lazy_studio_starts_its_engine_with_the_first_clip(tmp_path: Path, lazy: bool) -> None:
    studio = Studio(Settings(workspace=tmp_path, lazy=lazy))
    assert {lane.lane: lane.lazy for lane in studio.worker_specs()} == {"gpu": lazy, "light": True}


def test_a_preset_by_name(studio: Studio) -> None:
    assert studio.preset("text-to-video", "mini-draft").values["num_frames"] == 17
    with pytest.raises(OelalaError) as fault:
        studio.preset("text-to-video", "nobody")
    assert "mini-draft" in fault.value.values["known"]


def test_what_goes_with_a_model_is_fetched_as_models_are(studio: Studio) -> None:
    for companion in ("lightx2v-wan2.1-t2v-14b", "taew2_1"):
        job = studio.download(companion)
        assert (job.kind, job.task["model"]) == ("download", companion)
    with pytest.raises(OelalaError) as fault:
        studio.download("sdxl")
    assert fault.value.code == "no-use-yet"


def test_only_the_command_line_installs_packages(studio: Studio) -> None:
    """A page can be open to the world."""
    needed = wanted_packages(find("dwpose"))
    if not needed:
        pytest.skip("the packages are here already")
    with pytest.raises(OelalaError) as fault:
        studio.download("dwpose")
    assert fault.value.code == "no-dwpose"
    assert studio.download("dwpose", installs=True).task["model"] == "dwpose"


def test_one_wish_goes_to_several_models(tmp_path: Path) -> None:
    photo = pictures.save(pictures.two_halves(), tmp_path / "photo.png")
    studio = Studio(Settings(workspace=tmp_path / "w", models=tmp_path / "hub"))
    for model in ("wan2.2-ti2v-5b", "svd"):
        write_cached(tmp_path / "hub", find(model))
    task = ImageToVideo(
        image=str(photo), prompt="she waves", width=256, height=320, focus_x=0.2, num_videos_per_prompt=2
    )
    jobs = studio.submit(task, ["wan2.2-ti2v-5b", "oelala-mini", "svd", "svd"])
    tasks = [ImageToVideo(**job.task) for job in jobs]
    assert [one.model for one in tasks] == ["oelala-mini"] * 2 + ["wan2.2-ti2v-5b"] * 2 + ["svd"] * 2
    assert [one.seed for one in tasks] == [tasks[0].seed, tasks[1].seed] * 3
    assert {one.image for one in tasks} == {tasks[0].image}
    assert {one.focus_x for one in tasks} == {0.2}
    assert [(one.width, one.height) for one in tasks[::2]] == [(256, 320), (704, 1280), (576, 1024)]
    assert [one.prompt for one in tasks[::2]] == ["she waves", "she waves", ""]
    assert (tasks[4].fps, tasks[4].motion_bucket_id, tasks[4].num_frames) == (7, 127, 14)


def test_what_is_known_of_a_motion_holds_for_every_model(tmp_path: Path) -> None:
    studio = Studio(Settings(workspace=tmp_path / "w", models=tmp_path / "hub"))
    write_cached(tmp_path / "hub", find("wan2.1-vace-1.3b"))
    motion = bare_frames(tmp_path / "bare.json")
    task = PoseTransfer(
        model="oelala-mini-pose", motion=str(motion), prompt="x",
        motion_fps=25, motion_width=640, motion_height=480,
    )  # fmt: skip
    searches = studio.search_for_bodies(task, ["wan2.1-vace-1.3b"])
    assert searches.jobs == []  # it has points already
    assert studio.motion_view(searches.task.motion)["fps"] == 25
    assert len(studio.submit(searches.task, ["wan2.1-vace-1.3b"])) == 2


def test_where_one_of_several_models_cannot_nothing_is_queued(studio: Studio, tmp_path: Path) -> None:
    task = TextToVideo(prompt="a man waves")
    with pytest.raises(InvalidTask) as fault:
        studio.submit(task, ["svd"])
    assert (fault.value.code, fault.value.field) == ("cannot-do", "also")
    with pytest.raises(ModelMissing):
        studio.submit(task, ["wan2.1-t2v-14b"])
    with pytest.raises(OelalaError, match="no model called"):
        studio.submit(task, ["nobody"])
    assert studio.jobs() == []
