"""A part that another repository has in fewer bytes comes from there, and leaves that one's model whole."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from oelala.errors import Cancelled, ModelMissing
from oelala.models.catalog import Row, installation, locate
from oelala.models.download import download_model, remove_model, verify_model
from tests.models.download.conftest import GUEST, HOST, Client
from tests.models.download.hub import COMMIT, Hub

PART = "text_encoder/model.safetensors"


def folder_of(client: Client, row: Row) -> Path:
    return client.cache(row) / "snapshots" / COMMIT


def fetched(hub: Hub, row: Row) -> set[str]:
    return {request.path.split("/", 5)[5].split("/")[0] for request in hub.asked_for(f"{row.repo}/resolve/")}


def files_below(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


def test_a_model_from_two_repositories(hub: Hub, client: Client) -> None:
    download_model(client.request(GUEST))
    assert fetched(hub, HOST) == {"text_encoder"}
    assert fetched(hub, GUEST) == {"tokenizer", "vae", "scheduler", "transformer", "model_index.json"}
    found = installation(GUEST, client.settings.models)
    assert found is not None
    assert found.missing == ()
    assert found.components["text_encoder"] == folder_of(client, HOST) / "text_encoder"
    assert installation(HOST, client.settings.models) is None, "a part is no model"
    assert verify_model(GUEST, client.settings, client.hear, client.cancel).sound


def test_removing_it_takes_its_part_along(client: Client) -> None:
    download_model(client.request(GUEST))
    remove_model(GUEST, client.settings)
    assert not client.cache(GUEST).exists()
    assert not client.cache(HOST).exists()


def test_removing_the_host_leaves_the_part_that_is_needed(client: Client) -> None:
    download_model(client.request(GUEST))
    download_model(client.request(HOST))
    removed = remove_model(HOST, client.settings)
    assert set(removed.kept) >= {"text_encoder"}
    assert removed.needed_by == (GUEST.title,)
    assert locate(GUEST, client.settings.models) is not None
    remove_model(GUEST, client.settings)
    assert files_below(client.cache(HOST)) == 0


def test_the_host_whole_keeps_its_part(hub: Hub, client: Client) -> None:
    download_model(client.request(HOST))
    hub.requests.clear()
    download_model(client.request(GUEST))
    assert fetched(hub, HOST) == set()
    remove_model(GUEST, client.settings)
    assert locate(HOST, client.settings.models) == folder_of(client, HOST)


def test_an_older_host_on_this_disk_is_not_moved_on(hub: Hub, client: Client) -> None:
    """Its name must go on standing for the commit whose files are here."""
    download_model(client.request(HOST))
    old = "d" * 40
    folder_of(client, HOST).rename(client.cache(HOST) / "snapshots" / old)
    (client.cache(HOST) / "refs" / "main").write_text(old)
    shutil.rmtree(client.cache(HOST) / "snapshots" / old / "text_encoder")
    hub.commits.add(old)
    download_model(client.request(GUEST))
    assert (client.cache(HOST) / "refs" / "main").read_text() == old
    assert locate(HOST, client.settings.models) == client.cache(HOST) / "snapshots" / old


@pytest.mark.parametrize("gone", [False, True])
def test_what_was_fetched_stays_at_its_commit_as_long_as_the_hub_has_it(
    hub: Hub, client: Client, gone: bool
) -> None:
    """A file that is damaged comes from the commit that the others are of, not from what is newest."""
    download_model(client.request(HOST))
    old = "d" * 40
    folder_of(client, HOST).rename(client.cache(HOST) / "snapshots" / old)
    (client.cache(HOST) / "refs" / "main").write_text(old)
    shutil.rmtree(client.cache(HOST) / "snapshots" / old / "vae")
    if not gone:
        hub.commits.add(old)
    done = download_model(client.request(HOST))
    commit = COMMIT if gone else old
    assert done.folder == client.cache(HOST) / "snapshots" / commit
    assert (client.cache(HOST) / "refs" / "main").read_text() == commit
    assert done.fetched == 0, "the contents are here as blobs"
    assert verify_model(HOST, client.settings, lambda now, total: None, client.cancel).sound


def test_a_pause_in_the_other_repository(hub: Hub, client: Client) -> None:
    hub.faults.rate = 300_000
    client.so_far, client.then = 50_000, client.cancel.cancel
    with pytest.raises(Cancelled):
        download_model(client.request(GUEST))
    assert list(client.cache(HOST).glob("blobs/*.incomplete"))
    assert installation(GUEST, client.settings.models) is None
    assert remove_model(GUEST, client.settings).freed > 30_000
    assert not client.cache(HOST).exists()
    with pytest.raises(ModelMissing):
        remove_model(GUEST, client.settings)


def test_a_paused_host_is_left_alone(hub: Hub, client: Client) -> None:
    hub.faults.cuts = [1.0, 0.5, *[0.0] * 10]
    with pytest.raises(Exception, match="broke off"):
        download_model(client.request(HOST))
    before = files_below(client.cache(HOST))
    hub.faults.cuts = []
    with pytest.raises(ModelMissing):
        remove_model(GUEST, client.settings)
    assert files_below(client.cache(HOST)) == before
    assert not (folder_of(client, HOST) / PART).exists()
