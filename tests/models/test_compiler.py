"""What torch compiles blocks with, told without compiling anything."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from shutil import which

import pytest

from oelala.models.compiler import can_compile, compiler_here
from oelala.models.machine import read_machine


@pytest.mark.parametrize(
    ("platform", "triton", "environ", "programs", "able"),
    [
        ("win32", False, {}, ["gcc"], False),
        ("win32", True, {}, [], True),
        ("linux", True, {}, [], False),
        ("linux", True, {}, ["gcc"], True),
        ("linux", True, {}, ["clang"], True),
        ("linux", True, {}, ["tcc"], False),
        ("linux", False, {}, ["gcc"], False),
        ("linux", True, {"CC": "tcc"}, ["tcc"], True),
        ("linux", True, {"CC": "icx"}, ["gcc"], False),
        ("linux", True, {"CC": ""}, ["gcc"], True),
    ],
)
def test_triton_and_its_compiler(
    tmp_path: Path, platform: str, triton: bool, environ: dict[str, str], programs: list[str], able: bool
) -> None:
    for name in programs:
        program = tmp_path / name
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    found = can_compile(platform, triton, environ, lambda name: which(name, path=str(tmp_path)))
    assert found is able


def test_this_computer(tmp_path: Path) -> None:
    own = can_compile(sys.platform, find_spec("triton") is not None, os.environ, which)
    assert compiler_here() is own
    assert read_machine(tmp_path).compiles is own
