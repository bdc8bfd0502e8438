"""What is said of a model that lies, half, in a folder of the user's own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from oelala.errors import OelalaError
from oelala.models.catalog import Row, add_row, find, missing_bytes, own_gap, own_place, status
from oelala.models.catalog.lookup import ROWS
from oelala.models.catalog.resolve import check_installed
from oelala.models.download import verify_model
from oelala.models.download.model import DownloadRequest, download_model
from oelala.models.recognise.folder import recognise_folder
from oelala.progress import CancelToken
from oelala.settings import Settings
from oelala.texts import LANGUAGES, explain
from oelala.ui.i18n import sayer
from oelala.ui.model_field import model_view, note
from tests.models.folders import write_cached
from tests.models.recognise.test_recognise import own_folder


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(workspace=tmp_path / "workspace", models=tmp_path / "hub")


@pytest.fixture
def row(settings: Settings, tmp_path: Path) -> Row:
    """Half deleted; its id is "my-own"."""
    folder = own_folder(tmp_path, "wan2.1-t2v-1.3b")
    found = replace(recognise_folder(folder), base="wan2.1-t2v-1.3b", title="My own")
    added = add_row(found, settings, ROWS)
    assert own_gap(added, settings.models) is None
    (folder / "vae" / "config.json").unlink()
    return added


def test_it_is_for_the_user_to_mend(settings: Settings, row: Row) -> None:
    for ask in (
        lambda: check_installed(row, settings.models),
        lambda: download_model(DownloadRequest(row, settings)),
    ):
        with pytest.raises(OelalaError) as fault:
            ask()
        assert (fault.value.code, fault.value.values["path"]) == ("own-incomplete", str(row.folder))
        assert fault.value.values["reason"] == "vae/config.json"
        for language in LANGUAGES:
            _, hint = explain(fault.value.code, fault.value.values, language)
            assert str(row.folder) in hint
            assert hint.endswith("./launch.sh models remove my-own")


def test_nothing_of_it_would_be_downloaded(settings: Settings, row: Row) -> None:
    assert missing_bytes(row, settings.models) == (0, True)
    told = status(row, settings)
    assert (told.on_disk, told.missing_bytes, told.sources, told.added) == (False, 0, (), True)
    assert model_view(told)["offered"] is False
    assert "put them back" in note(told, sayer("en"))
    assert "0 B" not in note(told, sayer("en"))


def test_without_its_index_it_still_is_the_users_own(settings: Settings, row: Row) -> None:
    assert row.folder is not None
    (row.folder / "model_index.json").unlink()
    with pytest.raises(OelalaError) as fault:
        verify_model(row, settings, lambda done, total: None, CancelToken())
    assert (fault.value.code, fault.value.values["reason"]) == ("own-incomplete", "model_index.json")


def test_a_file_that_is_gone_is_named(settings: Settings, tmp_path: Path) -> None:
    """Beside it there is a base whose parts a download does bring."""
    base = find("wan2.1-t2v-14b")
    part = replace(base.components["transformer"], path=tmp_path / "loras" / "wan.safetensors")
    parts = {**base.components, "transformer": part}
    added = add_row(replace(base, base=base.id, title="Mine", components=parts, added=True), settings, ROWS)
    gap = own_gap(added, settings.models)
    assert gap is not None
    assert (gap.values["path"], gap.values["reason"]) == (str(tmp_path / "loras"), "wan.safetensors")
    assert own_place(added) is None
    write_cached(settings.models, base)
    with pytest.raises(OelalaError, match="Put the missing files back"):
        download_model(DownloadRequest(added, settings))


def test_other_models_are_downloaded_as_ever(settings: Settings) -> None:
    for model in ("oelala-mini", "wan2.1-t2v-14b", "svd"):
        assert own_gap(find(model), settings.models) is None
        assert own_place(find(model)) is None
