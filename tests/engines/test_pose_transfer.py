"""Pose transfer on random weights of Mini's layout: what the model gets, and what is kept of the result."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from pydantic import ValidationError

from oelala.engines.pose_motion import Searched, driving_of, measured
from oelala.engines.pose_transfer import control_between, run, vace_inputs
from oelala.engines.sampling import Sampling, sample_wan
from oelala.engines.watch import Phases
from oelala.errors import Cancelled, InvalidTask
from oelala.library.inputs import keep_inputs
from oelala.library.motions import keep_motion, motion_file
from oelala.library.outputs import read_settings_of
from oelala.library.workspace import Workspace
from oelala.media.pose import BodyFinder, PoseSettings
from oelala.media.poses.detect import detect_pose
from oelala.media.poses.drawing import draw_frame
from oelala.media.poses.film import Cut
from oelala.media.poses.motions import shipped_motion
from oelala.media.poses.openpose_write import write_zip
from oelala.media.poses.parts import Wanted
from oelala.media.poses.styles import STYLES
from oelala.media.video import probe, read_frames
from oelala.mini.topology import build_random_pose
from oelala.models.catalog import Row, resolve
from oelala.models.catalog.rows_mini import OELALA_MINI_POSE
from oelala.models.manager import ModelManager, ModelSpec
from oelala.progress import CancelToken, Progress, RunContext
from oelala.settings import Settings
from oelala.studio import Studio
from oelala.tasks.pose_transfer import PoseTransfer
from oelala.texts import all_texts
from tests.media.bodies import pose_of, standing
from tests.media.films import film, walking_body
from tests.media.people import rendered
from tests.models.tiny import MINI, TinyModels

SPEC = ModelSpec(MINI, "WanVACEPipeline")


@pytest.fixture(scope="module")
def models(tiny: TinyModels, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelManager]:
    """Lends Mini with a pose transformer beside it, as its row will say."""
    pose = tmp_path_factory.mktemp("pose")
    build_random_pose(pose, tiny=True)

    def row(model: str) -> Row:
        mini = tiny.row(model)
        transformer = replace(mini.components["transformer"], path=pose)
        return replace(
            mini,
            components={**mini.components, "transformer": transformer},
            pipelines={"pose-transfer": "WanVACEPipeline"},
        )

    settings = Settings(workspace=tmp_path_factory.mktemp("workspace"), models=tiny.models)
    manager = ModelManager(settings, torch.device("cpu"), None, row)
    yield manager
    manager.empty()


def task_of(**values: Any) -> PoseTransfer:
    usual: dict[str, Any] = {
        "motion": "wave",
        "prompt": "a woman in a red shirt",
        "negative_prompt": "",
        "model": MINI,
        "width": 64,
        "height": 64,
        "num_frames": 5,
        "num_inference_steps": 3,
        "guidance_scale": 2.0,
        "flow_shift": 3.0,
        "seed": 7,
        "pose_style": "openpose",
    }
    return PoseTransfer(**{**usual, **values})


def context_of(reports: list[Progress] | None = None, cancel: CancelToken | None = None) -> RunContext:
    report = (lambda _: None) if reports is None else reports.append
    return RunContext("20261122-171500-x7k2p9", 1_795_367_700.0, 1, report, cancel or CancelToken())


def unheard(done: int, total: int) -> None:
    """Of a measurement whose progress nobody follows."""


def sampled(models: ModelManager, task: PoseTransfer) -> NDArray[np.uint8]:
    driving = driving_of(task, task.motion, 16, None)
    with (
        models.use(SPEC) as loan,
        control_between(loan.pipeline.transformer, task),
    ):
        sampling = Sampling(task, vace_inputs(task, driving, None))
        return np.concatenate(list(sample_wan(sampling, loan, Phases(context_of()))))


def test_a_clip_is_made_measured_and_saved(
    models: ModelManager, workspace: Workspace, tmp_path: Path
) -> None:
    frame, _ = rendered("full body")
    Image.fromarray(frame).save(tmp_path / "someone.png")
    task = keep_inputs(task_of(image=str(tmp_path / "someone.png")), workspace)
    reports: list[Progress] = []
    result = run(task, models, context_of(reports), workspace)
    assert result.output is not None
    clip = workspace.root / result.output
    assert len(list(read_frames(clip))) == 5
    assert PoseTransfer(**{k: v for k, v in read_settings_of(clip).items() if k != "kind"}) == task
    made = json.loads((workspace.root / result.details["metadata"]).read_text())["oelala"]
    assert result.details["pose"] == made["pose"]
    beside = probe(workspace.root / result.details["side_by_side"])
    assert (beside.width, beside.height, beside.num_frames) == (128, 64, 5), "skeleton and clip; no film here"
    score = made["pose"]["score"]
    assert 0 <= score["pck"] <= 1
    assert len(score["curve"]) == 5
    assert score["worst_frame"] in range(5)
    assert isinstance(made["pose"]["findings"], list)
    again = driving_of(task, motion_file(workspace, made["pose"]["motion"]), 16, None)
    wave = driving_of(task, "wave", 16, None)
    assert again.pose.people[0].body == pytest.approx(wave.pose.people[0].body)
    phases = [report.phase for report in reports]
    assert phases[0] == "working"
    assert {"loading", "encoding", "denoising", "decoding", "saving"} <= set(phases)
    measuring = [report.step for report in reports[phases.index("decoding") :] if report.phase == "working"]
    assert measuring == [0, 1, 2, 3, 4, 5]
    assert phases[-1] == "saving"


def test_the_score_is_what_the_detector_sees_in_the_file(workspace: Workspace) -> None:
    """With weights that make somebody to be measured."""
    settings = Settings(workspace=workspace.root)
    asked = PoseTransfer(
        motion="wave", prompt="a woman in a red shirt", model=OELALA_MINI_POSE.id, num_frames=5,
        num_inference_steps=4, seed=7,
    )  # fmt: skip
    task = resolve(asked, settings)
    assert isinstance(task, PoseTransfer)
    result = run(task, ModelManager(settings, torch.device("cpu")), context_of(), workspace)
    assert result.output is not None
    score = result.details["pose"]["score"]
    assert score["found_rate"] > 0
    pose = driving_of(task, "wave", OELALA_MINI_POSE.fps, None).pose
    assert score == measured(pose, read_frames(workspace.root / result.output), unheard)


def test_the_film_is_seen_where_its_motion_was_found(tmp_path: Path) -> None:
    shades = [np.full((64, 64, 3), 20 * number, np.uint8) for number in range(10)]
    source = film(tmp_path / "shades.mp4", shades, fps=16)
    task = task_of(motion_start=0.0625, motion_end=0.25, num_frames=3)
    part = Cut(4 / 16, 9 / 16)
    body = Wanted(hands=False, drawn_face=False)  # and so nothing to look for in the film
    driving = driving_of(task, task.motion, 16, None, film=source, film_cut=part, wanted=body)
    means = [float(frame.mean()) for frame in driving.film_frames()]
    assert means == pytest.approx([100, 120, 140], abs=6)
    open_end = driving_of(task_of(), task.motion, 16, None, film=source, film_cut=part, wanted=body)
    assert len(list(open_end.film_frames())) == 5, "the part, and no more of the film"


def test_the_model_gets_the_drawn_pose_in_its_own_style() -> None:
    task = task_of(width=128, height=256, pose_style="vace", conditioning_scale=0.7)
    driving = driving_of(task, task.motion, 16, None)
    inputs = vace_inputs(task, driving, None)
    assert len(inputs["video"]) == len(inputs["mask"]) == 5
    assert (np.asarray(inputs["video"][3]) == draw_frame(driving.pose, 3, STYLES["vace"])).all()
    assert np.asarray(inputs["mask"][0]).min() == 255
    assert inputs["conditioning_scale"] == 0.7
    assert "reference_images" not in inputs
    assert (driving.pose.width, driving.pose.height, driving.pose.num_frames) == (128, 256, 5)
    body, original = driving.pose.people[0].coco18(), shipped_motion("wave").people[0].body
    assert body[2, 2, :2] == pytest.approx(original[2, 2, :2] / 2 + (0, 64))


def test_the_pose_steers_as_strongly_and_as_long_as_asked(models: ModelManager) -> None:
    full, again = sampled(models, task_of()), sampled(models, task_of())
    assert (full == again).all()
    none = sampled(models, task_of(conditioning_scale=0))
    assert (none == sampled(models, task_of(conditioning_scale=0, motion="jump"))).all()
    assert (full != none).any()
    assert (full != sampled(models, task_of(motion="jump"))).any()
    first = sampled(models, task_of(control_end=0.4))  # one of three steps
    last = sampled(models, task_of(control_start=0.6))
    assert (first != none).any()
    assert (first != full).any()
    assert (last != first).any()
    assert (sampled(models, task_of(control_start=0.01)) == full).all()
    with models.use(SPEC) as loan:
        assert not loan.pipeline.transformer._forward_pre_hooks


def test_a_motion_may_be_a_file_of_several_people(tmp_path: Path) -> None:
    left, right = standing(150, (60, 40)), standing(150, (190, 40))
    right[:, 4, 1] -= 40
    write_zip(pose_of(left, right), tmp_path / "both.zip")
    for person, joints in enumerate((left, right)):
        task = task_of(motion=str(tmp_path / "both.zip"), person=person, width=256, height=256)
        assert driving_of(task, task.motion, 16, None).pose.people[0].coco18() == pytest.approx(joints)
    with pytest.raises(InvalidTask) as caught:
        driving_of(task_of(person=2), str(tmp_path / "both.zip"), 16, None)
    assert (caught.value.code, caught.value.field) == ("no-such-person", "person")


def test_bones_come_from_the_picture_and_sliders_from_the_user(tmp_path: Path) -> None:
    frame, joints = rendered("full body")
    Image.fromarray(frame).save(tmp_path / "someone.png")
    size = {"width": 256, "height": 256}

    picture, found = tmp_path / "someone.png", tmp_path / "found.zip"
    write_zip(detect_pose(picture), found)

    def ratio(task: PoseTransfer, searched: Searched) -> float:
        """Legs to trunk."""
        driving = driving_of(task, task.motion, 16, picture, searched=searched)
        body = driving.pose.people[0].coco18()[0, :, :2]
        return float(np.linalg.norm(body[8] - body[9]) / np.linalg.norm(body[1] - body[8]))

    wanted = np.linalg.norm(joints[8] - joints[9]) / np.linalg.norm(joints[1] - joints[8])
    long = shipped_motion("wave").people[0].body.copy()
    long[:, [9, 10, 12, 13], 1] += np.array([30, 30, 30, 30])
    write_zip(pose_of(long), tmp_path / "long.zip")
    motion = str(tmp_path / "long.zip")
    before = Searched(character=str(found))
    own, fitted = (ratio(task_of(motion=motion, bones=bones, **size), before) for bones in (0, 1))
    assert abs(fitted - wanted) < 0.4 * abs(own - wanted)
    assert ratio(task_of(motion=motion, **size), Searched()) == pytest.approx(fitted, rel=1e-3)
    moved = driving_of(task_of(shift_x=0.25, **size), "wave", 16, None).pose.people[0].coco18()
    still = driving_of(task_of(**size), "wave", 16, None).pose.people[0].coco18()
    assert moved[:, :8, 0] - still[:, :8, 0] == pytest.approx(64)


def test_the_clip_keeps_the_findings_that_the_page_shows(tmp_path: Path) -> None:
    Image.fromarray(rendered("full body")[0]).save(tmp_path / "someone.png")
    studio = Studio(Settings(workspace=tmp_path / "w"))
    character = keep_motion(studio.workspace, detect_pose(tmp_path / "someone.png"))
    long = shipped_motion("wave").people[0].body.copy()
    long[:, [3, 4, 6, 7], :2] += 0.8 * (long[:, [3, 4, 6, 7], :2] - long[:, [2, 2, 5, 5], :2])
    motion = keep_motion(studio.workspace, pose_of(long))
    file, found = motion_file(studio.workspace, motion), motion_file(studio.workspace, character)
    for bones, searched in ((0.0, found), (0.5, None), (1.0, found)):
        task = task_of(motion=motion, bones=bones, width=128, height=128, image="someone.png")
        made = driving_of(task, file, 16, tmp_path / "someone.png", searched=Searched(character=searched))
        shown = [finding["code"] for finding in studio.fitted_view(task.model_dump(), character)["findings"]]
        assert list(made.findings) == shown
        assert ("proportions" in shown) is (bones < 1)
        assert "proportions" not in driving_of(task, file, 16, None).findings


def test_a_render_that_follows_scores_high_and_noise_scores_nothing() -> None:
    frame, joints = rendered("full body")
    points = np.ones((2, 18, 3))
    points[..., :2] = joints * 256
    score = measured(pose_of(points), np.stack([frame, frame]), unheard)
    assert score is not None
    assert score["pck"] > 0.9
    noise = np.random.default_rng(0).integers(0, 256, (2, 256, 256, 3), np.uint8)
    nothing = measured(pose_of(points), noise, unheard)
    assert nothing is not None
    assert (nothing["pck"], nothing["found_rate"]) == (0, 0)


def test_whoever_stands_beside_the_clip_s_person_is_not_measured() -> None:
    frame, joints = rendered("full body")
    both = np.concatenate([frame, frame[:, ::-1]], axis=1)
    mirrored = np.where([True, False], 512 - joints * 256, joints * 256)
    for places in (joints * 256, mirrored):
        points = np.ones((2, 18, 3))
        points[..., :2] = places
        score = measured(pose_of(points, width=512), np.stack([both, both]), unheard)
        assert score is not None
        # right and left are exchanged in a mirror
        assert score["mean_error"] < (0.05 if places is not mirrored else 0.2)
        assert score["found_rate"] == 1


def test_one_person_alone_is_measured_as_ever() -> None:
    """What the detector sees of one person does not depend on how many it would look for."""
    frames = np.stack(walking_body(3))
    with BodyFinder(PoseSettings(num_poses=1)) as one, BodyFinder(PoseSettings(num_poses=4)) as more:
        alone, chosen = (list(finder.look(frames, 16)) for finder in (one, more))
    assert [len(found) for found in chosen] == [1] * 3
    assert (np.stack(alone) == np.stack(chosen)).all()


def test_a_cancel_while_measuring_leaves_nothing(models: ModelManager, workspace: Workspace) -> None:
    cancel = CancelToken()
    reports: list[Progress] = []

    class Watch(list[Progress]):
        def append(self, report: Progress) -> None:
            reports.append(report)
            if report.phase == "working" and any(one.phase == "decoding" for one in reports):
                cancel.cancel()

    with pytest.raises(Cancelled):
        run(task_of(), models, context_of(Watch(), cancel), workspace)
    assert [path for path in workspace.outputs.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("motion_end", {"motion_start": 2.0, "motion_end": 1.0}),
        ("control_end", {"control_start": 0.5, "control_end": 0.5}),
        ("conditioning_scale", {"conditioning_scale": 3.0}),
        ("bones", {"bones": -0.1}),
        ("motion", {"motion": " "}),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(field: str, values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        task_of(**values)
    assert [error["loc"] for error in caught.value.errors()] == [(field,)]


def test_every_field_has_its_words() -> None:
    texts = all_texts()
    wanted = {f"field.{name}{part}" for name in PoseTransfer.model_fields for part in ("", ".help")}
    assert wanted | {f"kind.{PoseTransfer.kind}"} <= texts.keys()
