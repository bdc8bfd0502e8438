"""The public packages the judges come from: fetched by name and version, checked, read without installing."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

_PATIENCE = 900  # seconds for one download


@dataclass(frozen=True, slots=True)
class Package:
    """`file` is what the registry's client leaves behind; `target` the Python and platform of a wheel."""

    registry: Literal["pypi", "npm"]
    name: str
    version: str
    file: str
    sha256: str
    target: tuple[str, str] = ("", "")


MEDIAPIPE = Package(
    "pypi", "mediapipe", "0.10.14",
    "mediapipe-0.10.14-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "9b1e72d754cd9e1b4b88d80ec9ead2f1cbe8424b7f883d3bda53341b982a9f8b",
    ("3.12", "manylinux_2_17_x86_64"),
)  # fmt: skip
YUFACE = Package(
    "pypi", "yuface", "2023.5.1",
    "yuface-2023.5.1-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "fd03270a672da75b89809a2c999d5728ef19c6e701408a4d0bc9c00480c864a0",
    ("3.11", "manylinux_2_17_x86_64"),
)  # fmt: skip
FACE_API = Package(
    "npm", "@vladmandic/face-api", "1.7.15",
    "vladmandic-face-api-1.7.15.tgz",
    "0d77fffeef362ef9c0939cf6c567f3a2e8e177f114fa257a3270cbd2e509b031",
)  # fmt: skip
PACKAGES = (MEDIAPIPE, YUFACE, FACE_API)


class PackageFault(Exception):
    """A package that cannot be had, or is not the one that was checked."""


def fetch(package: Package, folder: Path) -> Path:
    """The package's file in `folder`, downloaded unless it is there. Raises PackageFault."""
    path = folder / package.file
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        command = _pip(package, folder) if package.registry == "pypi" else _npm(package, folder)
        try:
            subprocess.run(command, check=True, timeout=_PATIENCE, stdout=sys.stderr)
        except (OSError, subprocess.SubprocessError) as fault:
            raise PackageFault(f"{package.name} {package.version} cannot be fetched: {fault}") from fault
    if not path.exists():
        raise PackageFault(f"{package.name} {package.version} came under another name than {package.file}")
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != package.sha256:
        raise PackageFault(f"{path} is not the file that was checked: {found} ≠ {package.sha256}")
    return path


def read_member(package: Path, member: str) -> bytes:
    """One file of a wheel or an npm package. Raises PackageFault."""
    try:
        if package.suffix == ".whl":
            with zipfile.ZipFile(package) as wheel:
                return wheel.read(member)
        with tarfile.open(package) as tar:
            content = tar.extractfile(member)
            if content is None:
                raise KeyError(member)
            return content.read()
    except (KeyError, OSError, tarfile.TarError, zipfile.BadZipFile) as fault:
        raise PackageFault(f"{package.name} has no readable {member}: {fault}") from fault


def _pip(package: Package, folder: Path) -> list[str]:
    python, platform = package.target
    return [
        sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:",
        "--implementation", "cp", "--python-version", python, "--platform", platform,
        "--dest", str(folder), f"{package.name}=={package.version}",
    ]  # fmt: skip


def _npm(package: Package, folder: Path) -> list[str]:
    npm = shutil.which("npm")
    if npm is None:
        raise PackageFault(f"npm is needed to fetch {package.name}, and is not on this machine")
    return [npm, "pack", "--silent", "--pack-destination", str(folder), f"{package.name}@{package.version}"]
