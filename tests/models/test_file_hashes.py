"""Hashes are right, remembered, and never trusted after a change."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from oelala.models.file_hashes import FileHashes


def test_remembered_across_processes_and_renewed_after_a_change(tmp_path: Path) -> None:
    file, store = tmp_path / "model.safetensors", tmp_path / "private" / "hashes.json"
    file.write_bytes(b"one")
    one = FileHashes(store).of(file)
    assert one == hashlib.sha256(b"one").hexdigest()
    state = file.stat()
    file.write_bytes(b"two")
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert FileHashes(store).of(file) == one, "same size and time: not read again"
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns + 1))
    assert FileHashes(store).of(file) == hashlib.sha256(b"two").hexdigest()


def test_a_blob_of_the_hub_is_named_by_its_hash(tmp_path: Path) -> None:
    name = "a" * 64
    blob = tmp_path / "blobs" / name
    blob.parent.mkdir()
    blob.write_bytes(b"never read")
    link = tmp_path / "model.safetensors"
    link.symlink_to(blob)
    assert FileHashes(tmp_path / "hashes.json").of(link) == name


@pytest.mark.parametrize("text", ["", "[]", "{", '{"x": [1]}', '{"x": [1, 2, "short"]}'])
def test_a_spoilt_store_costs_only_time(tmp_path: Path, text: str) -> None:
    store, file = tmp_path / "hashes.json", tmp_path / "file"
    store.write_text(text)
    file.write_bytes(b"x")
    assert FileHashes(store).of(file) == hashlib.sha256(b"x").hexdigest()


def test_a_store_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where a folder should be")
    file = tmp_path / "file"
    file.write_bytes(b"x")
    assert len(FileHashes(tmp_path / "taken" / "hashes.json").of(file)) == 64


def test_many_are_read_side_by_side_and_remembered(tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.safetensors" for number in range(9)]
    for number, file in enumerate(files):
        file.write_bytes(b"x" * number)
    link = tmp_path / "link"
    link.symlink_to(files[0])
    store = tmp_path / "hashes.json"
    found = FileHashes(store).of_all([*files, link])
    assert found == {f: hashlib.sha256(f.read_bytes()).hexdigest() for f in [*files, link]}
    store_text = store.read_text(encoding="utf-8")
    assert FileHashes(store).of_all(files) == {file: found[file] for file in files}
    assert store.read_text(encoding="utf-8") == store_text
    with pytest.raises(FileNotFoundError):
        FileHashes(store).of_all([tmp_path / "nobody"])
