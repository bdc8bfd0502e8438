"""Finding models in the cache's layout and in plain folders, and knowing half ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from oelala.models.catalog import ROWS, Row, find, installation, locate
from oelala.models.catalog.installed import missing_bytes
from oelala.models.safetensors_header import check_file
from tests.models.folders import COMMIT, write_cached, write_layout, write_safetensors

SMALL, LARGE = find("wan2.1-t2v-1.3b"), find("wan2.1-t2v-14b")


def test_a_cached_snapshot(tmp_path: Path) -> None:
    assert locate(SMALL, tmp_path) is None
    snapshot = write_cached(tmp_path, SMALL)
    assert locate(SMALL, tmp_path) == snapshot
    assert locate(replace(SMALL, revision=COMMIT), tmp_path) == snapshot
    assert locate(replace(SMALL, revision="v2"), tmp_path) is None
    assert missing_bytes(SMALL, tmp_path) == (0, True)


@pytest.mark.parametrize("place", [SMALL.repo, SMALL.id])
def test_a_plain_folder(tmp_path: Path, place: str) -> None:
    write_layout(tmp_path / place, SMALL)
    assert locate(SMALL, tmp_path) == tmp_path / place


def test_parts_that_are_files_of_another_repository(tmp_path: Path) -> None:
    """A LoRA on a whole model: two files beside others that it does not need."""
    row = find("naavi-avatar")
    base = write_cached(tmp_path, row, only=tuple(name for name in row.components if name != "lora"))
    assert locate(find("sdxl"), tmp_path) == base
    assert installation(row, tmp_path) is not None
    assert missing_bytes(row, tmp_path) == (186_016_500, True)
    lora = tmp_path / "models--tsi-org--naavi-avatar" / "snapshots" / COMMIT
    lora.mkdir(parents=True)
    (lora.parent.parent / "refs").mkdir()
    (lora.parent.parent / "refs" / "main").write_text(COMMIT)
    for name in row.components["lora"].files:
        assert locate(row, tmp_path) is None
        write_safetensors(lora / name)
    assert locate(row, tmp_path) == base


def test_at_most_so_much_is_missing(tmp_path: Path) -> None:
    size, exact = missing_bytes(find("sd1.5"), tmp_path)
    assert (4_260_000_000 < size < 4_330_000_000, exact) == (True, False)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_every_row_is_found_when_all_of_it_is_there(tmp_path: Path, row: Row) -> None:
    if row.folder is None and "lora" not in row.components:
        assert locate(row, tmp_path) is None
        snapshot = write_cached(tmp_path, row)
        assert locate(row, tmp_path) == snapshot


def test_a_shipped_model(tmp_path: Path) -> None:
    row: Row = replace(SMALL, folder=tmp_path / "shipped")
    assert installation(row, tmp_path) is None
    write_layout(tmp_path / "shipped", row)
    assert locate(row, tmp_path) == tmp_path / "shipped"


@pytest.mark.parametrize(
    "lost",
    [
        "transformer/model-00002-of-00002.safetensors",
        "transformer/config.json",
        "text_encoder/model.safetensors",
        "vae/config.json",
        "scheduler/scheduler_config.json",
        "tokenizer/spiece.model",
        "tokenizer/tokenizer_config.json",
    ],
)
def test_every_file_counts(tmp_path: Path, lost: str) -> None:
    snapshot = write_cached(tmp_path, SMALL)
    (snapshot / lost).unlink()
    assert locate(SMALL, tmp_path) is None
    found = installation(SMALL, tmp_path)
    assert found is not None
    assert len(found.missing) == 1
    assert found.missing[0].startswith(lost.split("/")[0])


def test_a_link_into_an_unfinished_download(tmp_path: Path) -> None:
    snapshot = write_cached(tmp_path, SMALL)
    weights = snapshot / "vae" / "model.safetensors"
    weights.unlink()
    weights.symlink_to(tmp_path / "blobs" / "nowhere")
    assert locate(SMALL, tmp_path) is None


def test_a_weight_file_that_was_cut_off_is_missing(tmp_path: Path) -> None:
    """So that a download brings it again, and the task is refused before it waits in the queue."""
    snapshot = write_cached(tmp_path, SMALL)
    weights = snapshot / "vae" / "model.safetensors"
    write_safetensors(weights, b"12345678")
    assert locate(SMALL, tmp_path) == snapshot
    whole = weights.read_bytes()
    for length in (len(whole) - 1, 30, 0):
        weights.write_bytes(whole[:length])
        found = installation(SMALL, tmp_path)
        assert found is not None
        assert found.missing == ("vae/model.safetensors",)
        assert missing_bytes(SMALL, tmp_path)[0] > 0
    weights.write_bytes(whole)
    assert locate(SMALL, tmp_path) == snapshot


def test_an_index_that_cannot_be_read(tmp_path: Path) -> None:
    snapshot = write_cached(tmp_path, SMALL)
    (snapshot / "transformer" / "model.safetensors.index.json").write_text("{")
    found = installation(SMALL, tmp_path)
    assert found is not None
    assert found.missing == ("transformer/model.safetensors.index.json",)


def test_the_whole_copy_wins_over_the_half_one(tmp_path: Path) -> None:
    (write_cached(tmp_path, SMALL) / "vae" / "config.json").unlink()
    write_layout(tmp_path / SMALL.repo, SMALL)
    assert locate(SMALL, tmp_path) == tmp_path / SMALL.repo


def test_parts_come_from_the_sibling_that_holds_the_same(tmp_path: Path) -> None:
    small = write_cached(tmp_path, SMALL)
    large = write_cached(tmp_path, LARGE, only=("transformer", "scheduler"))
    assert locate(LARGE, tmp_path) == large
    found = installation(LARGE, tmp_path)
    assert found is not None
    assert found.components["text_encoder"] == small / "text_encoder"
    assert found.components["transformer"] == large / "transformer"


@pytest.mark.parametrize("text", ["../../../etc", "main", "", "0123"])
def test_a_strange_reference_leads_nowhere(tmp_path: Path, text: str) -> None:
    snapshot = write_cached(tmp_path, SMALL)
    (snapshot.parent.parent / "refs" / "main").write_text(text)
    assert locate(SMALL, tmp_path) is None


def test_a_cut_off_file_is_noticed(tmp_path: Path) -> None:
    part = tmp_path / "vae"
    part.mkdir()
    file = part / "model.safetensors"
    write_safetensors(file, b"12345678")
    assert check_file(file).parameters == 8
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(ValueError, match=r"vae/model\.safetensors: "):
        check_file(file)
    file.write_bytes(b"<html>not found</html>")
    with pytest.raises(ValueError, match="no safetensors"):
        check_file(file)
    file.unlink()
    with pytest.raises(ValueError, match="No such file"):
        check_file(file)
