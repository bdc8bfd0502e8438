"""Every layout of the catalog, tiny and random, the whole way: equal to a bare script, planned, freed.

A row that has an engine and no layout here fails `test_every_row_has_a_layout`.
"""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import pytest
import torch
from diffusers import UniPCMultistepScheduler
from numpy.typing import NDArray
from peft import LoraConfig
from PIL import Image

from oelala.engines.sampling import Sample, Sampling, sample_wan
from oelala.engines.sampling_animate import sample_animate
from oelala.engines.watch import Phases
from oelala.errors import Cancelled
from oelala.kinds import BY_NAME
from oelala.models.catalog import find, rows
from oelala.models.decode import decode_in_16_bits
from oelala.models.manager import ModelManager, ModelSpec
from oelala.models.planning import Hardware
from oelala.settings import Settings
from oelala.tasks.text_to_video import TextToVideo
from tests.engines.test_text_to_video import Stop, context_of
from tests.models import tiny_image, tiny_pose
from tests.models.tiny import EXPERTS, MINI, WAN21, TinyModels, build_wan21
from tests.models.tiny_image import FLF2V, I2V, I2V_EXPERTS, SVD
from tests.models.tiny_pose import ANIMATE, FACE_SIDE, VACE

FRAMES, HEIGHT, WIDTH = 5, 32, 64
# catalog id -> the tiny model in its layout, for every row that an engine can run; a variant is in that of
# its base, and GGUF files are in download/test_gguf.py
LAYOUT_OF = {
    "oelala-mini": MINI,
    "wan2.2-ti2v-5b": MINI,  # of which Mini is a miniature
    "wan2.1-t2v-1.3b": WAN21,
    "wan2.1-t2v-14b": WAN21,
    "wan2.2-t2v-a14b": EXPERTS,
    "wan2.2-i2v-a14b": I2V_EXPERTS,
    "wan2.1-i2v-14b-480p": I2V,
    "wan2.1-i2v-14b-720p": I2V,
    "wan2.1-flf2v-14b-720p": FLF2V,
    "wan2.1-vace-1.3b": VACE,
    "wan2.1-vace-14b": VACE,
    "oelala-mini-pose": VACE,  # and test_pose_transfer.py
    "wan2.2-animate-14b": ANIMATE,
    "svd": SVD,  # test_image_families.py
    "svd-xt": SVD,
}


def pictures(count: int, seed: int, size: tuple[int, int] = (WIDTH, HEIGHT)) -> list[Image.Image]:
    random = np.random.default_rng(seed)
    small = random.integers(0, 255, (count, 8, 8, 3), np.uint8)
    return [Image.fromarray(one).resize(size, Image.Resampling.BICUBIC) for one in small]


def nothing() -> Mapping[str, Any]:
    return {}


def start() -> Mapping[str, Any]:
    return {"image": pictures(1, 1)[0]}


def start_and_end() -> Mapping[str, Any]:
    return {**start(), "last_image": pictures(1, 2)[0]}


def control() -> Mapping[str, Any]:
    white = [Image.new("L", (WIDTH, HEIGHT), 255)] * FRAMES
    return {"video": pictures(FRAMES, 3), "mask": white, "reference_images": pictures(1, 4)}


def driver() -> Mapping[str, Any]:
    return {
        **start(),
        "pose_video": pictures(FRAMES, 5),
        "face_video": pictures(FRAMES, 6, (FACE_SIDE, FACE_SIDE)),
    }


@dataclass(frozen=True)
class Case:
    model: str
    pipeline: str
    inputs: Callable[[], Mapping[str, Any]]
    sample: Sample = sample_wan

    @property
    def task(self) -> TextToVideo:
        return TextToVideo(
            model=self.model,
            prompt="somebody dances",
            negative_prompt="blue",
            width=WIDTH,
            height=HEIGHT,
            num_frames=FRAMES,
            num_inference_steps=3,
            guidance_scale=3.0,
            flow_shift=5.0,
            seed=11,
            guidance_scale_2=2.0 if self.model in (EXPERTS, I2V_EXPERTS) else None,
        )


CASES = [
    Case(WAN21, "WanPipeline", nothing),
    Case(EXPERTS, "WanPipeline", nothing),
    Case(MINI, "WanPipeline", nothing),
    Case(MINI, "WanImageToVideoPipeline", start),
    Case(I2V, "WanImageToVideoPipeline", start),
    Case(FLF2V, "WanImageToVideoPipeline", start_and_end),
    Case(I2V_EXPERTS, "WanImageToVideoPipeline", start),
    Case(VACE, "WanVACEPipeline", control),
    Case(ANIMATE, "WanAnimatePipeline", driver, sample_animate),
]
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.model}-{case.pipeline}")


@pytest.fixture(scope="module")
def hub(tiny: TinyModels, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hub")
    tiny_image.build_all(folder)
    tiny_pose.build_all(folder)
    build_wan21(folder / find(WAN21).repo, seed=1)
    build_wan21(folder / find(EXPERTS).repo, seed=1, transformer_seed=3, second_seed=4)
    return folder


def manager_of(
    tiny: TinyModels, hub: Path, workspace: Path, hardware: Hardware | None = None
) -> ModelManager:
    settings = Settings(workspace=workspace, models=hub)
    return ModelManager(settings, torch.device("cpu"), None, tiny.row, hardware)


@contextmanager
def decoded(vae: Any) -> Iterator[list[torch.Tensor]]:
    """The latents that reach the decoder meanwhile."""
    seen: list[torch.Tensor] = []
    handle = vae.post_quant_conv.register_forward_pre_hook(lambda _, args: seen.append(args[0].clone()))
    yield seen
    handle.remove()


@contextmanager
def borrowed(manager: ModelManager, case: Case) -> Iterator[Any]:
    with manager.use(ModelSpec(case.model, case.pipeline, case.task.model_dump())) as loan:
        yield loan


def made(case: Case, loan: Any, stop: Stop | None = None) -> NDArray[np.uint8]:
    phases = Phases(context_of(cancel=stop or Stop()))
    return np.concatenate(list(case.sample(Sampling(case.task, case.inputs()), loan, phases)))


def clip(manager: ModelManager, case: Case, stop: Stop | None = None) -> NDArray[np.uint8]:
    with borrowed(manager, case) as loan:
        return made(case, loan, stop)


def bare(folder: Path, case: Case, length: int) -> list[torch.Tensor]:
    """What a user's own script gives to the decoder."""
    kind = getattr(diffusers, case.pipeline)
    pipeline = kind.from_pretrained(folder, dtype=torch.float32, local_files_only=True)
    pipeline.scheduler = UniPCMultistepScheduler.from_config(pipeline.scheduler.config, flow_shift=5.0)
    task = case.task
    frames = {"num_frames": FRAMES}
    if case.sample is sample_animate:
        frames = {"segment_frame_length": FRAMES, "prev_segment_conditioning_frames": 1}
    second = {} if task.guidance_scale_2 is None else {"guidance_scale_2": task.guidance_scale_2}
    with decoded(pipeline.vae) as seen:
        pipeline(
            prompt=task.prompt,
            negative_prompt=task.negative_prompt,
            height=HEIGHT,
            width=WIDTH,
            num_inference_steps=task.num_inference_steps,
            guidance_scale=task.guidance_scale,
            generator=torch.Generator("cpu").manual_seed(11),
            max_sequence_length=length,
            **frames,
            **second,
            **case.inputs(),
        )
    return seen


def test_every_row_has_a_layout() -> None:
    able = [row for row in rows() if row.kinds and set(row.kinds) <= BY_NAME.keys()]
    assert {row.base or row.id for row in able} <= LAYOUT_OF.keys(), "a row without a layout in tests"
    tested = {(case.model, case.pipeline) for case in CASES}
    for row in able:
        for name in row.pipelines.values():
            layout = LAYOUT_OF[row.base or row.id]
            assert layout == SVD or (layout, name) in tested, (row.id, name)
    assert {row.family for row in able} == {"wan", "svd"}


@dataclass(frozen=True)
class Truth:
    """What a plain manager makes of a case: with its prompts encoded now, and remembered.

    `checks`: how often the second clip looked whether to stop.
    """

    latents: tuple[list[torch.Tensor], list[torch.Tensor]]
    frames: NDArray[np.uint8]
    checks: int


@pytest.fixture(scope="module")
def truth_of(
    tiny: TinyModels, hub: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Case], Truth]:
    """Made once for each case."""

    @cache
    def truth(case: Case) -> Truth:
        manager, seen, stop = manager_of(tiny, hub, tmp_path_factory.mktemp("plain")), [], Stop()
        for watched in (Stop(), stop):
            with borrowed(manager, case) as loan, decoded(loan.pipeline.vae) as latents:
                frames = made(case, loan, watched)
            seen.append(latents)
        return Truth((seen[0], seen[1]), frames, stop.checks)

    return truth


@each_case
def test_the_latents_are_those_of_a_bare_script(
    tiny: TinyModels, hub: Path, truth_of: Callable[[Case], Truth], case: Case
) -> None:
    folder = tiny.mini if case.model == MINI else hub / find(case.model).repo
    wanted = bare(folder, case, tiny.row(case.model).max_sequence_length)
    for seen in truth_of(case).latents:
        assert len(seen) == len(wanted) >= 1
        assert all(torch.equal(one, other) for one, other in zip(seen, wanted, strict=True))


@each_case
def test_on_a_small_card_the_clip_is_the_same(
    tiny: TinyModels, hub: Path, tmp_path: Path, truth_of: Callable[[Case], Truth], case: Case
) -> None:
    truth = truth_of(case).frames
    card = Hardware("cuda", "", 12 * 2**30, 256 * 2**30, disk_free=10**15)
    manager = manager_of(tiny, hub, tmp_path, card)
    with borrowed(manager, case) as loan:
        assert loan.plan.quantisation == "none"
        assert loan.plan.streamed or not case.model.endswith("14b")
        assert np.array_equal(made(case, loan), truth)
    assert np.array_equal(clip(manager, case), truth)


@each_case
def test_with_a_decoder_in_16_bits(
    tiny: TinyModels, hub: Path, tmp_path: Path, truth_of: Callable[[Case], Truth], case: Case
) -> None:
    """As on a card; Animate's pipeline, which decodes by itself, included."""
    with borrowed(manager_of(tiny, hub, tmp_path), case) as loan:
        decode_in_16_bits(loan.pipeline.vae)
        frames = made(case, loan)
    assert 0 < np.abs(frames - truth_of(case).frames.astype(float)).mean() < 2


@each_case
def test_lora_cancel_and_nothing_left(
    tiny: TinyModels, hub: Path, tmp_path: Path, truth_of: Callable[[Case], Truth], case: Case
) -> None:
    manager, truth = manager_of(tiny, hub, tmp_path), truth_of(case)
    with borrowed(manager, case) as loan:
        transformer = loan.pipeline.transformer
        transformer.add_adapter(LoraConfig(r=2, target_modules=["to_q", "to_v"], init_lora_weights=False))
        assert not np.array_equal(made(case, loan), truth.frames)
        transformer.delete_adapters("default")
    for after in (truth.checks // 3, truth.checks // 2):
        with pytest.raises(Cancelled):
            clip(manager, case, Stop(after))
    assert np.array_equal(clip(manager, case), truth.frames)
    gone = weakref.ref(transformer)
    del loan, transformer
    manager.empty()
    gc.collect()
    assert gone() is None
    assert len(manager._parts) == 0
