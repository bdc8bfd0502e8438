"""LoRAs of few steps come, are checked and go as models do; two of them share a repository."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save

from oelala.errors import OelalaError
from oelala.models.catalog import all_speeds, find
from oelala.models.download import download_model, remove_model, verify_model
from oelala.progress import CancelToken
from tests.models.download.conftest import Client
from tests.models.download.hub import Hub

TEXT, PICTURE = find("lightx2v-wan2.2-t2v-a14b"), find("lightx2v-wan2.2-i2v-a14b")


@pytest.fixture
def repository(hub: Hub) -> dict[str, bytes]:
    """All files of both, and others of the same repository."""
    names = [part.files[0] for row in (TEXT, PICTURE) for part in row.components.values()]
    files = {
        name: save({"x": torch.full((20_000 + number,), float(number))}) for number, name in enumerate(names)
    }
    others = {"README.md": b"# LoRAs", "loras/old.safetensors": bytes(5000), "all.bin": bytes(3000)}
    hub.repos[TEXT.repo] = {**files, **others}
    return files


def names_here(client: Client) -> set[str]:
    return {place.name for place in client.cache(TEXT).glob("snapshots/*/*")}


def test_it_comes_file_by_file_with_progress_and_nothing_else(
    hub: Hub, client: Client, repository: dict[str, bytes]
) -> None:
    hub.faults.cuts = [0.4]
    own = {part.files[0] for part in TEXT.components.values()}
    done = download_model(client.request(TEXT))
    size = sum(len(repository[name]) for name in own)
    assert done.fetched == size
    assert client.reports[-1] == (size, size)
    assert names_here(client) == own
    assert all((done.folder / name).read_bytes() == repository[name] for name in own)
    here = {one.id: one.on_disk for one in all_speeds(client.settings)}
    assert here[TEXT.id] is True
    assert here[PICTURE.id] is False
    assert download_model(client.request(TEXT)).fetched == 0


def test_the_disk_is_looked_at_first(hub: Hub, client: Client, repository: dict[str, bytes]) -> None:
    hub.sizes[next(iter(repository))] = 10**16
    with pytest.raises(OelalaError) as caught:
        download_model(client.request(TEXT))
    assert caught.value.code == "no-room"
    assert caught.value.values["model"] == TEXT.title
    assert not names_here(client)


def test_one_goes_and_the_other_stays(client: Client, repository: dict[str, bytes]) -> None:
    for row in (TEXT, PICTURE):
        download_model(client.request(row))
    stays = {part.files[0] for part in PICTURE.components.values()}
    freed = remove_model(TEXT, client.settings).freed
    assert freed == sum(len(repository[part.files[0]]) for part in TEXT.components.values())
    assert names_here(client) == stays
    assert verify_model(PICTURE, client.settings, lambda *_: None, CancelToken()).sound
    remove_model(PICTURE, client.settings)
    assert not client.cache(TEXT).exists()


def test_a_damaged_file_is_found_and_fetched_anew(client: Client, repository: dict[str, bytes]) -> None:
    folder = download_model(client.request(TEXT)).folder
    name = TEXT.components["transformer_2"].files[0]
    _spoil(folder / name)
    found = verify_model(TEXT, client.settings, lambda *_: None, CancelToken())
    assert found.damaged == (name,)
    assert download_model(client.request(TEXT)).fetched == len(repository[name])
    assert (folder / name).read_bytes() == repository[name]


def _spoil(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.resolve().write_bytes(data)
