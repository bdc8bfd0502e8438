"""`models` and DWPose: listed, fetched with what it runs with, checked and removed.

Stand-ins are on the path where the packages are to be here; pip itself never reaches an index from here.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from oelala.media.packages import lacking
from oelala.media.poses.available import obstacle
from oelala.media.poses.dwpose_parts import FILES, PACKAGES, REPO
from oelala.terminal.main import main
from tests.models.download.hub import Hub, running_hub

Ask = Callable[..., tuple[int, Any, str]]
NETWORKS = {name: name.encode() * 500 for name in FILES}


@pytest.fixture
def hub() -> Iterator[Hub]:
    with running_hub() as running:
        running.repos[REPO] = dict(NETWORKS)
        yield running


@pytest.fixture
def ask(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """`models … --json`: the exit code, what was printed and what was told."""
    (tmp_path / "no-wheels").mkdir()
    for name, value in {
        **{"HF_ENDPOINT": hub.address, "HF_TOKEN_PATH": str(tmp_path / "token")},
        **{"OELALA_MODELS": str(tmp_path / "hub"), "OELALA_WORKSPACE": str(tmp_path / "workspace")},
        **{"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path / "no-wheels"), "PIP_CONFIG_FILE": os.devnull},
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("HF_TOKEN", raising=False)

    def run(*arguments: str) -> tuple[int, Any, str]:
        capsys.readouterr()
        code = main(["models", *arguments, "--json"])
        printed = capsys.readouterr()
        return code, json.loads(printed.out), printed.err

    return run


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For the worker, too."""
    for module in PACKAGES:
        (tmp_path / "packages" / module).mkdir(parents=True)
        (tmp_path / "packages" / module / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path / "packages")


def row_of(ask: Ask) -> dict[str, Any]:
    (row,) = [row for row in ask("list")[1] if row["id"] == "dwpose"]
    return dict(row)


@pytest.mark.usefixtures("packages")
def test_it_comes_is_checked_and_goes(ask: Ask, tmp_path: Path) -> None:
    row = row_of(ask)
    assert (row["on_disk"], row["bytes"], row["packages"]) == (False, 351_145_849, [])
    assert (row["fits"], row["tasks"], row["sources"], row["added"]) == ("yes", [], [REPO], False)
    code, done, told = ask("download", "dwpose")
    assert (code, done["bytes"]) == (0, sum(map(len, NETWORKS.values())))
    assert "DWPose: 351 MB from yzd-v/DWPose (licence Apache-2.0)." in told
    assert {name: (Path(done["folder"]) / name).read_bytes() for name in FILES} == NETWORKS
    assert row_of(ask)["on_disk"] is True
    assert obstacle("dwpose", tmp_path / "hub") is None
    assert ask("verify", "dwpose")[1]["sound"] is True
    assert ask("remove", "dwpose")[1]["freed"] >= sum(map(len, NETWORKS.values()))
    assert row_of(ask)["on_disk"] is False


@pytest.mark.skipif(not lacking(PACKAGES), reason="the packages are in this environment")
def test_where_pip_cannot_bring_the_packages_nothing_comes(ask: Ask, hub: Hub, tmp_path: Path) -> None:
    wanted = row_of(ask)["packages"]
    code, failed, told = ask("download", "dwpose")
    assert (code, failed["state"], failed["code"]) == (1, "failed", "packages-failed")
    assert all(name in told for name in ("pip", *wanted))
    assert failed["message"].startswith(f"pip could not install {', '.join(wanted)}: ERROR: ")
    assert not hub.asked_for("onnx")
    assert not (tmp_path / "hub" / "models--yzd-v--DWPose").exists()
    assert lacking(PACKAGES)


@pytest.mark.usefixtures("packages")
def test_the_doctor_knows_it(ask: Ask, capsys: pytest.CaptureFixture[str]) -> None:
    for here, before in ((False, "list"), (True, "download")):
        ask(before, *(["dwpose"] if before == "download" else []))
        assert main(["doctor", "--json"]) in (0, 1)
        assert json.loads(capsys.readouterr().out)["detectors"] == [{"id": "dwpose", "on_disk": here}]
