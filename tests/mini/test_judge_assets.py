"""The judges' models are the ones that were checked, and can be made again."""

from __future__ import annotations

import hashlib
import io
import struct
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from oelala.mini.judge_assets.__main__ import main
from oelala.mini.judge_assets.onnx_model import OnnxGraph
from oelala.mini.judge_assets.packages import MEDIAPIPE, PACKAGES, PackageFault, fetch, read_member
from oelala.mini.judge_assets.shared_library import exported_tables
from oelala.mini.judge_assets.shipped import SHIPPED, build, fault_of
from oelala.settings import ASSETS, PROJECT

DOWNLOADS = PROJECT / ".work" / "packages"


def test_what_is_shipped_is_what_was_checked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify"]) == 0
    assert capsys.readouterr().out.count("is right") == len(SHIPPED)


def test_a_changed_or_missing_file_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for shipped in SHIPPED[1:]:
        target = tmp_path / shipped.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((ASSETS / shipped.path).read_bytes())
    changed = tmp_path / SHIPPED[2].path
    changed.write_bytes(changed.read_bytes()[:-1] + b"?")
    wanted = [index not in (0, 2) for index in range(len(SHIPPED))]
    assert main(["verify", "--assets", str(tmp_path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{SHIPPED[0].path} is not there"
    assert lines[2].endswith(f"not {SHIPPED[2].sha256}")
    assert [line.endswith("is right") for line in lines] == wanted


def test_a_licence_may_have_the_line_ends_of_another_system() -> None:
    licence = next(shipped for shipped in SHIPPED if shipped.path.endswith("LICENSE-yunet.txt"))
    text = (ASSETS / licence.path).read_bytes().replace(b"\r\n", b"\n")
    assert fault_of(licence, text.replace(b"\n", b"\r\n")) is None
    assert fault_of(licence, text + b"but") is not None


def test_every_model_says_where_it_comes_from_beside_it() -> None:
    for shipped in SHIPPED:
        folder = (ASSETS / shipped.path).parent
        about = (folder / "README.md").read_text(encoding="utf-8")
        assert shipped.package.sha256 in about
        if not shipped.path.endswith(".txt"):
            assert shipped.sha256 in about
            assert Path(shipped.path).name in about
    assert (ASSETS / "pose/LICENSE-mediapipe.txt").read_text(encoding="utf-8").count("Apache License") > 0


@pytest.mark.skipif(
    not all((DOWNLOADS / package.file).exists() for package in PACKAGES),
    reason="the packages are not here: python -m oelala.mini.judge_assets build fetches them",
)
@pytest.mark.parametrize("shipped", SHIPPED, ids=lambda shipped: Path(shipped.path).name)
def test_the_packages_give_the_same_bytes(shipped: object) -> None:
    wanted = next(one for one in SHIPPED if one is shipped)
    assert fault_of(wanted, build(wanted, DOWNLOADS)) is None


def test_a_package_that_is_another_is_refused(tmp_path: Path) -> None:
    (tmp_path / MEDIAPIPE.file).write_bytes(b"not that wheel")
    with pytest.raises(PackageFault, match="not the file that was checked"):
        fetch(MEDIAPIPE, tmp_path)
    known = replace(MEDIAPIPE, sha256=hashlib.sha256(b"not that wheel").hexdigest())
    assert fetch(known, tmp_path) == tmp_path / MEDIAPIPE.file


def test_members_are_read_from_wheels_and_npm_packages(tmp_path: Path) -> None:
    wheel, npm = tmp_path / "a.whl", tmp_path / "a.tgz"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("a/b.bin", b"wheel")
    with tarfile.open(npm, "w:gz") as tar:
        member = tarfile.TarInfo("package/b.bin")
        member.size = 3
        tar.addfile(member, io.BytesIO(b"npm"))
    assert read_member(wheel, "a/b.bin") == b"wheel"
    assert read_member(npm, "package/b.bin") == b"npm"
    for package in (wheel, npm):
        with pytest.raises(PackageFault, match=r"c\.bin"):
            read_member(package, "c.bin")


def test_opencv_computes_what_was_written() -> None:
    graph = OnnxGraph("test")
    weight = graph.operation(
        "DequantizeLinear",
        [
            graph.constant("bytes", np.array([[10], [20]], np.uint8)[:, :, None, None]),
            graph.constant("scale", np.array([0.5, 0.25], np.float32)),
            graph.constant("zero", np.array([8, 8], np.uint8)),
        ],
        "weight",
        axis=0,
    )
    bias = graph.constant("bias", np.array([1, -100], np.float32))
    flow = graph.operation("Conv", ["x", weight, bias], "sum", kernel_shape=(1, 1))
    graph.operation("Relu", [flow], "y")
    data = graph.model({"x": ("n", 1, 2, 2)}, {"y": ("n", 2, 2, 2)}, "two channels from one")
    net = cv2.dnn.readNetFromONNX(np.frombuffer(data, np.uint8))
    net.setInput(np.array([[[[0, 1], [2, 40]]]], np.float32))
    # (10 - 8) * 0.5 = 1 and (20 - 8) * 0.25 = 3
    assert net.forward().tolist() == [[[[1, 2], [3, 41]], [[0, 0], [0, 20]]]]


def tiny_library(name: bytes, table: bytes) -> bytes:
    """An ELF file with nothing but one exported object: header, names, symbols, data, section table."""
    names = b"\0" + name + b"\0"
    names_at, symbols_at = 64, 64 + len(names)
    data_at = symbols_at + 48
    sections_at = data_at + len(table)
    address = 0x9000
    symbol = struct.pack("<IBBHQQ", 1, 0x11, 0, 3, address, len(table))
    header = b"\x7fELF\x02\x01\x01" + bytes(9)
    header += struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 0, sections_at, 0, 64, 0, 0, 64, 4, 0)
    section = struct.Struct("<IIQQQQIIQQ")
    sections = (
        bytes(64)
        + section.pack(0, 3, 0, names_at, names_at, len(names), 0, 0, 1, 0)
        + section.pack(0, 11, 0, symbols_at, symbols_at, 48, 1, 1, 8, 24)
        + section.pack(0, 1, 0, address, data_at, len(table), 0, 0, 1, 0)
    )
    return header + names + bytes(24) + symbol + table + sections


def test_tables_are_found_by_name_in_a_library() -> None:
    library = tiny_library(b"layer_weight", struct.pack("<3f", 1, 2, 3))
    assert exported_tables(library) == {"layer_weight": struct.pack("<3f", 1, 2, 3)}
    with pytest.raises(ValueError, match="not a 64-bit"):
        exported_tables(b"MZ something else")


@pytest.mark.parametrize(
    ("file", "names"),
    [
        ("pose_landmarker_full.task", ["pose_detector.tflite", "pose_landmarks_detector.tflite"]),
        ("hand_landmarker.task", ["hand_detector.tflite", "hand_landmarks_detector.tflite"]),
    ],
)
def test_the_bundles_are_stored_and_aligned(file: str, names: list[str]) -> None:
    data = (ASSETS / "pose" / file).read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as bundle:
        members = bundle.infolist()
    assert [member.filename for member in members] == names
    for member in members:
        name, extra = struct.unpack_from("<HH", data, member.header_offset + 26)
        start = member.header_offset + 30 + name + extra
        assert member.compress_type == zipfile.ZIP_STORED
        assert start % 16 == 0
        assert data[start + 4 : start + 8] == b"TFL3"
