"""What the doctor finds: facts of this machine, and the trouble with them."""

from __future__ import annotations

from dataclasses import replace
from importlib import metadata
from pathlib import Path

import pytest

from oelala.doctor import PACKAGES, Machine, Problem, _check_disk, _check_torch, _check_workspace
from oelala.models.nvidia import Gpu
from oelala.settings import Settings
from oelala.texts import LANGUAGES, explain

VERSIONS = {name: metadata.version(name) for name in PACKAGES}
PLAIN = Machine(gpus=(), ram_total=8 * 10**9, ram_free=10**9, disk_free=10**11, cpu_count=2)


def test_a_card_that_this_torch_cannot_use_is_told() -> None:
    """Whatever build of torch is installed here."""
    import torch

    cards = (Gpu("a card", 12 * 10**9, "550"),)
    found = _check_torch(VERSIONS, replace(PLAIN, unused_gpus=cards))
    assert found is not None
    assert found.code == ("cpu-torch" if torch.version.cuda is None else "old-driver")
    for language in LANGUAGES:
        message, hint = explain("old-driver", {"gpu": "a card", "driver": "470.1", "cuda": 13}, language)
        assert "470.1" in message
        assert "{" not in message + hint
    assert _check_torch(VERSIONS, replace(PLAIN, gpus=cards)) is None
    assert _check_torch(VERSIONS, PLAIN) is None


def test_missing_packages_are_named() -> None:
    lacking: dict[str, str | None] = {**VERSIONS, "peft": None, "gradio": None}
    assert _check_torch(lacking, PLAIN) == Problem("missing-packages", {"list": "gradio, peft"})


@pytest.mark.parametrize(("free", "code"), [(10**9, "low-disk"), (10**11, None)])
def test_a_disk_that_is_nearly_full(tmp_path: Path, free: int, code: str | None) -> None:
    found = _check_disk(replace(PLAIN, disk_free=free), Settings(workspace=tmp_path))
    assert (found and found.code) == code


def test_a_workspace_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert _check_workspace(Settings(workspace=tmp_path / "new")) is None
    found = _check_workspace(Settings(workspace=tmp_path / "file" / "new"))
    assert found is not None
    assert found.code == "not-writable"
