"""The same on a graphics card, where there is one: number formats, streaming, cancel."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from oelala.engines.sampling import Sampling, sample_wan
from oelala.engines.watch import Phases
from oelala.errors import Cancelled
from oelala.jobs.faults import is_out_of_memory
from oelala.models.manager import ModelManager, ModelSpec
from oelala.models.planning import Hardware
from oelala.models.streaming.arena import lock_memory
from oelala.progress import CancelToken, RunContext
from oelala.settings import Settings
from oelala.tasks.text_to_video import TextToVideo
from tests.models.tiny import EXPERTS, WAN21_LARGE, TinyModels

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")

GIB = 1024**3
TASK = TextToVideo(
    prompt="a person waves",
    negative_prompt="",
    model=WAN21_LARGE,
    width=64,
    height=64,
    num_frames=9,
    num_inference_steps=4,
    guidance_scale=3.0,
    flow_shift=3.0,
    seed=7,
)
# two experts: both stream, one after the other
TASKS = {
    WAN21_LARGE: TASK.model_copy(update={"model": WAN21_LARGE}),
    EXPERTS: TASK.model_copy(update={"model": EXPERTS, "guidance_scale_2": 2.0, "flow_shift": 12.0}),
}


class StopAt(CancelToken):
    def __init__(self, after: int) -> None:
        super().__init__()
        self.left = after

    def check(self) -> None:
        self.left -= 1
        if self.left == 0:
            self.cancel()
        super().check()


def small_card() -> Hardware:
    """On which text encoder and transformer of any model here are streamed."""
    return Hardware("cuda", "", 16 * GIB, 256 * GIB, disk_free=10**15)


def clip(manager: ModelManager, cancel: CancelToken | None = None, model: str = WAN21_LARGE) -> np.ndarray:
    context = RunContext("20261122-171500-x7k2p9", 0.0, cancel=cancel or CancelToken())
    with manager.use(ModelSpec(model)) as loan:
        assert loan.pipeline.vae.dtype == torch.float32
        encoder = loan.pipeline.text_encoder  # not there where the prompt is known already
        assert encoder is None or encoder.dtype == torch.bfloat16
        return np.concatenate(list(sample_wan(Sampling(TASKS[model]), loan, Phases(context))))


@pytest.mark.parametrize("model", TASKS)
@pytest.mark.parametrize("streamed", [False, True])
def test_a_cancelled_clip_leaves_no_trace_on_the_card(
    tiny: TinyModels, tmp_path: Path, streamed: bool, model: str
) -> None:
    settings = Settings(workspace=tmp_path, models=tiny.models)
    hardware = small_card() if streamed else None
    manager = ModelManager(settings, torch.device("cuda", 0), None, tiny.row, hardware)
    first = clip(manager, model=model)
    assert np.array_equal(clip(manager, model=model), first)
    for moment in (1, 2, 4, 9, 15, 20, 24):
        with pytest.raises(Cancelled):
            clip(manager, StopAt(moment), model)
        assert np.array_equal(clip(manager, model=model), first), moment
    manager.empty()
    torch._C._cuda_clearCublasWorkspaces()  # torch's own, 32 MiB a stream by our reckoning
    assert torch.cuda.memory_allocated() < 20_000_000


def test_streamed_and_resident_make_the_same_clip(tiny: TinyModels, tmp_path: Path) -> None:
    settings = Settings(workspace=tmp_path, models=tiny.models)
    device = torch.device("cuda", 0)
    resident = clip(ModelManager(settings, device, None, tiny.row))
    streamed = clip(ModelManager(settings, device, None, tiny.row, small_card()))
    assert np.array_equal(resident, streamed)


def test_a_long_job_is_compiled_and_says_so(tiny: TinyModels, tmp_path: Path) -> None:
    settings, device = Settings(workspace=tmp_path, models=tiny.models), torch.device("cuda", 0)
    slow = replace(small_card(), flops=1e6)  # on which a few steps take hours
    truth = clip(ModelManager(settings, device, None, tiny.row)).astype(int)
    manager = ModelManager(settings, device, None, tiny.row, slow)
    context = RunContext("20261122-171500-x7k2p9", 0.0)
    with manager.use(ModelSpec(WAN21_LARGE, values=TASK.model_dump())) as loan:
        assert loan.plan is not None
        assert loan.plan.compiled, f"the plan sees no reason to: {loan.plan}"
        frames = np.concatenate(list(sample_wan(Sampling(TASK), loan, Phases(context))))
        told, failed = loan.speed.told(), [blocks.failed for blocks in loan.speed.blocks]
    assert told["compiled"] is True, f"{told}; the compiler said {failed}"
    assert told["attention_backend"] in ("native", "_native_cudnn", "_native_flash"), told
    difference = np.abs(frames.astype(int) - truth).mean()
    assert difference < 4, f"{difference:.2f} of 255 with {told}"  # other kernels round otherwise


def test_a_card_that_another_program_takes_amid_a_clip(tiny: TinyModels, tmp_path: Path) -> None:
    """All of it, so that no leaner plan helps either: the clip fails by name, and the next one is whole."""
    settings, device = Settings(workspace=tmp_path, models=tiny.models), torch.device("cuda", 0)
    manager = ModelManager(settings, device, None, tiny.row, small_card())
    truth = clip(manager)
    taken: list[torch.Tensor] = []

    class Taking(CancelToken):
        left = 12

        def check(self) -> None:
            self.left -= 1
            if self.left == 0:
                take_everything(taken)

    found: list[str] = []
    try:
        clip(manager, Taking())
    except Exception as fault:  # noqa: BLE001 - whichever it is, it has to be known for what it is
        found += [] if is_out_of_memory(fault) else [repr(fault)]
    taken.clear()
    assert not found
    manager.empty()
    assert np.array_equal(clip(manager), truth)


def test_memory_that_cannot_be_pinned_leaves_no_error_behind() -> None:
    """The second time it is refused; the next kernel must not be blamed for that."""
    device, memory = torch.device("cuda", 0), torch.ones(2**20, dtype=torch.uint8)
    torch.zeros(1, device=device)
    owner, other = memory.view(1024, 1024), memory.view(2, -1)
    unlock = lock_memory(owner, memory, device)
    try:
        assert memory.is_pinned()
        lock_memory(other, memory, device)
        assert torch.arange(8, device=device).add(1).sum().item() == 36
    finally:
        unlock()


def take_everything(taken: list[torch.Tensor]) -> None:
    torch.cuda.empty_cache()
    size = torch.cuda.mem_get_info()[0]
    while size > 2 * 2**20:
        try:
            taken.append(torch.empty(size, dtype=torch.uint8, device="cuda"))
        except torch.OutOfMemoryError:
            size //= 2
