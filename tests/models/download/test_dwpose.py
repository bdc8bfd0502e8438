"""DWPose's networks come, are checked and go as models do; pip brings what they run with, all or nothing.

pip is the real one, into a folder of the test's, with wheels made here or from an address where nobody is.
"""

from __future__ import annotations

import sys
import threading
import zipfile
from pathlib import Path

import pytest

from oelala.errors import Cancelled, OelalaError
from oelala.media.packages import lacking
from oelala.media.poses.dwpose_parts import DET, FILES, PACKAGES, POSE
from oelala.models.catalog import DWPOSE, detector_statuses, find, wanted_packages
from oelala.models.download import download_model, remove_model, verify_model
from oelala.models.download.packages import pip_command, run_pip
from oelala.progress import CancelToken
from oelala.texts import LANGUAGES, explain
from tests.models.download.conftest import Client
from tests.models.download.hub import Hub

NETWORKS = {DET: b"yolox" * 9000, POSE: b"simcc" * 5000}
NOWHERE = "http://127.0.0.1:9/simple"


@pytest.fixture
def repository(hub: Hub) -> None:
    hub.repos[DWPOSE.repo] = {**NETWORKS, "README.md": b"# DWPose", "yolox_m.onnx": bytes(3000)}


def wheel(folder: Path, name: str, *, whole: bool = True) -> None:
    """A package of one module; not `whole`: pip cannot read it."""
    about, info = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", f"{name}-1.0.dist-info"
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as file:
        file.writestr(f"{name}.py", "HERE = True\n")
        if whole:
            file.writestr(f"{info}/METADATA", about)
            file.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            file.writestr(f"{info}/RECORD", f"{name}.py,,\n{info}/RECORD,,\n")


def command(folder: Path, *requirements: str) -> list[str]:
    """Into `folder`/here, from the wheels of `folder`."""
    where = ["--target", str(folder / "here"), "--no-index", "--find-links", str(folder)]
    return pip_command([*where, *requirements])


@pytest.mark.usefixtures("repository")
def test_the_networks_come_after_a_break_are_checked_and_go(hub: Hub, client: Client) -> None:
    hub.faults.cuts = [0.4]
    done = download_model(client.request(find("dwpose")))
    size = sum(map(len, NETWORKS.values()))
    assert (done.fetched, client.reports[-1]) == (size, (size, size))
    assert {place.name: place.read_bytes() for place in done.folder.iterdir()} == NETWORKS
    found = verify_model(DWPOSE, client.settings, lambda *_: None, CancelToken())
    assert (found.sound, found.files, found.bytes, found.unknown) == (True, 2, size, ())
    (done.folder / POSE).resolve().write_bytes(NETWORKS[POSE][:-1] + b"!")
    assert verify_model(DWPOSE, client.settings, lambda *_: None, CancelToken()).damaged == (POSE,)
    assert download_model(client.request(DWPOSE)).fetched == len(NETWORKS[POSE])
    assert remove_model(DWPOSE, client.settings).freed >= size
    assert not client.cache(DWPOSE).exists()


@pytest.mark.usefixtures("repository")
def test_it_is_here_with_its_packages_only(client: Client) -> None:
    (before,) = detector_statuses(client.settings)
    assert (before.missing_bytes, before.bytes) == (351_145_849, 351_145_849)
    download_model(client.request(DWPOSE))
    (after,) = detector_statuses(client.settings)
    assert after.missing_bytes == 0
    assert after.on_disk is not bool(lacking(PACKAGES))
    assert after.packages == wanted_packages(DWPOSE)


def test_pip_is_asked_once_for_pinned_wheels_and_nothing_else() -> None:
    asked = pip_command(list(PACKAGES.values()))
    assert asked[:5] == [sys.executable, "-I", "-m", "pip", "install"]
    assert {"--no-deps", "--only-binary=:all:"} < set(asked)
    assert asked[-2:] == ["onnxruntime==1.32.0", "rtmlib==0.0.16"]
    assert tuple(part.files[0] for part in DWPOSE.components.values()) == FILES


def test_packages_come_into_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("oelala_one", "oelala_two"):
        wheel(tmp_path, name)
    wanted = {"oelala_one": "oelala_one==1.0", "oelala_two": "oelala_two==1.0"}
    (tmp_path / "here").mkdir()
    monkeypatch.syspath_prepend(tmp_path / "here")
    assert lacking(wanted) == ("oelala_one", "oelala_two")
    run_pip(command(tmp_path, *wanted.values()), tuple(wanted), CancelToken())
    assert lacking(wanted) == ()
    (tmp_path / "here" / "oelala_two-1.0.dist-info" / "RECORD").unlink()  # as a pip that was killed leaves it
    assert lacking(wanted) == ("oelala_two",)


def test_a_package_that_cannot_be_had_leaves_nothing(tmp_path: Path) -> None:
    wheel(tmp_path, "oelala_one")
    wheel(tmp_path, "oelala_two", whole=False)
    with pytest.raises(OelalaError) as caught:
        run_pip(command(tmp_path, "oelala_one==1.0", "oelala_two==1.0"), ["one", "two"], CancelToken())
    assert (caught.value.code, caught.value.values["packages"]) == ("packages-failed", "one, two")
    assert "oelala-two" in caught.value.values["reason"]
    assert not (tmp_path / "here").exists()


def test_without_internet_pip_says_so_in_words(tmp_path: Path) -> None:
    offline = ["--target", str(tmp_path / "here"), "--retries", "1", "--index-url", NOWHERE, "rtmlib==0.0.16"]
    with pytest.raises(OelalaError) as caught:
        run_pip(pip_command(offline), ["rtmlib==0.0.16"], CancelToken())
    assert caught.value.code == "packages-offline"
    for language in LANGUAGES:
        assert "rtmlib==0.0.16" in explain(caught.value.code, caught.value.values, language)[0]
    assert not (tmp_path / "here").exists()


def test_pip_can_be_cancelled(tmp_path: Path) -> None:
    cancel = CancelToken()
    threading.Timer(0.3, cancel.cancel).start()
    with pytest.raises(Cancelled):
        run_pip([sys.executable, "-c", "import time; time.sleep(60)"], ["rtmlib"], cancel)
