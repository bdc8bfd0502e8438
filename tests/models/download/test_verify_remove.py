"""Damage is found and named; removing frees what nobody else needs, and nothing more."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from oelala.errors import Cancelled, ModelMissing, OelalaError
from oelala.models.catalog import Row, find, installation, locate
from oelala.models.download import Removed, Verification, download_model, verify_model
from oelala.models.download import remove_model as really_remove
from oelala.settings import Settings
from tests.models.download.conftest import LARGE, SMALL, Client
from tests.models.download.hub import COMMIT, Hub
from tests.models.download.test_download import NEEDED, SHARD, check_whole


def verify(client: Client, row: Row = SMALL) -> Verification:
    return verify_model(row, client.settings, client.hear, client.cancel)


def remove_model(row: Row, settings: Settings) -> Removed:
    """As the studio does it, after a rehearsal that has to foretell it and to touch nothing."""
    before = sorted(settings.models.rglob("*"))
    told = really_remove(row, settings, rehearse=True)
    assert sorted(settings.models.rglob("*")) == before
    removed = really_remove(row, settings)
    assert (told.kept, told.needed_by) == (removed.kept, removed.needed_by)
    assert 0 <= removed.freed - told.freed <= 100, "a reference is a few bytes"
    return removed


def disk_usage(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file() and not file.is_symlink())


def test_a_sound_model(client: Client) -> None:
    download_model(client.request())
    client.reports.clear()
    found = verify(client)
    assert found.sound
    assert (found.files, found.damaged, found.missing, found.unknown) == (len(NEEDED), (), (), ())
    assert client.reports[-1] == (found.bytes, found.bytes)


@pytest.mark.parametrize("name", [SHARD, "vae/config.json", "model_index.json"])
def test_one_wrong_bit_is_found_and_mended(hub: Hub, client: Client, name: str) -> None:
    folder = download_model(client.request()).folder
    blob = (folder / name).resolve()
    data = bytearray(blob.read_bytes())
    data[len(data) // 2] ^= 1
    blob.write_bytes(data)
    assert verify(client).damaged == (name,)
    assert locate(SMALL, client.settings.models) is None
    hub.requests.clear()
    assert download_model(client.request()).fetched == len(data)
    assert [request.path.split("?")[0] for request in hub.asked_for("/resolve/")] == [
        f"/{SMALL.repo}/resolve/{COMMIT}/{name}"
    ]
    check_whole(client, hub)


def test_a_file_that_was_cut_off_is_damaged_and_mended(hub: Hub, client: Client) -> None:
    """Another file of the same part is judged once this one is here again."""
    folder = download_model(client.request()).folder
    blob = (folder / SHARD).resolve()
    whole = blob.read_bytes()
    blob.write_bytes(whole[: len(whole) // 2])
    found = verify(client)
    assert (found.damaged, found.missing) == ((SHARD,), ())
    assert not blob.exists()
    assert download_model(client.request()).fetched == len(whole)
    check_whole(client, hub)


def test_an_index_that_cannot_be_read_is_damaged_and_mended(hub: Hub, client: Client) -> None:
    index = "transformer/diffusion_pytorch_model.safetensors.index.json"
    blob = (download_model(client.request()).folder / index).resolve()
    blob.write_bytes(b"?" * blob.stat().st_size)
    assert verify(client).damaged == (index,)
    download_model(client.request())
    check_whole(client, hub)


def test_a_file_that_cannot_be_read_is_named(client: Client) -> None:
    folder = download_model(client.request()).folder
    blob = (folder / "vae" / "config.json").resolve()
    blob.unlink()
    blob.mkdir()
    with pytest.raises(OelalaError) as fault:
        verify(client)
    assert (fault.value.code, fault.value.values["name"]) == ("unreadable-file", "config.json")


def test_missing_files_are_named(client: Client) -> None:
    folder = download_model(client.request()).folder
    (folder / SHARD).resolve().unlink()
    found = verify(client)
    assert found.missing == (SHARD,)
    assert not found.sound
    with pytest.raises(ModelMissing):
        verify(client, LARGE)


def test_a_folder_of_the_user_s_own_is_only_looked_at(client: Client) -> None:
    folder = download_model(client.request()).folder
    own = client.settings.models / SMALL.repo
    shutil.copytree(folder, own)
    shutil.rmtree(client.cache())
    found = verify(client)
    assert found.sound
    assert set(found.unknown) == NEEDED
    (own / SHARD).write_bytes((own / SHARD).read_bytes()[:-1])
    assert verify(client).damaged == (SHARD,)
    assert (own / SHARD).exists()
    with pytest.raises(OelalaError) as fault:
        remove_model(SMALL, client.settings)
    assert fault.value.code == "own-folder"
    assert (own / SHARD).exists()


def test_hard_links_where_symbolic_ones_are_impossible(client: Client) -> None:
    folder = download_model(client.request()).folder
    for link in [path for path in folder.rglob("*") if path.is_symlink()]:
        blob = link.resolve()
        link.unlink()
        link.hardlink_to(blob)
    assert verify(client).unknown == ()
    assert remove_model(SMALL, client.settings).freed > 0
    assert not client.cache().exists()


def test_verifying_can_be_cancelled(client: Client) -> None:
    download_model(client.request())
    client.cancel.cancel()
    with pytest.raises(Cancelled):
        verify(client)


def test_removing_frees_all_of_it(client: Client) -> None:
    download_model(client.request())
    size = disk_usage(client.cache() / "blobs")
    removed = remove_model(SMALL, client.settings)
    assert removed.kept == ()
    assert size <= removed.freed <= size + 100  # the reference as well
    assert not client.cache().exists()
    with pytest.raises(ModelMissing):
        remove_model(SMALL, client.settings)


def test_what_another_model_shares_stays(hub: Hub, client: Client) -> None:
    download_model(client.request(SMALL))
    download_model(client.request(LARGE))
    removed = remove_model(SMALL, client.settings)
    assert set(removed.kept) == {"tokenizer", "text_encoder", "vae"}
    assert removed.needed_by == (LARGE.title,)
    assert removed.freed > 400_000
    assert installation(SMALL, client.settings.models) is None, "not broken: gone"
    assert locate(LARGE, client.settings.models) is not None
    assert verify(client, LARGE).sound
    # and back again: only what went is fetched
    hub.requests.clear()
    download_model(client.request(SMALL))
    assert {request.path.split("/")[5] for request in hub.asked_for("/resolve/")} == {
        "transformer",
        "scheduler",
        "model_index.json",
    }


def test_the_last_one_takes_what_was_kept_for_it_along(client: Client) -> None:
    download_model(client.request(SMALL))
    download_model(client.request(LARGE))
    size = disk_usage(client.settings.models)
    first, second = remove_model(SMALL, client.settings), remove_model(LARGE, client.settings)
    assert disk_usage(client.settings.models) == 0
    assert first.freed + second.freed == size


def test_what_the_other_model_brought_stays_while_it_is_whole(client: Client) -> None:
    download_model(client.request(SMALL))
    download_model(client.request(LARGE))
    remove_model(LARGE, client.settings)
    assert verify(client, SMALL).sound


def test_unfinished_downloads_go_as_well(hub: Hub, client: Client) -> None:
    hub.faults.cuts = [1.0, 0.5, *[0.0] * 10]
    with pytest.raises(OelalaError):
        download_model(client.request())
    assert remove_model(SMALL, client.settings).freed > 90_000
    assert not client.cache().exists()


def test_a_download_under_way_is_left_alone(hub: Hub, client: Client) -> None:
    hub.faults.cuts = [1.0, 0.5, *[0.0] * 10]
    with pytest.raises(OelalaError):
        download_model(client.request())
    (partial,) = client.cache().glob("blobs/*.incomplete")
    lock = client.settings.models / ".locks" / client.cache().name / f"{partial.name[:64]}.lock"
    with FileLock(lock), pytest.raises(OelalaError) as fault:
        remove_model(SMALL, client.settings)
    assert fault.value.code == "download-running"
    assert partial.exists()


def test_another_revision_keeps_its_files(client: Client) -> None:
    folder = download_model(client.request()).folder
    other = folder.with_name("d" * 40)
    shutil.copytree(folder, other, symlinks=True)
    (other / SHARD).unlink()
    remove_model(SMALL, client.settings)
    assert not folder.exists()
    assert all(path.exists() for path in other.rglob("*"))
    assert list(client.cache().glob("refs/*")) == []


def test_the_embedded_model_stays(client: Client) -> None:
    mini = find("oelala-mini")
    with pytest.raises(OelalaError) as fault:
        remove_model(replace(mini, folder=client.settings.models), client.settings)
    assert fault.value.code == "embedded-stays"
