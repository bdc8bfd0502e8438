"""Encoded prompts are remembered: the text encoder is loaded once for each text, and the clip is the same."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from oelala.engines.sampling import Sampling, sample_wan
from oelala.engines.watch import Phases
from oelala.models.embedding_store import EmbeddingStore
from oelala.models.manager import ModelManager, ModelSpec
from oelala.models.planning import Hardware
from oelala.progress import RunContext
from oelala.settings import Settings
from oelala.tasks.text_to_video import TextToVideo
from tests.models.tiny import WAN21, WAN21_LARGE, TinyModels

TASK = TextToVideo(
    prompt="a person waves",
    negative_prompt="blue",
    model=WAN21_LARGE,
    width=32,
    height=32,
    num_frames=5,
    num_inference_steps=2,
    guidance_scale=3.0,
    flow_shift=3.0,
    seed=7,
)


def clip(manager: ModelManager, **changes: Any) -> tuple[np.ndarray, bool]:
    """The frames, and whether there was a text encoder."""
    task = TASK.model_copy(update=changes)
    with manager.use(ModelSpec(task.model, values=task.model_dump())) as loan:
        chunks = sample_wan(Sampling(task), loan, Phases(RunContext("20261122-171500-x7k2p9", 0.0)))
        return np.concatenate(list(chunks)), loan.pipeline.text_encoder is not None


def kept(workspace: Path) -> list[Path]:
    return sorted((workspace / ".oelala" / "prompts").glob("*.safetensors"))


def test_the_second_clip_needs_no_text_encoder(tiny: TinyModels, tmp_path: Path) -> None:
    truth, encoded = clip(tiny.manager(tmp_path))
    assert encoded
    assert len(kept(tmp_path)) == 2
    fresh = tiny.manager(tmp_path)
    again, encoded = clip(fresh)
    assert not encoded
    assert {key.name for key in fresh._parts._parts} == {"tokenizer", "vae", "scheduler", "transformer"}
    np.testing.assert_array_equal(again, truth)
    other, encoded = clip(fresh, seed=8)
    assert not encoded
    assert not np.array_equal(other, truth)


def test_a_new_word_brings_the_text_encoder_back(tiny: TinyModels, tmp_path: Path) -> None:
    manager = tiny.manager(tmp_path)
    clip(manager)
    for changes in ({"prompt": "a person jumps"}, {"negative_prompt": "red"}):
        first, encoded = clip(manager, **changes)
        assert encoded
        again, encoded = clip(manager, **changes)
        assert not encoded
        np.testing.assert_array_equal(again, first)


def test_what_the_pipeline_cleans_away_makes_no_difference(tiny: TinyModels, tmp_path: Path) -> None:
    manager = tiny.manager(tmp_path)
    truth, _ = clip(manager)
    same, encoded = clip(manager, prompt="  a person \n waves ")
    assert not encoded
    np.testing.assert_array_equal(same, truth)


def test_models_with_the_same_text_encoder_share_what_is_known(tiny: TinyModels, tmp_path: Path) -> None:
    clip(tiny.manager(tmp_path))
    _, encoded = clip(tiny.manager(tmp_path), model=WAN21)
    assert not encoded


def test_without_guidance_the_negative_prompt_is_no_matter(tiny: TinyModels, tmp_path: Path) -> None:
    manager = tiny.manager(tmp_path)
    clip(manager, guidance_scale=1.0)
    assert len(kept(tmp_path)) == 1
    assert not clip(manager, guidance_scale=1.0, negative_prompt="anything")[1]
    assert clip(manager)[1]


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "foreign"])
def test_a_damaged_file_is_encoded_again(tiny: TinyModels, tmp_path: Path, damage: str) -> None:
    truth, _ = clip(tiny.manager(tmp_path))
    for file in kept(tmp_path):
        data = bytearray(file.read_bytes())
        if damage == "flipped":
            data[-3] ^= 0x41
        cases = {"cut": bytes(data[:-5]), "flipped": bytes(data), "empty": b"", "foreign": b"no tensors" * 9}
        file.write_bytes(cases[damage])
    again, encoded = clip(tiny.manager(tmp_path))
    assert encoded
    np.testing.assert_array_equal(again, truth)
    assert not clip(tiny.manager(tmp_path))[1]


def test_a_folder_that_cannot_be_written_is_no_fault(tiny: TinyModels, tmp_path: Path) -> None:
    truth, _ = clip(tiny.manager(tmp_path / "one"))
    private = tmp_path / "two" / ".oelala"
    private.mkdir(parents=True)
    (private / "prompts").write_text("a file where a folder should be")
    frames, encoded = clip(tiny.manager(tmp_path / "two"))
    assert encoded
    np.testing.assert_array_equal(frames, truth)


def test_a_known_prompt_changes_no_plan(tiny: TinyModels, tmp_path: Path) -> None:
    """Tiles and 8 bits change the picture: the second clip of a seed has to be made like the first one."""
    machine = Hardware("cuda", "", 43 * 2**30, 64 * 2**30, disk_free=10**15)
    settings = Settings(workspace=tmp_path, models=tiny.models)
    manager = ModelManager(settings, torch.device("cpu"), None, tiny.row, machine)
    spec, plans, below = ModelSpec(TASK.model, values=TASK.model_dump()), [], []
    for _ in range(2):
        with manager.use(spec) as loan:
            list(sample_wan(Sampling(TASK), loan, Phases(RunContext("20261122-171500-x7k2p9", 0.0))))
            plans.append(loan.plan)
        below.append(manager.planner.leaner(spec))
    assert loan.pipeline.text_encoder is None
    assert plans[0] is not None
    assert plans[0] == plans[1]
    assert below[0] == below[1]
    assert below[0] is not None
    assert below[0].least_step > plans[0].step


def test_the_longest_unused_goes_first(tmp_path: Path) -> None:
    store = EmbeddingStore(tmp_path, limit=3 * 4500)
    tensors = {f"key {number}": torch.randn(16, 64) for number in range(3)}
    for age, (key, tensor) in enumerate(tensors.items()):
        store.save(key, tensor)
        os.utime(max(tmp_path.iterdir(), key=lambda file: file.stat().st_mtime_ns), (age, age))
    assert torch.equal(store.load("key 0"), tensors["key 0"])
    store.save("key 3", torch.randn(16, 64))
    assert [store.load(f"key {number}") is None for number in range(4)] == [False, True, False, False]
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 3 * 4500


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_every_number_comes_back(tmp_path: Path, dtype: torch.dtype) -> None:
    store = EmbeddingStore(tmp_path)
    tensor = torch.randn(7, 32).to(dtype)
    store.save("é ∞ 🙂 \ud800", tensor)
    found = store.load("é ∞ 🙂 \ud800")
    assert found is not None
    assert found.dtype == dtype
    assert torch.equal(found, tensor)
    assert store.load("another") is None
