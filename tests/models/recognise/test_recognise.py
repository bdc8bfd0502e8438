"""Which model a user's own file, folder or repository is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from oelala.errors import OelalaError
from oelala.models.catalog import ROWS, Row, add_row, find, installation
from oelala.models.planning.memory import in_files, part_sizes
from oelala.models.recognise import AddRequest, recognise
from oelala.settings import Settings
from oelala.texts import LANGUAGES, explain
from tests.models.folders import write_cached
from tests.models.recognise.files import shapes, write_gguf, write_sparse, write_tensors

WAN = (
    "wan2.1-t2v-1.3b",
    "wan2.1-t2v-14b",
    "wan2.2-ti2v-5b",
    "wan2.1-i2v-14b-480p",
    "wan2.1-flf2v-14b-720p",
    "wan2.1-vace-1.3b",
    "wan2.1-vace-14b",
    "wan2.2-animate-14b",
)


def settings_in(folder: Path) -> Settings:
    return Settings(workspace=folder / "workspace", models=folder / "hub")


def ask(folder: Path, *sources: object) -> Row:
    return recognise(AddRequest(tuple(map(str, sources)), settings_in(folder)))


def refused(folder: Path, *sources: object) -> OelalaError:
    with pytest.raises(OelalaError) as fault:
        ask(folder, *sources)
    for language in LANGUAGES:
        message, hint = explain(fault.value.code, fault.value.values, language)
        assert message != fault.value.code
        assert hint
        assert "{" not in message + hint
    return fault.value


@pytest.mark.parametrize("base", WAN)
def test_a_single_file_of_every_wan(tmp_path: Path, base: str) -> None:
    file = write_sparse(tmp_path / "my finetune.safetensors", shapes(base))
    row = ask(tmp_path, file)
    assert (row.base, row.title, row.added) == (base, "my finetune", True)
    part = row.components["transformer"]
    assert part.path == file
    assert part.bytes == file.stat().st_size
    assert row.components["text_encoder"] == find(base).components["text_encoder"]


@pytest.mark.parametrize("prefix", ["", "model.diffusion_model.", "diffusion_model."])
@pytest.mark.parametrize("base", ["wan2.1-t2v-1.3b", "wan2.1-flf2v-14b-720p"])
def test_official_names_and_prefixes(tmp_path: Path, base: str, prefix: str) -> None:
    file = write_sparse(tmp_path / "wan.safetensors", shapes(base, official=True, prefix=prefix), "F16")
    assert ask(tmp_path, file).base == base


def test_what_the_name_tells_where_shapes_are_alike(tmp_path: Path) -> None:
    for name, base in (("i2v_720p", "wan2.1-i2v-14b-720p"), ("i2v", "wan2.1-i2v-14b-480p")):
        file = write_sparse(tmp_path / f"{name}.safetensors", shapes("wan2.1-i2v-14b-480p"))
        assert ask(tmp_path, file).base == base


@pytest.mark.parametrize("kind", ["Q8_0", "Q4_0"])
def test_gguf(tmp_path: Path, kind: str) -> None:
    file = write_gguf(tmp_path / "wan-14b.gguf", shapes("wan2.1-t2v-14b", official=True), kind)
    row = ask(tmp_path, file)
    assert row.base == "wan2.1-t2v-14b"
    part = row.components["transformer"]
    assert 0.45 < part.most_bytes / part.parameters < 1.15


def test_two_experts_come_as_two_files(tmp_path: Path) -> None:
    high = write_gguf(tmp_path / "wan22_HighNoise.gguf", shapes("wan2.2-t2v-a14b", official=True))
    low = write_gguf(tmp_path / "wan22_LowNoise.gguf", shapes("wan2.2-t2v-a14b", official=True))
    assert refused(tmp_path, high).code == "two-experts"
    row = ask(tmp_path, low, high)
    assert row.base == "wan2.2-t2v-a14b"
    assert row.components["transformer"].path == high
    assert row.components["transformer_2"].path == low
    assert refused(tmp_path, high, high).code == "two-experts"
    image = write_sparse(tmp_path / "low.safetensors", shapes("wan2.2-i2v-a14b"))
    assert refused(tmp_path, image).code == "two-experts"
    assert refused(tmp_path, high, image).code == "two-experts"


QUERY = "blocks.0.self_attn.q"
SMALL = {
    f"{QUERY}.weight": ("F8_E4M3", (8, 8)),
    "patch_embedding.weight": ("F16", (8, 16, 1, 2, 2)),
}


@pytest.mark.parametrize(
    ("tensors", "code"),
    [
        # of scaled fp8 what cannot be multiplied out; the first two could be
        ({**SMALL, f"{QUERY}.scale_weight": ("F32", (1,))}, "unknown-weights"),
        ({**SMALL, f"{QUERY}.weight_scale": ("F32", (8, 1))}, "unknown-weights"),
        ({**SMALL, f"{QUERY}.scale_weight": ("F32", (4, 4))}, "scaled-fp8"),
        ({**SMALL, f"{QUERY}.weight_scale": ("F8_E8M0", (1,))}, "scaled-fp8"),
        ({**SMALL, f"{QUERY}.scale_weight": ("F32", ()), "x.weight": ("F8_E4M3", (2, 2))}, "scaled-fp8"),
        ({**SMALL, f"{QUERY}.scale_weight": ("F32", ()), "x.scale_weight": ("F32", ())}, "scaled-fp8"),
        ({**SMALL, f"{QUERY}.weight": ("I8", (8, 8)), f"{QUERY}.weight_scale": ("F32", ())}, "scaled-fp8"),
        (
            {**SMALL, f"{QUERY}.weight_scale": ("F32", ()), f"{QUERY}.weight_scale_2": ("F32", ())},
            "scaled-fp8",
        ),
        ({**SMALL, "scaled_fp8": ("F8_E4M3", (2,))}, "scaled-fp8"),
        ({**SMALL, "model.diffusion_model.scaled_fp8": ("F8_E4M3", (2,))}, "scaled-fp8"),
        (SMALL, "unknown-weights"),
        ({"diffusion_model.blocks.0.self_attn.q.lora_A.weight": ("BF16", (4, 8))}, "is-a-lora"),
        ({"lora_unet_blocks_0_self_attn_q.lora_down.weight": ("BF16", (4, 8))}, "is-a-lora"),
        ({"model.diffusion_model.input_blocks.0.0.weight": ("F16", (320, 4, 3, 3))}, "other-family"),
        ({"conditioner.embedders.0.x": ("F16", (2,))}, "other-family"),
        ({"double_blocks.0.img_attn.qkv.weight": ("BF16", (9, 3))}, "other-family"),
        ({"encoder.block.0.layer.0.SelfAttention.q.weight": ("BF16", (4, 4))}, "part-of-a-model"),
        ({"decoder.middle.0.residual.0.gamma": ("F32", (4,))}, "part-of-a-model"),
        ({"what": ("U8", (4,))}, "unknown-weights"),
        ({}, "unknown-weights"),
    ],
)
def test_what_is_no_such_model(
    tmp_path: Path, tensors: dict[str, tuple[str, tuple[int, ...]]], code: str
) -> None:
    assert refused(tmp_path, write_tensors(tmp_path / "x.safetensors", tensors)).code == code


@pytest.mark.parametrize("scale", ["scale_weight", "weight_scale"])
@pytest.mark.parametrize("base", ["wan2.1-t2v-1.3b", "wan2.1-vace-1.3b"])
def test_scaled_fp8_is_the_model_that_it_stands_for(tmp_path: Path, base: str, scale: str) -> None:
    """Planned with what it takes in memory: 16 bits a number, though its file has 8."""
    row = ask(tmp_path, write_tensors(tmp_path / "wan_fp8_scaled.safetensors", scaled(base, scale)))
    part, original = row.components["transformer"], find(base).components["transformer"]
    assert (row.base, part.parameters) == (base, original.parameters)
    assert part.most_bytes < 1.1 * part.parameters
    sizes = {size.name: size for size in part_sizes(row, gpu=True)}
    assert sizes["transformer"].whole == 2 * original.parameters
    assert not sizes["transformer"].in_files, "its blocks cannot be read from the file as they are"


def scaled(base: str, scale: str) -> dict[str, tuple[str, tuple[int, ...]]]:
    """The blocks' matrices of a model in fp8 with a scale each, all else in 16 bits."""
    tensors: dict[str, tuple[str, tuple[int, ...]]] = {}
    for name, shape in shapes(base, official=True, prefix="model.diffusion_model.").items():
        matrix = len(shape) == 2 and "blocks." in name
        tensors[name] = ("F8_E4M3" if matrix else "F16", shape)
        if matrix:
            layer = name.removesuffix(".weight")
            tensors[f"{layer}.{scale}"] = ("F32", ())
            other = "scale_input" if scale == "scale_weight" else "input_scale"
            tensors[f"{layer}.{other}"] = ("F32", (1,))
            if scale == "weight_scale":
                tensors[f"{layer}.comfy_quant"] = ("U8", (27,))
    if scale == "scale_weight":
        tensors["model.diffusion_model.scaled_fp8"] = ("F8_E4M3", (0,))
    return tensors


def test_a_folder_with_scales_in_it_is_refused(tmp_path: Path) -> None:
    """Diffusers leaves them out without a word."""
    folder = own_folder(tmp_path, "wan2.1-t2v-1.3b")
    file = folder / "transformer" / "diffusion_pytorch_model.safetensors"
    tensors = {name: ("BF16", shape) for name, shape in shapes("wan2.1-t2v-1.3b").items()}
    write_tensors(file, {**tensors, "blocks.0.attn1.to_q.scale_weight": ("F32", ())})
    for index in (folder / "transformer").glob("*.index.json"):
        index.unlink()
    assert refused(tmp_path, folder).code == "scaled-fp8"


def test_a_model_with_layers_left_out_is_no_model(tmp_path: Path) -> None:
    all_shapes = shapes("wan2.1-t2v-1.3b")
    few = {name: shape for name, shape in all_shapes.items() if "blocks.7.ffn" not in name}
    assert refused(tmp_path, write_sparse(tmp_path / "x.safetensors", few)).code == "unknown-weights"


@pytest.mark.parametrize("name", ["model.ckpt", "model.pt", "pytorch_model.bin", "model.PTH"])
def test_pickles_are_never_opened(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\x80\x04\x95 not looked at")
    assert refused(tmp_path, tmp_path / name).code == "unsafe-weights"


@pytest.mark.parametrize("start", [b"PK\x03\x04rest of a zip", b"\x80\x02}q\x00."])
def test_pickles_under_another_name(tmp_path: Path, start: bytes) -> None:
    (tmp_path / "x.safetensors").write_bytes(start)
    assert refused(tmp_path, tmp_path / "x.safetensors").code == "unsafe-weights"


def test_a_cut_off_file(tmp_path: Path) -> None:
    file = write_sparse(tmp_path / "x.safetensors", shapes("wan2.1-t2v-1.3b"))
    with file.open("r+b") as stream:
        stream.truncate(file.stat().st_size - 1)
    assert refused(tmp_path, file).code == "broken-weights"
    file = write_gguf(tmp_path / "x.gguf", shapes("wan2.1-t2v-1.3b"))
    with file.open("r+b") as stream:
        stream.truncate(file.stat().st_size - 4096)
    assert refused(tmp_path, file).code == "broken-weights"


def test_nothing_there(tmp_path: Path) -> None:
    for source in (tmp_path / "nowhere.safetensors", "not a name", "a/../b"):
        assert refused(tmp_path, source).code == "no-such-source"
    (tmp_path / "empty").mkdir()
    assert refused(tmp_path, tmp_path / "empty").code == "not-a-model"
    (tmp_path / "empty" / "model_index.json").write_text("[" * 100_000)
    assert refused(tmp_path, tmp_path / "empty").code == "not-a-model"
    (tmp_path / "empty" / "model_index.json").write_text('{"_class_name": "AnyPipeline"}')
    assert refused(tmp_path, tmp_path / "empty").code == "other-family"


def own_folder(folder: Path, base: str) -> Path:
    """A whole model of the user's own, with a transformer of true size."""
    row = find(base)
    snapshot = write_cached(folder / "other", row)
    listed = {name: ["diffusers", "X"] for name in row.components}
    pipeline = next(iter(row.pipelines.values()))
    (snapshot / "model_index.json").write_text(json.dumps({"_class_name": pipeline, **listed}))
    part = "transformer" if "transformer" in row.components else "unet"
    for old in (snapshot / part).glob("model*"):
        old.unlink()
    if part == "transformer":
        write_sparse(snapshot / part / "diffusion_pytorch_model.safetensors", shapes(base))
    return snapshot.rename(folder / "my-model")


@pytest.mark.parametrize("base", ["wan2.1-t2v-1.3b", "wan2.1-i2v-14b-480p", "wan2.1-vace-14b"])
def test_a_folder(tmp_path: Path, base: str) -> None:
    folder = own_folder(tmp_path, base)
    row = ask(tmp_path, folder)
    assert (row.base, row.title, row.folder) == (base, "my-model", folder)
    found = installation(row, tmp_path / "hub")
    assert found is not None
    assert found.missing == ()


def test_a_snapshot_of_the_cache_is_called_by_its_repository(tmp_path: Path) -> None:
    own = own_folder(tmp_path, "wan2.1-t2v-1.3b")
    snapshot = tmp_path / "models--someone--my-wan" / "snapshots" / ("a" * 40)
    snapshot.parent.mkdir(parents=True)
    own.rename(snapshot)
    assert ask(tmp_path, snapshot).title == "someone/my-wan"


def test_a_folder_is_as_large_as_it_is_and_listed_once(tmp_path: Path) -> None:
    """In 16 bits, where the repository has 32: its blocks can be read from there as they are."""
    folder = own_folder(tmp_path, "wan2.1-t2v-14b")
    here = folder / "transformer"
    for file in here.glob("*.safetensors*"):
        file.unlink()
    write_sparse(here / "diffusion_pytorch_model.safetensors", shapes("wan2.1-t2v-14b", official=True))
    row = ask(tmp_path, folder)
    part = row.components["transformer"]
    assert part.bytes == (here / "diffusion_pytorch_model.safetensors").stat().st_size
    assert in_files(part)
    assert row.components["vae"].decode_bits == find("wan2.1-t2v-14b").components["vae"].decode_bits
    add_row(row, settings_in(tmp_path), ROWS)
    with pytest.raises(OelalaError) as fault:
        add_row(ask(tmp_path, folder), settings_in(tmp_path), ROWS)
    assert fault.value.code == "already-added"


def test_a_folder_with_a_pickle_in_it(tmp_path: Path) -> None:
    folder = own_folder(tmp_path, "wan2.1-t2v-1.3b")
    encoder = folder / "text_encoder"
    (encoder / "model.safetensors").rename(encoder / "pytorch_model.bin")
    assert refused(tmp_path, folder).code == "unsafe-weights"
    (encoder / "pytorch_model.bin").unlink()
    fault = refused(tmp_path, folder)
    assert (fault.code, fault.values["path"]) == ("folder-incomplete", str(folder))
    assert "download" not in str(fault).lower(), "nothing would come"
