"""An avatar plays in a clip of the embedded model: it lends its picture and words, and may go afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from oelala.errors import InvalidTask, OelalaError
from oelala.executor import StudioExecutor
from oelala.library.naming import document_of
from oelala.library.provenance import read_document
from oelala.media.video import probe
from oelala.models.catalog import find
from oelala.models.catalog.rows_mini import OELALA_MINI_POSE
from oelala.progress import CancelToken, RunContext
from oelala.settings import Settings
from oelala.studio import Studio
from oelala.tasks.pose_transfer import PoseTransfer
from tests.engines.test_previews import trained
from tests.media.people import rendered
from tests.models.tiny_pose import ANIMATE, build_animate

SMALL = {"width": 128, "height": 128, "num_frames": 5, "num_inference_steps": 2, "seed": 7}
WORDS = "a woman in a red coat"


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    """With an avatar, Anna, whose picture is gone where it came from."""
    studio = Studio(Settings(workspace=tmp_path / "w", models=tmp_path / "hub"))
    picture = tmp_path / "someone.png"
    Image.fromarray(rendered("full body")[0]).save(picture)
    studio.create_avatar("Anna", [picture], consent=True, description=WORDS)
    picture.unlink()
    return studio


def task_of(**values: Any) -> PoseTransfer:
    usual: dict[str, Any] = {"motion": "wave", "model": OELALA_MINI_POSE.id, "avatar": "anna", **SMALL}
    return PoseTransfer(**{**usual, **values})


@pytest.mark.skipif(not trained(), reason="the embedded model's weights are not in this checkout")
def test_a_clip_outlives_its_avatar(studio: Studio) -> None:
    (job,) = studio.submit(task_of())
    assert (job.task["avatar"], job.task["prompt"]) == ("Anna", WORDS)
    kept = studio.kept_file(job.task["image"])
    assert (np.asarray(Image.open(kept)) == rendered("full body")[0]).all()
    studio.remove_avatar("Anna")

    executor = StudioExecutor(studio.settings, "gpu")
    context = RunContext(job.id, job.created, 1, lambda _: None, CancelToken())
    try:
        result = executor.execute(job, context)
    finally:
        executor.empty()
    assert result.output is not None
    clip = studio.workspace.root / result.output
    assert probe(clip).num_frames == 5
    told = read_document(document_of(clip))
    assert told["avatar"] == {"name": "Anna", "picture": job.task["image"]}
    assert (told["task"]["avatar"], told["task"]["image"]) == ("Anna", job.task["image"])
    assert studio.restore(clip).model_dump() == {k: v for k, v in job.task.items() if k != "kind"}

    assert studio.retry(job.id).task == job.task
    with pytest.raises(InvalidTask) as fault:
        studio.submit(studio.restore(clip))
    assert (fault.value.code, fault.value.field) == ("unknown-avatar", "avatar")


def test_a_clip_without_an_avatar_tells_of_none(studio: Studio) -> None:
    (job,) = studio.submit(task_of(avatar="", prompt="a man"))
    assert (job.task["avatar"], job.task["image"], job.task["prompt"]) == ("", None, "a man")


def test_every_model_of_a_comparison_gets_it(studio: Studio) -> None:
    """Wan Animate moves nobody without a picture."""
    build_animate(studio.settings.models / find(ANIMATE).repo)
    mini, other = studio.submit(task_of(), also=[ANIMATE])
    assert (mini.task["model"], other.task["model"]) == (OELALA_MINI_POSE.id, ANIMATE)
    for name in ("avatar", "image", "prompt", "seed"):
        assert mini.task[name] == other.task[name]
    assert (other.task["avatar"], other.task["prompt"]) == ("Anna", WORDS)


def test_bodies_are_looked_for_in_its_picture(studio: Studio) -> None:
    searches = studio.search_for_bodies(task_of(), place=True)
    assert (searches.task.avatar, searches.task.prompt) == ("Anna", WORDS)
    (search,) = searches.picture
    assert (search.task["file"], search.task["name"]) == (searches.task.image, "Anna")


def test_without_anybody_nothing_is_made(studio: Studio) -> None:
    with pytest.raises(OelalaError) as fault:
        studio.read_task("pose-transfer", {"motion": "wave", "avatar": " "})
    assert fault.value.code == "nobody-to-move"
    assert (
        studio.read_task("pose-transfer", {"motion": "wave", "avatar": "Bo"}).model_dump()["avatar"] == "Bo"
    )
    with pytest.raises(OelalaError, match="There is no avatar “Bo” in this workspace"):
        studio.submit(task_of(avatar="Bo"))
    assert studio.jobs() == []
