"""Folders as the makers of Wan give them: shards under the official names, beside pickles."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from oelala.models.catalog import ROWS, add_row, find, installation
from oelala.models.device import dtype_of
from oelala.models.download import verify_model
from oelala.models.file_hashes import FileHashes
from oelala.models.plan import plan_load
from oelala.models.single_file import load_with_config
from oelala.progress import CancelToken
from tests.models.folders import write_cached
from tests.models.recognise.files import native, shapes, write_sparse
from tests.models.recognise.test_recognise import ask, refused, settings_in
from tests.models.test_single_file import run
from tests.models.test_single_file import small as small

BASE = "wan2.1-t2v-1.3b"
INDEX = "diffusion_pytorch_model.safetensors.index.json"


def write_original(folder: Path, all_shapes: Mapping[str, tuple[int, ...]], shards: int = 3) -> Path:
    """With what else lies in such a repository."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"_class_name": "WanModel", "model_type": "t2v"}))
    (folder / "models_t5_umt5-xxl-enc-bf16.pth").write_bytes(b"PK\x03\x04")
    (folder / "Wan2.1_VAE.pth").write_bytes(b"PK\x03\x04")
    places: dict[str, str] = {}
    for number in range(shards):
        name = f"diffusion_pytorch_model-{number + 1:05}-of-{shards:05}.safetensors"
        own = dict(list(all_shapes.items())[number::shards])
        write_sparse(folder / name, own)
        places |= dict.fromkeys(own, name)
    (folder / INDEX).write_text(json.dumps({"metadata": {}, "weight_map": places}))
    return folder


def read_already(tmp_path: Path, folder: Path) -> FileHashes:
    """To read gigabytes of nothing takes a while."""
    states = {str(file): file.stat() for file in folder.glob("*.safetensors")}
    store = tmp_path / "hashes.json"
    store.write_text(
        json.dumps({path: [state.st_size, state.st_mtime_ns, "0" * 64] for path, state in states.items()})
    )
    return FileHashes(store)


def test_a_folder_of_shards(tmp_path: Path) -> None:
    folder = write_original(tmp_path / "Wan2.1-T2V-1.3B", shapes(BASE, official=True))
    row = ask(tmp_path, folder)
    assert (row.base, row.title, row.added) == (BASE, "Wan2.1-T2V-1.3B", True)
    part = row.components["transformer"]
    assert part.path == folder / INDEX
    assert part.parameters == find(BASE).components["transformer"].parameters
    assert part.bytes == sum(file.stat().st_size for file in folder.glob("*.safetensors"))
    assert row.components["text_encoder"] == find(BASE).components["text_encoder"]

    settings = settings_in(tmp_path)
    named = add_row(row, settings, ROWS)
    write_cached(settings.models, find(BASE))
    found = installation(named, settings.models)
    assert found is not None
    assert found.missing == ()
    load = plan_load(named, settings.models, torch.device("cpu"), read_already(tmp_path, folder))
    width = dtype_of("transformer", torch.device("cpu")).itemsize
    assert load.parts["transformer"].bytes == width * part.parameters
    assert len([name for name in load.hashes if name.startswith("Wan2.1-T2V-1.3B/")]) == 3
    checked = verify_model(named, settings, lambda done, total: None, CancelToken())
    assert checked.sound
    gone = folder / "diffusion_pytorch_model-00002-of-00003.safetensors"
    gone.unlink()
    found = installation(named, settings.models)
    assert found is not None
    assert found.missing == (f"transformer/{gone.name}",)


def test_the_two_folders_of_two_experts(tmp_path: Path) -> None:
    root = tmp_path / "Wan2.2-T2V-A14B"
    wanted = shapes("wan2.2-t2v-a14b", official=True)
    high, low = (write_original(root / f"{level}_noise_model", wanted, 2) for level in ("high", "low"))
    for sources in ([root], [low, high]):
        row = ask(tmp_path, *sources)
        assert (row.base, row.title) == ("wan2.2-t2v-a14b", "Wan2.2-T2V-A14B")
        assert row.components["transformer"].path == high / INDEX
        assert row.components["transformer_2"].path == low / INDEX
    assert refused(tmp_path, high).code == "two-experts"


def test_what_is_no_such_folder(tmp_path: Path) -> None:
    folder = write_original(tmp_path / "wan", shapes(BASE, official=True))
    (folder / "diffusion_pytorch_model-00003-of-00003.safetensors").unlink()
    assert refused(tmp_path, folder).code == "broken-weights"
    (folder / INDEX).unlink()
    assert refused(tmp_path, folder).code == "not-a-model", "files that nothing says belong together"
    (folder / "diffusion_pytorch_model-00002-of-00003.safetensors").unlink()
    assert refused(tmp_path, folder).code == "unknown-weights", "one of three"


@pytest.mark.parametrize("shards", [1, 3])
def test_shards_become_the_module(small: tuple[torch.nn.Module, Path], tmp_path: Path, shards: int) -> None:
    model, config = small
    state = {native(name): value for name, value in model.state_dict().items()}
    places: dict[str, str] = {}
    for number in range(shards):
        own = dict(list(state.items())[number::shards])
        save_file(own, tmp_path / f"part-{number}.safetensors")
        places |= dict.fromkeys(own, f"part-{number}.safetensors")
    (tmp_path / INDEX).write_text(json.dumps({"weight_map": places}))
    loaded = load_with_config(tmp_path / INDEX, config, torch.float32)
    assert all(torch.equal(value, model.state_dict()[name]) for name, value in loaded.state_dict().items())
    torch.testing.assert_close(run(loaded), run(model), rtol=1e-5, atol=1e-6)
