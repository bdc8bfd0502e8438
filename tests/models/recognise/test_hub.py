"""Repositories of the hub, told by the first bytes of their files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from oelala.errors import OelalaError
from oelala.models.catalog import Row, find
from oelala.models.recognise import AddRequest, recognise
from oelala.settings import Settings
from tests.models.download.conftest import repository
from tests.models.download.hub import Hub, running_hub
from tests.models.folders import safetensors
from tests.models.recognise.files import gguf_header, header, shapes

SMALL = find("wan2.1-t2v-1.3b")
REPO = "someone/wan-things"


@pytest.fixture
def hub() -> Iterator[Hub]:
    with running_hub() as running:
        yield running


def ask(hub: Hub, folder: Path, *sources: str) -> Row:
    settings = Settings(
        workspace=folder, models=folder / "hub", hub_endpoint=hub.address, hub_token_file=folder / "token"
    )
    return recognise(AddRequest(sources, settings))


def offer(hub: Hub, path: str, start: bytes, length: int, repo: str = REPO) -> None:
    """The first megabytes of a file that is `length` bytes long."""
    hub.repos.setdefault(repo, {})[path] = start + bytes(3_000_000)
    hub.sizes[path] = length


def whole(hub: Hub, base: str) -> None:
    """A repository in diffusers' layout, its transformer in two shards."""
    row = find(base)
    pipeline = next(iter(row.pipelines.values()))
    index = {"_class_name": pipeline, **{name: ["diffusers", "X"] for name in row.components}}
    hub.repos[REPO] = repository(row) | {"model_index.json": json.dumps(index).encode()}
    names = sorted(shapes(base).items())
    for number, part in enumerate((names[:300], names[300:]), 1):
        path = f"transformer/diffusion_pytorch_model-0000{number}-of-00002.safetensors"
        offer(hub, path, *header({name: ("BF16", shape) for name, shape in part}))


def test_a_whole_model(hub: Hub, tmp_path: Path) -> None:
    whole(hub, "wan2.1-t2v-1.3b")
    row = ask(hub, tmp_path, REPO)
    assert (row.base, row.title, row.repo, row.added) == ("wan2.1-t2v-1.3b", REPO, REPO, True)
    assert row.folder is None
    assert row.bytes_exact
    transformer = row.components["transformer"]
    shards = sum(size for path, size in hub.sizes.items() if "0000" in path)
    assert 0 <= transformer.most_bytes - shards < 100_000
    assert transformer.source is None
    assert SMALL.repo in row.components["text_encoder"].also
    assert hub.sent < 15_000_000, "no more than the beginnings"


def test_a_part_that_is_not_there_comes_from_the_catalog(hub: Hub, tmp_path: Path) -> None:
    whole(hub, "wan2.1-t2v-1.3b")
    for path in [path for path in hub.repos[REPO] if path.startswith("vae/")]:
        del hub.repos[REPO][path]
    vae = ask(hub, tmp_path, REPO).components["vae"]
    assert (vae.source, vae.bytes) == (SMALL.repo, SMALL.components["vae"].bytes)


def test_a_gguf_file(hub: Hub, tmp_path: Path) -> None:
    offer(hub, "Q4/wan.gguf", *gguf_header(shapes("wan2.1-vace-14b", official=True), "Q4_0"))
    row = ask(hub, tmp_path, f"{REPO}/Q4/wan.gguf")
    part = row.components["transformer"]
    assert (row.base, row.repo) == ("wan2.1-vace-14b", find("wan2.1-vace-14b").repo)
    assert (part.subfolder, part.files, part.source) == ("Q4", ("wan.gguf",), REPO)
    assert part.bytes == hub.sizes["Q4/wan.gguf"]


def test_two_experts_on_the_hub(hub: Hub, tmp_path: Path) -> None:
    for level in ("high", "low"):
        offer(hub, f"{level}/w_{level}_noise.gguf", *gguf_header(shapes("wan2.2-i2v-a14b", official=True)))
    row = ask(hub, tmp_path, f"{REPO}/low/w_low_noise.gguf", f"{REPO}/high/w_high_noise.gguf")
    assert row.base == "wan2.2-i2v-a14b"
    assert row.components["transformer"].subfolder == "high"
    assert row.components["transformer_2"].subfolder == "low"


def refused(hub: Hub, folder: Path, source: str) -> OelalaError:
    with pytest.raises(OelalaError) as fault:
        ask(hub, folder, source)
    return fault.value


def test_what_is_refused(hub: Hub, tmp_path: Path) -> None:
    assert refused(hub, tmp_path, "nobody/nothing").code == "not-on-hub"
    hub.repos[REPO] = {"README.md": b"x"}
    assert refused(hub, tmp_path, REPO).code == "not-a-model"
    hub.repos[REPO] = {"a/x.gguf": b"GGUF", "model.ckpt": b"\x80\x04", "y.safetensors": b"?"}
    fault = refused(hub, tmp_path, REPO)
    assert (fault.code, fault.values["files"]) == ("choose-a-file", "a/x.gguf, y.safetensors")
    assert refused(hub, tmp_path, f"{REPO}/z.gguf").code == "choose-a-file"
    assert refused(hub, tmp_path, f"{REPO}/model.ckpt").code == "unsafe-weights"
    assert refused(hub, tmp_path, f"{REPO}/a/x.gguf").code == "broken-weights"
    assert refused(hub, tmp_path, f"{REPO}/y.safetensors").code == "broken-weights"
    hub.faults.gated = True
    assert refused(hub, tmp_path, f"{REPO}/a/x.gguf").code == "gated-model"


def test_a_repository_of_pickles(hub: Hub, tmp_path: Path) -> None:
    whole(hub, "wan2.1-t2v-1.3b")
    files = {path: data for path, data in hub.repos[REPO].items() if not path.startswith("transformer/")}
    hub.repos[REPO] = files | {"transformer/diffusion_pytorch_model.bin": b"\x80"}
    assert refused(hub, tmp_path, REPO).code == "unsafe-weights"


def test_another_pipeline_and_other_sizes(hub: Hub, tmp_path: Path) -> None:
    whole(hub, "wan2.1-t2v-1.3b")
    index = json.loads(hub.repos[REPO]["model_index.json"])
    hub.repos[REPO]["model_index.json"] = json.dumps(index | {"_class_name": "CogVideoXPipeline"}).encode()
    assert refused(hub, tmp_path, REPO).code == "other-family"
    hub.repos[REPO]["model_index.json"] = json.dumps(index).encode()
    for path in [path for path in hub.repos[REPO] if "-of-00002.s" in path]:
        hub.repos[REPO][path] = safetensors(b"12345678")
    assert refused(hub, tmp_path, REPO).code == "unknown-weights"


def test_the_line_may_break(hub: Hub, tmp_path: Path) -> None:
    whole(hub, "wan2.1-t2v-1.3b")
    hub.faults.api_statuses = [503]
    hub.faults.statuses = [500]
    assert replace(ask(hub, tmp_path, REPO), id="").base == "wan2.1-t2v-1.3b"
