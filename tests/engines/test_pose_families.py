"""Wan's own pose models in their exact layouts, on random weights: equal to a bare diffusers script."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import UniPCMultistepScheduler, WanAnimatePipeline, WanVACEPipeline
from numpy.typing import NDArray
from PIL import Image

from oelala.engines.pose_motion import Searched, driving_of
from oelala.engines.pose_transfer import animate_inputs, run, vace_inputs
from oelala.engines.sampling import Sampling, sample_wan
from oelala.engines.sampling_animate import sample_animate
from oelala.engines.watch import Phases
from oelala.errors import Cancelled, InvalidTask
from oelala.library.inputs import keep_inputs
from oelala.library.workspace import Workspace
from oelala.media.poses.detect import detect_pose
from oelala.media.poses.openpose_write import write_zip
from oelala.media.video import probe
from oelala.models.catalog import find
from oelala.models.manager import ModelManager, ModelSpec
from oelala.progress import Progress
from oelala.tasks.pose_transfer import PoseTransfer
from tests.engines.test_text_to_video import Stop, context_of
from tests.media.films import film, walking_body
from tests.media.people import rendered
from tests.models.tiny_pose import ANIMATE, VACE, build_all

SIDE, FRAMES = 32, 5
REPLACED = ("background_video", "mask_video", "mode")
CLASSES = {VACE: WanVACEPipeline, ANIMATE: WanAnimatePipeline}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("hub")
    build_all(folder)
    yield folder
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pictures") / "someone.png"
    Image.fromarray(rendered("full body")[0]).save(path)
    return path


@pytest.fixture(scope="module")
def searched(picture: Path) -> Searched:
    """The body in the picture, looked for once."""
    found = picture.with_suffix(".zip")
    write_zip(detect_pose(picture), found)
    return Searched(character=str(found))


def task_of(model: str, picture: Path | None, **values: Any) -> PoseTransfer:
    usual: dict[str, Any] = {
        "motion": "dance",
        "prompt": "somebody dances",
        "negative_prompt": "",
        "width": SIDE,
        "height": SIDE,
        "num_frames": FRAMES,
        "num_inference_steps": 2,
        "guidance_scale": 2.0,
        "flow_shift": 5.0,
        "seed": 3,
        "bones": 0.0,
        "pose_style": "vace" if model == VACE else "animate",
        "image": None if picture is None else str(picture),
    }
    return PoseTransfer(model=model, **{**usual, **values})


def bare(models: Path, task: PoseTransfer, inputs: dict[str, Any]) -> NDArray[np.uint8]:
    """What a user's own script would make."""
    pipeline = CLASSES[task.model].from_pretrained(models / find(task.model).repo, dtype=torch.float32)
    pipeline.scheduler = UniPCMultistepScheduler.from_config(pipeline.scheduler.config, flow_shift=5.0)
    pipeline.set_progress_bar_config(disable=True)
    length = {"num_frames": FRAMES} if task.model == VACE else {"segment_frame_length": FRAMES}
    video = pipeline(
        prompt=task.prompt,
        negative_prompt="",
        height=SIDE,
        width=SIDE,
        num_inference_steps=2,
        guidance_scale=2.0,
        generator=torch.Generator("cpu").manual_seed(3),
        output_type="np",
        **length,
        **inputs,
    ).frames[0]
    return np.round(np.asarray(video) * 255).astype(np.uint8)


@pytest.mark.parametrize("model", [VACE, ANIMATE])
def test_the_frames_are_those_of_a_bare_script(
    models: Path, manager: ModelManager, picture: Path, searched: Searched, model: str
) -> None:
    task = task_of(model, picture)
    driving = driving_of(task, task.motion, find(model).fps, picture, searched=searched)
    build, sample = (vace_inputs, sample_wan) if model == VACE else (animate_inputs, sample_animate)
    inputs = dict(build(task, driving, picture))
    with manager.use(ModelSpec(model, find(model).pipelines["pose-transfer"])) as loan:
        made = np.concatenate(list(sample(Sampling(task, inputs), loan, Phases(context_of()))))
    wanted = bare(models, task, inputs)
    assert made.shape == wanted.shape == (FRAMES, SIDE, SIDE, 3)
    assert np.abs(made.astype(int) - wanted).max() <= 1


def test_whoever_moves_in_a_film_is_replaced_as_by_a_bare_script(
    models: Path, manager: ModelManager, picture: Path, tmp_path: Path
) -> None:
    source = film(tmp_path / "walk.mp4", walking_body(FRAMES + 1))
    task = task_of(ANIMATE, picture, motion=str(source), mode="replace", bones=1.0)
    driving = driving_of(task, str(source), 16, picture)
    told: list[tuple[int, int]] = []
    inputs = dict(animate_inputs(task, driving, picture, lambda *count: told.append(count)))
    assert told == [(done, FRAMES) for done in range(1, FRAMES + 1)]
    assert {len(inputs[name]) for name in ("pose_video", "background_video", "mask_video")} == {FRAMES}
    assert {image.size for image in inputs["background_video"] + inputs["mask_video"]} == {(SIDE, SIDE)}
    with manager.use(ModelSpec(ANIMATE, "WanAnimatePipeline")) as loan:
        made = np.concatenate(list(sample_animate(Sampling(task, inputs), loan, Phases(context_of()))))
        kept = {name: value for name, value in inputs.items() if name not in REPLACED}
        animated = np.concatenate(list(sample_animate(Sampling(task, kept), loan, Phases(context_of()))))
    wanted = bare(models, task, inputs)
    assert made.shape == wanted.shape == (FRAMES, SIDE, SIDE, 3)
    assert np.abs(made.astype(int) - wanted).max() <= 1
    assert np.abs(made.astype(int) - animated).max() > 1


def test_the_film_is_kept_around_the_one_who_goes(picture: Path, tmp_path: Path) -> None:
    walk = walking_body(6)
    source = film(tmp_path / "walk.mp4", walk)
    task = task_of(ANIMATE, picture, motion=str(source), mode="replace", width=256, height=128)
    driving = driving_of(task, str(source), 16, picture)
    inputs = animate_inputs(task, driving, picture)
    joints = driving.pose.people[0].coco18()
    for index, (background, mask) in enumerate(
        zip(inputs["background_video"], inputs["mask_video"], strict=True)
    ):
        white = np.asarray(mask) == 255
        seen = joints[index][driving.pose.seen(joints[index]), :2].astype(int)
        assert white[seen[:, 1].clip(0, 127), seen[:, 0].clip(0, 255)].all()  # all of the body
        ys, xs = np.nonzero(white)
        assert white[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1].all()  # a box, and not a silhouette
        assert 0.02 < white.mean() < 0.3
        pixels = np.asarray(background)
        assert (pixels[white] == 0).all()
        assert (pixels[:, :28] < 8).all()  # a film of 3 to 2 lies between bars
        wall = pixels[4:20, 215:222].astype(int)
        assert np.abs(wall - walk[0][5, 5].astype(int)).mean() < 12


@pytest.mark.parametrize("model", [VACE, ANIMATE])
def test_a_motion_from_a_film_becomes_a_measured_clip(
    manager: ModelManager, workspace: Workspace, picture: Path, tmp_path: Path, model: str
) -> None:
    source = film(tmp_path / "walk.mp4", walking_body(6))
    who = picture if model == ANIMATE else None  # VACE can do without; one with a picture: test_pose_transfer
    task = keep_inputs(task_of(model, who, motion=str(source)), workspace)
    reports: list[Progress] = []
    result = run(task, manager, context_of(reports.append), workspace)
    assert result.output is not None
    found = probe(workspace.root / result.output)
    assert (found.num_frames, found.fps) == (FRAMES, find(model).fps)
    made = json.loads((workspace.root / result.details["metadata"]).read_text())["oelala"]
    told = {"pck", "pck_mirrored", "seen_from_behind", "mean_error", "found_rate", "worst_frame", "curve"}
    assert made["pose"]["score"].keys() == told
    assert (workspace.inputs / made["pose"]["motion"]).is_file()
    steps = [(one.step, one.total) for one in reports if one.phase == "denoising"]
    assert steps[-1] == (2, 2)


def test_a_long_clip_of_animate_is_made_in_segments(
    manager: ModelManager, picture: Path, searched: Searched
) -> None:
    task = task_of(ANIMATE, picture, num_frames=81, width=16, height=16, guidance_scale=1.0)
    driving = driving_of(task, task.motion, 30, picture, searched=searched)
    reports: list[Progress] = []
    with manager.use(ModelSpec(ANIMATE, "WanAnimatePipeline")) as loan:
        sampling = Sampling(task, animate_inputs(task, driving, picture))
        frames = np.concatenate(list(sample_animate(sampling, loan, Phases(context_of(reports.append)))))
    assert frames.shape == (81, 16, 16, 3)
    assert max(one.step for one in reports if one.phase == "denoising") == 4  # two segments of two steps


def test_the_driver_s_face_is_in_the_middle_of_its_crop(
    picture: Path, searched: Searched, tmp_path: Path
) -> None:
    source = film(tmp_path / "walk.mp4", walking_body(6))
    task = task_of(ANIMATE, picture, motion=str(source))
    driving = driving_of(task, str(source), 16, picture, searched=searched)
    faces = list(driving.faces())
    assert [face.shape for face in faces] == [(512, 512, 3)] * 5
    wall = walking_body(1)[0][5, 5].astype(int)
    for face in faces:  # the body glides on, its face stays in the middle
        head = np.abs(face.astype(int) - wall).sum(axis=2) > 60
        assert head[200:312, 200:312].mean() > 0.9
        assert abs(float(np.nonzero(head)[1].mean()) - 256) < 30
    assert not any(face.any() for face in driving_of(task, "wave", 16, picture, searched=searched).faces())


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"image": None}, "empty", "image"),
        ({"num_frames": 1}, "too-small", "num_frames"),
        ({"conditioning_scale": 0.5}, "not-for-model", "conditioning_scale"),
        ({"control_end": 0.5}, "not-for-model", "control_end"),
        ({"mode": "replace"}, "film-needed", "motion"),
        ({"mode": "replace", "pose_scale": 1.5}, "stays-in-place", "pose_scale"),
        ({"mode": "replace", "shift_y": 0.1}, "stays-in-place", "shift_y"),
    ],
)
def test_what_animate_cannot_do_is_refused(
    manager: ModelManager, workspace: Workspace, picture: Path, values: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(InvalidTask) as caught:
        run(task_of(ANIMATE, picture, **values), manager, context_of(), workspace)
    assert (caught.value.code, caught.value.field) == (code, field)


@pytest.mark.parametrize("model", [VACE, ANIMATE])
def test_a_cancel_leaves_no_trace(
    manager: ModelManager, picture: Path, searched: Searched, model: str
) -> None:
    task = task_of(model, picture)
    driving = driving_of(task, task.motion, find(model).fps, picture, searched=searched)
    build, sample = (vace_inputs, sample_wan) if model == VACE else (animate_inputs, sample_animate)
    sampling = Sampling(task, build(task, driving, picture))

    def once(cancel: Stop) -> NDArray[np.uint8]:
        with manager.use(ModelSpec(model, find(model).pipelines["pose-transfer"])) as loan:
            return np.concatenate(list(sample(sampling, loan, Phases(context_of(cancel=cancel)))))

    counted = Stop()
    before = once(counted)
    for after in (2, counted.checks // 2, counted.checks - 1):
        with pytest.raises(Cancelled):
            once(Stop(after))
        assert (once(Stop()) == before).all()
