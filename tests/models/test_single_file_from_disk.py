"""Single files in the official names: their blocks read from the disk, or rounded as they are loaded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import WanTransformer3DModel
from safetensors.torch import save_file

from oelala.models.catalog import Component, Row, as_installed, find
from oelala.models.int8 import load_int8
from oelala.models.machine import own_memory
from oelala.models.manager import ModelManager
from oelala.models.planning import PlanRequest, plan_run
from oelala.models.planning.memory import in_files
from oelala.models.planning.rungs import can_be_int8
from oelala.models.single_file import load_with_config, stored_names
from oelala.models.streaming import Ring, StreamRequest, stream_module
from oelala.settings import Settings
from tests.models.planning.machines import users_own
from tests.models.recognise.files import native, shapes, write_sparse, write_tensors
from tests.models.streaming import small
from tests.models.test_placing import TASK, clip, hardware
from tests.models.tiny import EXPERTS, WAN21_LARGE, TinyModels

CPU = torch.device("cpu")
KINDS: dict[str, Callable[[], Any]] = {"wan": small.wan, "vace": small.vace}


def write(folder: Path, module: torch.nn.Module, prefix: str = "") -> Path:
    """The module under its official names, and its config beside it."""
    module.save_config(folder)
    state = {prefix + native(name): value.contiguous() for name, value in module.state_dict().items()}
    save_file(state, folder / "x.safetensors")
    return folder / "x.safetensors"


@pytest.mark.parametrize("prefix", ["", "model.diffusion_model.", "diffusion_model."])
@pytest.mark.parametrize("kind", KINDS)
def test_blocks_are_read_under_their_official_names(tmp_path: Path, kind: str, prefix: str) -> None:
    """Zeros in memory do no harm: the bytes come from the file."""
    file = write(tmp_path, KINDS[kind](), prefix)
    inputs = small.vace_inputs() if kind == "vace" else small.wan_inputs()
    module = load_with_config(file, tmp_path, torch.bfloat16)
    truth = small.forward(module, inputs)
    stored = stored_names(file)
    assert stored["blocks.1.attn2.to_q.weight"] == f"{prefix}blocks.1.cross_attn.q.weight"
    streamed = stream_module(StreamRequest(module, Ring(CPU), files=[file], stored=stored))
    assert streamed.pinned_bytes == 2 * max(block.nbytes for block in streamed.blocks)
    for block in streamed.blocks:
        for leaf in block.leaves:
            leaf.home.zero_()
    for _ in range(2):
        assert torch.equal(small.forward(module, inputs), truth)
    streamed.remove()


def test_next_to_nothing_of_the_file_is_in_memory(tmp_path: Path) -> None:
    """Neither when it is loaded nor while its blocks are read; the latents are those of all in memory."""
    sizes = {"num_attention_heads": 4, "attention_head_dim": 64, "text_dim": 32, "freq_dim": 32}
    module = WanTransformer3DModel(**sizes, ffn_dim=1024, num_layers=40, cross_attn_norm=True)
    file = write(tmp_path, small.seeded(module.to(torch.bfloat16), 3))
    del module
    whole = file.stat().st_size
    assert whole > 80_000_000
    before = own_memory()
    module = load_with_config(file, tmp_path, torch.bfloat16)
    assert own_memory() - before < 0.1 * whole
    truth = small.forward(module, small.wan_inputs())
    before = own_memory()
    request = StreamRequest(module, Ring(CPU), files=[file], stored=stored_names(file))
    streamed = stream_module(request)
    assert torch.equal(small.forward(module, small.wan_inputs()), truth)
    # a ring of two blocks and two to read into, of forty
    assert own_memory() - before < 0.2 * whole
    streamed.remove()


def test_tensors_that_are_put_together_are_refused(tmp_path: Path) -> None:
    file = write_sparse(tmp_path / "x.safetensors", {"face_adapter.fuser_blocks.0.linear1_kv.weight": (8, 4)})
    with pytest.raises(ValueError, match="under other names"):
        stored_names(file)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("stored", [torch.bfloat16, torch.float16, torch.float32])
def test_in_8_bits_it_is_what_the_folder_is(tmp_path: Path, kind: str, stored: torch.dtype) -> None:
    module = KINDS[kind]().to(stored)
    module.save_pretrained(tmp_path / "whole")
    truth = load_int8(type(module), tmp_path / "whole", torch.bfloat16)
    loaded = load_with_config(write(tmp_path, module), tmp_path, torch.bfloat16, int8=True)
    assert loaded.blocks[0].attn1.to_q.weight.dtype == torch.int8
    mine = loaded.state_dict()
    for name, value in truth.state_dict().items():
        assert (mine[name].dtype, torch.equal(mine[name], value)) == (value.dtype, True), name


def single(tiny: TinyModels, folder: Path, model: str) -> Row:
    """The tiny model with its transformers in single files, planned as large as the true ones."""
    row, parts = find(model), {}
    for name in ("transformer", "transformer_2"):
        if name in row.components:
            here = tiny.models / row.repo / name
            (folder / name).mkdir()
            file = write(folder / name, WanTransformer3DModel.from_pretrained(here))
            count = row.components[name].parameters
            parts[name] = Component(name, 2 * count, count, path=file, dtype="BF16", renamed=True)
    base = str(tiny.models / row.repo / "transformer")
    return replace(row, base=base, components={**row.components, **parts})


@pytest.mark.parametrize("model", [WAN21_LARGE, EXPERTS])
def test_a_clip_from_the_disk_is_the_clip_from_memory(tiny: TinyModels, tmp_path: Path, model: str) -> None:
    row = single(tiny, tmp_path, model)
    task = TASK.model_copy(update={"model": model})
    settings = Settings(workspace=tmp_path, models=tiny.models)
    manager = ModelManager(settings, CPU, None, lambda name: row, hardware(128, 256))
    truth = clip(manager, task)
    assert not any(part.from_disk for part in manager._parts._parts.values())
    manager.planner.facts.hardware = hardware(12, 24)
    for _ in range(2):
        assert np.array_equal(clip(manager, task), truth)
    read = {key.name for key, part in manager._parts._parts.items() if part.from_disk}
    assert read == {name for name in row.components if name.startswith(("transformer", "text"))}
    assert manager.planner.plan is not None
    assert manager.planner.plan.quantisation == "none"


def test_weights_of_a_single_file_are_rounded_where_that_is_wished(tiny: TinyModels, tmp_path: Path) -> None:
    row = single(tiny, tmp_path, WAN21_LARGE)
    settings = Settings(workspace=tmp_path, models=tiny.models)
    rounded, whole = (
        clip(
            ModelManager(settings, CPU, None, lambda name, one=one: one, hardware(128, 128)),  # type: ignore[misc]
            TASK.model_copy(update={"quantisation": "int8"}),
        )
        for one in (row, find(WAN21_LARGE))
    )
    assert np.array_equal(rounded, whole), "as from the folder"


def test_the_users_card_runs_16_bits_unrounded() -> None:
    """A file of 28 GB and UMT5, in 28 GiB that are free."""
    row = find("wan2.1-t2v-14b-bf16")
    asked = PlanRequest(row, row.defaults["text-to-video"], users_own())
    plan = plan_run(asked)
    assert (plan.fits, plan.quantisation) == (True, "none")
    assert {plan.placements[name] for name in ("transformer", "text_encoder")} == {"from-disk"}
    windows = plan_run(replace(asked, hardware=users_own(23)))
    assert (windows.fits, windows.quantisation) == (True, "none")


def test_which_single_files_of_the_catalog_can() -> None:
    parts = {row.id: row.components["transformer"] for row in map(find, HALF)}
    assert {name for name, part in parts.items() if in_files(part)} == {one for one in HALF if "bf16" in one}
    assert all(can_be_int8(find(name)) for name in HALF)
    animate = find("wan2.2-animate-14b-bf16")
    assert not in_files(animate.components["transformer"]), "some of its tensors are two in one"
    assert not can_be_int8(animate)
    assert not can_be_int8(find("wan2.1-t2v-14b-gguf"))


HALF = (
    *("wan2.1-t2v-1.3b-bf16", "wan2.1-t2v-14b-bf16", "wan2.1-i2v-14b-480p-bf16", "wan2.1-i2v-14b-720p-bf16"),
    *("wan2.1-flf2v-14b-720p-fp16", "wan2.1-vace-1.3b-fp16", "wan2.1-vace-14b-fp16", "wan2.2-ti2v-5b-fp16"),
)


@pytest.mark.parametrize(("dtype", "read", "rounded"), [("BF16", 1, 1), ("F16", 0, 1), ("F8_E4M3", 0, 0)])
def test_a_file_of_the_users_own_tells_what_can_be_done(
    tmp_path: Path, dtype: str, read: bool, rounded: bool
) -> None:
    base = find("wan2.1-t2v-1.3b")
    file = write_sparse(tmp_path / "x.safetensors", shapes(base.id, official=True), dtype)
    assert (seen(base, file, tmp_path), can_be_int8(own(base, file, tmp_path))) == (read, rounded)
    scaled = {name: (dtype, shape) for name, shape in shapes(base.id, official=True).items()}
    scaled["blocks.0.ffn.0.scale_weight"] = ("F32", (1,))
    write_tensors(file, scaled)
    assert (seen(base, file, tmp_path), can_be_int8(own(base, file, tmp_path))) == (False, False)


def own(base: Row, file: Path, models: Path) -> Row:
    """The model as it lies here, with that file in the place of its transformer."""
    (models / base.repo).mkdir(parents=True, exist_ok=True)
    (models / base.repo / "model_index.json").write_text("{}")
    part = Component("transformer", file.stat().st_size, base.components["transformer"].parameters, path=file)
    return as_installed(replace(base, components={**base.components, "transformer": part}), models)


def seen(base: Row, file: Path, models: Path) -> bool:
    return in_files(own(base, file, models).components["transformer"])
