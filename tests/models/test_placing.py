"""The plan decides where weights go. The processor plays the card here: copies through slots are real."""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from oelala.engines.provenance import provenance_of
from oelala.engines.sampling import ClipRequest, Frames, Sample, Sampling, make_clip, sample_wan
from oelala.engines.watch import Phases
from oelala.errors import Cancelled, OelalaError, OutOfMemory
from oelala.jobs.faults import explain as job_fault
from oelala.library.workspace import Workspace
from oelala.models.holding import holding_file, read_holding
from oelala.models.manager import Loan, ModelManager, ModelSpec
from oelala.models.planning import Hardware
from oelala.models.streaming import Branches
from oelala.progress import CancelToken, RunContext
from oelala.settings import Settings
from oelala.tasks.text_to_video import TextToVideo
from oelala.texts import LANGUAGES, explain
from tests.models.tiny import EXPERTS, WAN21, WAN21_LARGE, TinyModels

GIB = 1024**3
TASK = TextToVideo(
    prompt="a person waves",
    negative_prompt="",
    model=WAN21_LARGE,
    width=32,
    height=32,
    num_frames=5,
    num_inference_steps=3,
    guidance_scale=3.0,
    flow_shift=3.0,
    seed=7,
)


def hardware(vram: float, ram: float) -> Hardware:
    return Hardware("cuda", "", int(vram * GIB), int(ram * GIB), disk_free=10**15)


def manager_on(tiny: TinyModels, workspace: Path, machine: Hardware | None) -> ModelManager:
    settings = Settings(workspace=workspace, models=tiny.models)
    return ModelManager(settings, torch.device("cpu"), None, tiny.row, machine)


def clip(manager: ModelManager, task: TextToVideo = TASK, cancel: CancelToken | None = None) -> np.ndarray:
    """With the text encoder at work: no prompt is remembered."""
    shutil.rmtree(manager._settings.private / "prompts", ignore_errors=True)
    context = RunContext("20261122-171500-x7k2p9", 0.0, cancel=cancel or CancelToken())
    with manager.use(ModelSpec(task.model, values=task.model_dump())) as loan:
        return np.concatenate(list(sample_wan(Sampling(task), loan, Phases(context))))


@pytest.fixture(scope="module")
def plain(tiny: TinyModels, tmp_path_factory: pytest.TempPathFactory) -> NDArray[np.uint8]:
    """The clip of `TASK` where nothing is planned."""
    return clip(manager_on(tiny, tmp_path_factory.mktemp("plain"), None))


def streamed_parts(manager: ModelManager) -> set[str]:
    return {key.name for key, part in manager._parts._parts.items() if part.streamed is not None}


@pytest.mark.parametrize(
    ("vram", "ram", "streamed", "disk"),
    [
        (128.0, 128.0, set(), set()),
        (16.0, 64.0, {"text_encoder", "transformer"}, set()),
        (12.0, 32.0, {"text_encoder", "transformer"}, {"text_encoder"}),
    ],
    ids=["large", "streamed", "from disk"],
)
def test_wherever_the_weights_are_the_clip_is_the_same(
    tiny: TinyModels,
    tmp_path: Path,
    plain: NDArray[np.uint8],
    vram: float,
    ram: float,
    streamed: set[str],
    disk: set[str],
) -> None:
    manager = manager_on(tiny, tmp_path, hardware(vram, ram))
    for _ in range(2):
        assert np.array_equal(clip(manager), plain)
    assert streamed_parts(manager) == streamed
    assert {key.name for key, part in manager._parts._parts.items() if part.from_disk} == disk
    assert manager._ring.nbytes == 0  # decoding had the room
    manager.empty()
    assert len(manager._parts) == 0


def test_both_branches_share_a_pass_where_there_is_room(tiny: TinyModels, tmp_path: Path) -> None:
    manager = manager_on(tiny, tmp_path, hardware(16, 64))
    spec = ModelSpec(WAN21_LARGE, values=TASK.model_dump())
    with manager.use(spec) as loan:
        branches = loan.pipeline.transformer.forward.__self__
        assert isinstance(branches, Branches)
        list(sample_wan(Sampling(TASK), loan, Phases(RunContext("20261122-171500-x7k2p9", 0.0))))
        assert branches.paired == 2  # of three steps: the first one shows that there are two
    assert "forward" not in vars(loan.pipeline.transformer)


@pytest.mark.skipif(shutil.which("g++") is None, reason="torch compiles for a processor with g++")
@pytest.mark.skipif(" " in torch.__file__, reason="torch's linker call breaks at a space in its own path")
def test_a_long_job_compiles_its_blocks(tiny: TinyModels, tmp_path: Path, plain: NDArray[np.uint8]) -> None:
    """The card here is so slow that a few steps take hours."""
    torch._dynamo.reset()
    manager = manager_on(tiny, tmp_path, replace(hardware(16, 64), flops=1e6))
    with manager.use(ModelSpec(WAN21_LARGE, values=TASK.model_dump())) as loan:
        assert loan.plan is not None
        assert loan.plan.compiled
        phases = Phases(RunContext("20261122-171500-x7k2p9", 0.0))
        frames = np.concatenate(list(sample_wan(Sampling(TASK), loan, phases)))
        told = provenance_of(loan, {})
        assert told["compiled"] is True
        assert told["compile_seconds"] > 0
        assert told["attention_backend"] == "native"
    assert np.abs(frames.astype(int) - plain).max() <= 2  # rounding
    assert all("forward" not in vars(block) for block in loan.pipeline.transformer.blocks)
    assert np.array_equal(clip(manager_on(tiny, tmp_path, hardware(16, 64))), plain)


@pytest.mark.parametrize("machine", [None, hardware(16, 64)], ids=["processor", "streamed"])
def test_a_lossy_mode_is_told_and_gone_with_the_clip(
    tiny: TinyModels, tmp_path: Path, machine: Hardware | None
) -> None:
    manager = manager_on(tiny, tmp_path, machine)
    truth = clip(manager)
    lossy = TASK.model_copy(update={"first_block_cache": 0.5})
    with manager.use(ModelSpec(WAN21_LARGE, values=lossy.model_dump())) as loan:
        assert loan.pipeline.transformer.is_cache_enabled
        phases = Phases(RunContext("20261122-171500-x7k2p9", 0.0))
        assert not np.array_equal(np.concatenate(list(sample_wan(Sampling(lossy), loan, phases))), truth)
        assert provenance_of(loan, {})["lossy"] == {"first_block_cache": 0.5}
        transformer = loan.pipeline.transformer
    assert not transformer.is_cache_enabled
    assert np.array_equal(clip(manager), truth)


def test_two_experts_stream(tiny: TinyModels, tmp_path: Path) -> None:
    task = TASK.model_copy(update={"model": EXPERTS, "guidance_scale_2": 2.0, "flow_shift": 12.0})
    truth = clip(manager_on(tiny, tmp_path, None), task)
    manager = manager_on(tiny, tmp_path, hardware(16, 128))
    assert np.array_equal(clip(manager, task), truth)
    assert streamed_parts(manager) == {"text_encoder", "transformer", "transformer_2"}


@pytest.mark.parametrize(("free", "stays"), [(2**60, True), (0, False)], ids=["roomy", "full"])
def test_a_streamed_model_goes_when_the_card_is_full(
    tiny: TinyModels, tmp_path: Path, free: int, stays: bool
) -> None:
    """What it has outside of its blocks is on the card even while another one is at work."""
    settings = Settings(workspace=tmp_path, models=tiny.models)
    manager = ModelManager(settings, torch.device("cpu"), lambda: free, tiny.row, hardware(16, 128))
    with manager.use(ModelSpec(WAN21_LARGE)) as loan:
        first = loan.pipeline.transformer
    with manager.use(ModelSpec(EXPERTS)):
        assert any(part.module is first for part in manager._parts._parts.values()) is stays


def test_another_clip_moves_what_is_loaded(tiny: TinyModels, tmp_path: Path) -> None:
    manager = manager_on(tiny, tmp_path, hardware(128, 128))
    truth = clip(manager)
    with manager.use(ModelSpec(WAN21_LARGE)) as loan:
        transformer = loan.pipeline.transformer
    for vram, ram, count in ((16, 64, 2), (12, 32, 2), (36, 64, 1), (128, 128, 0)):
        manager.planner.facts.hardware = hardware(vram, ram)
        assert np.array_equal(clip(manager), truth), vram
        assert len(streamed_parts(manager)) == count, vram
    with manager.use(ModelSpec(WAN21_LARGE)) as loan:
        assert loan.pipeline.transformer is transformer  # nothing was loaded again
    assert all(not block._forward_hooks for block in transformer.blocks)


class StopAt(CancelToken):
    def __init__(self, after: int) -> None:
        super().__init__()
        self.left = after

    def check(self) -> None:
        self.left -= 1
        if self.left == 0:
            self.cancel()
        super().check()


def test_a_cancelled_clip_leaves_no_trace(tiny: TinyModels, tmp_path: Path) -> None:
    manager = manager_on(tiny, tmp_path, hardware(12, 64))
    truth = clip(manager)
    for moment in (1, 2, 3, 5, 8, 11):
        with pytest.raises(Cancelled):
            clip(manager, cancel=StopAt(moment))
        assert np.array_equal(clip(manager), truth), moment


def test_weights_that_vanish_amid_a_clip_are_named(
    tiny: TinyModels, tmp_path: Path, plain: NDArray[np.uint8]
) -> None:
    """A model of which a part is read from the disk, half deleted by somebody once it is lent."""
    models = tmp_path / "hub"
    shutil.copytree(tiny.models, models)
    settings = Settings(workspace=tmp_path / "workspace", models=models)
    manager = ModelManager(settings, torch.device("cpu"), None, tiny.row, hardware(12, 32))
    folder = models / tiny.row(WAN21_LARGE).repo / "text_encoder"

    def interrupted() -> None:
        with manager.use(ModelSpec(WAN21_LARGE, values=TASK.model_dump())) as loan:
            folder.rename(folder.with_name("elsewhere"))
            list(sample_wan(Sampling(TASK), loan, Phases(RunContext("20261122-171500-x7k2p9", 0.0))))

    with pytest.raises(OelalaError) as fault:
        interrupted()
    assert (fault.value.code, fault.value.values["model"]) == ("model-broken", "Wan 2.1 T2V 14B")
    assert "text_encoder" in fault.value.values["reason"]
    folder.with_name("elsewhere").rename(folder)
    assert np.array_equal(clip(manager), plain)


def test_the_vae_is_tiled_for_this_clip_only(tiny: TinyModels, tmp_path: Path) -> None:
    manager = manager_on(tiny, tmp_path, hardware(5.5, 64))
    with manager.use(ModelSpec(WAN21)) as loan:
        assert loan.plan is not None
        assert loan.plan.vae_tiling
        assert loan.pipeline.vae.use_tiling
    assert not loan.pipeline.vae.use_tiling
    manager.planner.facts.hardware = hardware(128, 128)
    with manager.use(ModelSpec(WAN21)) as loan:
        assert not loan.pipeline.vae.use_tiling


def test_too_little_main_memory_is_said_before(tiny: TinyModels, tmp_path: Path) -> None:
    manager = manager_on(tiny, tmp_path, hardware(12, 8))
    with pytest.raises(OutOfMemory) as fault, manager.use(ModelSpec(WAN21_LARGE)):
        pass
    assert (fault.value.code, fault.value.values["have"]) == ("too-little-ram", "8 GB")
    for language in LANGUAGES:
        message, hint = explain(fault.value.code, fault.value.values, language)
        assert "Wan 2.1 T2V 14B" in message
        assert "{" not in message + hint


def test_a_card_that_is_taken_is_said_before(tiny: TinyModels, tmp_path: Path) -> None:
    manager = manager_on(tiny, tmp_path, hardware(0.2, 256))
    with pytest.raises(OutOfMemory) as fault, manager.use(ModelSpec(WAN21_LARGE)):
        pass
    assert (fault.value.code, fault.value.values["have"]) == ("too-little-vram", "0.2 GB")


LOST = 1000.0  # seconds that a try takes which fails


CARD_FULL = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")


def failing(times: int, seen: list[dict[str, Any]], fault: Exception = CARD_FULL) -> Sample:
    def sample(sampling: Sampling, loan: Loan, phases: Phases) -> Generator[Frames]:
        assert loan.plan is not None
        seen.append(dict(loan.plan.placements))
        if len(seen) <= times:
            phases.seconds["decoding"] = LOST
            raise fault
        yield from sample_wan(sampling, loan, phases)

    return sample


def test_out_of_memory_goes_one_step_down(tiny: TinyModels, tmp_path: Path) -> None:
    manager = manager_on(tiny, tmp_path, hardware(128, 128))
    context = RunContext("20261122-171500-x7k2p9", 0.0)
    seen: list[dict[str, Any]] = []
    request = ClipRequest(Sampling(TASK), ModelSpec(WAN21_LARGE), failing(2, seen))
    result = make_clip(request, manager, context, Workspace(tmp_path))
    assert result.output
    places = [one["transformer"] + one["text_encoder"] for one in seen]
    assert places == ["residentresident", "residentstreamed", "streamedstreamed"]
    assert result.details["leaner"] is True  # page and command line say so
    document = json.loads((tmp_path / result.details["metadata"]).read_text())["oelala"]
    assert document["leaner"] is True
    assert document["seconds"].keys() == {"loading", "encoding", "denoising", "decoding"}
    assert document["seconds"]["decoding"] < LOST  # of the tries that failed, nothing is counted


def test_the_next_job_begins_where_the_last_came_to_its_end(tiny: TinyModels, tmp_path: Path) -> None:
    """Also after a restart, on the same machine; it has not run out of memory itself, and does not say so."""
    context = RunContext("20261122-171500-x7k2p9", 0.0)
    seen: list[dict[str, Any]] = []
    request = ClipRequest(Sampling(TASK), ModelSpec(WAN21_LARGE), failing(2, seen))
    assert make_clip(request, manager_on(tiny, tmp_path, hardware(128, 128)), context, Workspace(tmp_path))
    manager, after = manager_on(tiny, tmp_path, hardware(128, 128)), list[dict[str, Any]]()
    again = replace(request, sample=failing(0, after))
    result = make_clip(again, manager, context, Workspace(tmp_path))
    assert after == seen[2:]
    assert "leaner" not in result.details
    document = json.loads((tmp_path / result.details["metadata"]).read_text())["oelala"]
    assert not document.get("leaner")
    # once there is more than there was then, what is faster is tried again
    roomy = manager_on(tiny, tmp_path, hardware(256, 128))
    fast: list[dict[str, Any]] = []
    make_clip(replace(request, sample=failing(0, fast)), roomy, context, Workspace(tmp_path))
    assert fast == seen[:1]
    # and another size knows nothing of it
    assert manager.planner.taught(ModelSpec(WAN21_LARGE, values=TASK.model_dump())).frugal
    other = {**TASK.model_dump(), "num_frames": 13}
    assert not manager.planner.taught(ModelSpec(WAN21_LARGE, values=other)).frugal


def test_the_first_retry_keeps_nothing_that_can_be_done_without(tiny: TinyModels, tmp_path: Path) -> None:
    """The same weights at the same places; no block stays, and no second branch waits."""
    manager = manager_on(tiny, tmp_path, hardware(16, 64))
    tries: list[tuple[int, bool, int, bool]] = []
    rings: list[int] = []

    def sample(sampling: Sampling, loan: Loan, phases: Phases) -> Generator[Frames]:
        assert loan.plan is not None
        side_by_side = "forward" in vars(loan.pipeline.transformer)
        stay = sum(len(p.streamed.resident) for p in manager._parts._parts.values() if p.streamed is not None)
        tries.append((loan.plan.step, loan.plan.kept_bytes > 0, stay, side_by_side))
        rings.append(manager._ring.nbytes)
        frames = list(sample_wan(sampling, loan, phases))
        if len(tries) == 1:
            raise CARD_FULL  # at the very end: everything has been on the card
        yield from frames

    request = ClipRequest(Sampling(TASK), ModelSpec(WAN21_LARGE), sample)
    result = make_clip(request, manager, RunContext("20261122-171500-x7k2p9", 0.0), Workspace(tmp_path))
    first, second = tries
    assert first[1:] == (True, first[2], True)
    assert first[2] > 0
    assert second == (first[0], False, 0, False)
    assert rings == [0, 0]
    assert result.details["leaner"] is True


@pytest.mark.parametrize(
    "fault",
    [
        MemoryError(),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"),
        RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes."),
    ],
    ids=repr,
)
def test_out_of_main_memory_reads_from_the_disk(tiny: TinyModels, tmp_path: Path, fault: Exception) -> None:
    manager = manager_on(tiny, tmp_path, hardware(16, 64))
    context = RunContext("20261122-171500-x7k2p9", 0.0)
    seen: list[dict[str, Any]] = []
    request = ClipRequest(Sampling(TASK), ModelSpec(WAN21_LARGE), failing(1, seen, fault))
    result = make_clip(request, manager, context, Workspace(tmp_path))
    assert [one["text_encoder"] for one in seen] == ["streamed", "from-disk"]
    assert result.details["leaner"] is True


def test_weights_that_had_to_be_rounded_are_told(tiny: TinyModels, tmp_path: Path) -> None:
    """Whatever was foretold: memory may have been fuller when the clip was made."""
    for ram, rounded in ((64, False), (18, True)):
        manager = manager_on(tiny, tmp_path, hardware(12, ram))
        context = RunContext("20261122-171500-x7k2p9", 0.0)
        request = ClipRequest(Sampling(TASK), ModelSpec(WAN21_LARGE), sample_wan)
        result = make_clip(request, manager, context, Workspace(tmp_path))
        assert result.details.get("int8", False) is rounded
        document = json.loads((tmp_path / result.details["metadata"]).read_text())["oelala"]
        assert document["quantisation"] == ("int8" if rounded else "none")


def test_another_fault_is_no_reason_to_try_again(tiny: TinyModels, tmp_path: Path) -> None:
    manager = manager_on(tiny, tmp_path, hardware(16, 64))
    seen: list[dict[str, Any]] = []
    fault = OSError(errno.ENOSPC, "No space left on device")
    request = ClipRequest(Sampling(TASK), ModelSpec(WAN21_LARGE), failing(1, seen, fault))
    with pytest.raises(OSError, match="No space left"):
        make_clip(request, manager, RunContext("20261122-171500-x7k2p9", 0.0), Workspace(tmp_path))
    assert len(seen) == 1


def test_out_of_memory_at_the_end_of_the_ladder_is_told(tiny: TinyModels, tmp_path: Path) -> None:
    manager = manager_on(tiny, tmp_path, hardware(128, 128))
    context = RunContext("20261122-171500-x7k2p9", 0.0)
    seen: list[dict[str, Any]] = []
    request = ClipRequest(Sampling(TASK), ModelSpec(WAN21_LARGE), failing(99, seen))
    with pytest.raises(torch.OutOfMemoryError):
        make_clip(request, manager, context, Workspace(tmp_path))
    assert 3 <= len(seen) <= 10


def test_blocks_stay_while_the_model_denoises_and_not_beside_the_vae(
    tiny: TinyModels, tmp_path: Path
) -> None:
    manager = manager_on(tiny, tmp_path, hardware(16, 64))
    seen: dict[str, set[bool]] = {"denoising": set(), "decoding": set()}

    def look(phase: str) -> None:
        for key, part in manager._parts._parts.items():
            if key.name == "transformer":
                assert part.streamed is not None
                seen[phase] |= {one.own is not None for one in part.streamed._stations if one.resident}

    context = RunContext("20261122-171500-x7k2p9", 0.0)
    with manager.use(ModelSpec(TASK.model, values=TASK.model_dump())) as loan:
        assert loan.plan is not None
        assert loan.plan.kept_bytes > 0
        pipeline = loan.pipeline
        hooks = [
            pipeline.transformer.blocks[0].register_forward_pre_hook(lambda *_: look("denoising")),
            pipeline.vae.decoder.register_forward_pre_hook(lambda *_: look("decoding")),
        ]
        assert len(np.concatenate(list(sample_wan(Sampling(TASK), loan, Phases(context)))))
        for hook in hooks:
            hook.remove()
    assert seen == {"denoising": {True}, "decoding": {False}}


def taking(manager: ModelManager, left: float, seen: list[str]) -> Sample:
    """Amid the clip another program takes all but `left` GiB of a card of 16."""

    def sample(sampling: Sampling, loan: Loan, phases: Phases) -> Generator[Frames]:
        assert loan.plan is not None
        seen.append(loan.plan.quantisation)
        if len(seen) == 1:
            manager.planner.facts.hardware = replace(hardware(left, 64), card=16 * GIB)
            raise CARD_FULL
        yield from sample_wan(sampling, loan, phases)

    return sample


@pytest.mark.parametrize("leaving", [0.5, 1.5])
def test_a_card_that_another_program_takes_is_named(tiny: TinyModels, tmp_path: Path, leaving: float) -> None:
    """Not "choose a smaller size": with the card to itself this clip works."""
    manager = manager_on(tiny, tmp_path, replace(hardware(16, 64), card=16 * GIB))
    context = RunContext("20261122-171500-x7k2p9", 0.0)
    seen: list[str] = []
    request = ClipRequest(Sampling(TASK), ModelSpec(WAN21_LARGE), taking(manager, leaving, seen))
    with pytest.raises(OutOfMemory) as fault:
        make_clip(request, manager, context, Workspace(tmp_path))
    assert seen == ["none"]  # no try in vain
    error = job_fault(fault.value, tmp_path)
    assert (error.code, error.values["taken"]) == ("card-taken", f"{16 - leaving:.1f} GB")
    for language in LANGUAGES:
        message, hint = explain(error.code, error.values, language)
        assert "Wan 2.1 T2V 14B" in message
        assert "{" not in message + hint
        assert {"en": "Retry", "nl": "Opnieuw"}[language] in hint
    manager.planner.facts.hardware = replace(
        hardware(16, 64), card=16 * GIB
    )  # the program is closed, Retry is pressed
    manager.empty()
    assert make_clip(request, manager, context, Workspace(tmp_path)).output


def test_what_is_left_of_a_card_is_used_where_it_is_enough(tiny: TinyModels, tmp_path: Path) -> None:
    manager = manager_on(tiny, tmp_path, replace(hardware(16, 64), card=16 * GIB))
    context = RunContext("20261122-171500-x7k2p9", 0.0)
    seen: list[str] = []
    request = ClipRequest(Sampling(TASK), ModelSpec(WAN21_LARGE), taking(manager, 12, seen))
    assert make_clip(request, manager, context, Workspace(tmp_path)).details["leaner"] is True
    assert len(seen) == 2


def test_a_wrong_prediction_is_nobody_elses_fault(tiny: TinyModels, tmp_path: Path) -> None:
    """Memory ran out, and other programs have no more of the card than a desktop."""
    manager = manager_on(tiny, tmp_path, replace(hardware(15.5, 64), card=16 * GIB))
    with manager.use(ModelSpec(WAN21_LARGE, values=TASK.model_dump())):
        pass
    assert manager.planner.card_taken(ModelSpec(WAN21_LARGE, values=TASK.model_dump())) is None


def test_the_worker_notes_that_it_is_at_work(tiny: TinyModels, tmp_path: Path) -> None:
    """What the page plans with meanwhile; afterwards it may count on all of it."""
    manager = manager_on(tiny, tmp_path, hardware(16, 64))
    note = holding_file(tmp_path / ".oelala")
    with manager.use(ModelSpec(WAN21_LARGE)):
        found = read_holding(note)
        assert found is not None
        assert (found.busy, found.usable) == (True, 16 * GIB)
    assert (found := read_holding(note)) is not None
    assert not found.busy
    with pytest.raises(OelalaError), manager.use(ModelSpec("nobody")):
        pass
    assert (found := read_holding(note)) is not None
    assert not found.busy
