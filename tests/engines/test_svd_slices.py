"""Stable Video Diffusion on a small card: its UNet in slices for that clip, and the same picture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from oelala.engines.fall_back import Borrowing, with_model
from oelala.engines.image_to_video import sampling_of
from oelala.engines.provenance import provenance_of, told_of
from oelala.engines.sampling_svd import sample_svd
from oelala.engines.watch import Phases
from oelala.library.inputs import keep_picture
from oelala.library.workspace import Workspace
from oelala.models.catalog import find
from oelala.models.manager import Loan, ModelManager, ModelSpec
from oelala.models.planning import Hardware
from oelala.settings import Settings
from oelala.tasks.image_to_video import ImageToVideo
from tests.engines.test_image_families import MOVES
from tests.engines.test_text_to_video import context_of
from tests.media import pictures
from tests.models.tiny_image import SVD, build_svd

PIPELINE = find(SVD).pipelines["image-to-video"]
NATIVE = find(SVD).defaults["image-to-video"]
WHOLE, SLICED, BRANCHES = 2, 3, 4  # steps of the ladder


@pytest.fixture
def task(workspace: Workspace, tmp_path: Path) -> ImageToVideo:
    photo = keep_picture(workspace, pictures.save(pictures.two_halves(), tmp_path / "a.png")).reference
    size: dict[str, Any] = {"width": 32, "height": 32, "num_frames": 3, "num_inference_steps": 2}
    return ImageToVideo(model=SVD, image=photo, seed=7, prompt="", **{**MOVES, **size})


@pytest.fixture(scope="module")
def manager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelManager]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    hub = tmp_path_factory.mktemp("hub")
    build_svd(hub / find(SVD).repo)
    settings = Settings(workspace=tmp_path_factory.mktemp("workspace"), models=hub)
    card = Hardware("cuda", "", 12 * 2**30, 64 * 2**30, disk_free=10**15)
    manager = ModelManager(settings, torch.device("cpu"), None, find, card)
    yield manager
    manager.empty()
    torch.set_num_threads(threads)


def sampled(loan: Loan, task: ImageToVideo, workspace: Workspace) -> NDArray[np.uint8]:
    return np.concatenate(list(sample_svd(sampling_of(task, workspace), loan, Phases(context_of()))))


def test_a_clip_in_slices_is_the_same_and_leaves_nothing_behind(
    manager: ModelManager, workspace: Workspace, task: ImageToVideo
) -> None:
    clips: list[NDArray[np.uint8]] = []
    for step, slicing in ((WHOLE, "none"), (SLICED, "feed-forward"), (BRANCHES, "branches"), (WHOLE, "none")):
        with manager.use(ModelSpec(SVD, PIPELINE, task.model_dump(), least_step=step)) as loan:
            unet = loan.pipeline.unet
            blocks = [block for block in unet.modules() if hasattr(block, "set_chunk_feed_forward")]
            assert {block._chunk_size for block in blocks} == ({None} if slicing == "none" else {1})
            assert ("forward" in vars(unet)) is (slicing == "branches")
            clips.append(sampled(loan, task, workspace))
            told = provenance_of(loan, {})
            assert told.get("slicing", "none") == slicing
            assert told_of(loan) == {}, "there is nothing that the user would notice"
        assert {block._chunk_size for block in blocks} == {None}
        assert "forward" not in vars(unet)
    whole, sliced, branches, again = clips
    assert np.array_equal(whole, again)
    assert whole.std() > 5
    for other in (sliced, branches):
        np.testing.assert_allclose(other, whole, atol=1)


def test_a_retry_slices_before_it_decodes_fewer_frames(
    manager: ModelManager, workspace: Workspace, task: ImageToVideo
) -> None:
    """Planned for the model's own size, and sampled at a small one."""
    tried: list[tuple[str, int, bool]] = []

    def work(loan: Loan) -> Any:
        assert loan.plan is not None
        tried.append((loan.plan.slicing, loan.plan.decode_chunk, loan.leaner))
        if loan.plan.slicing == "none":
            raise torch.OutOfMemoryError("CUDA out of memory")
        return sampled(loan, task, workspace)

    retries: list[int] = []
    wish = Borrowing(ModelSpec(SVD, PIPELINE, NATIVE), lambda *_: None, lambda: retries.append(1))
    frames = with_model(manager, wish, work)
    assert frames.shape == (3, 32, 32, 3)
    assert tried == [("none", 2, False), ("none", 2, True), ("feed-forward", 2, True)]
    assert len(retries) == 2
