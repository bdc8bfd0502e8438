"""A checkout with the real launcher and installer, tiny packages, a real environment, real pip, no network.

Its requirements.txt names no torch, so the installer has no torch step.
"""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

APP = """import sys, os, greeting
print("app", greeting.WORD, os.getcwd(), sys.argv[1:])
sys.exit(7)
"""
SUB_COMMANDS = """import sys, greeting
print("command", greeting.WORD, sys.argv[1:])
"""
PYPROJECT = """[project.optional-dependencies]
test = ["pytest~=9.0"]
"""


def write_wheel(folder: Path, name: str, version: str, module: str, code: str) -> None:
    """A wheel with one module, as pip wants it."""
    info = f"{name}-{version}.dist-info"
    files = {
        module: code,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": f"[console_scripts]\n{name}-script = greeting:script\n",
    }
    record = ""
    for path, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content.encode()).digest()).rstrip(b"=").decode()
        record += f"{path},sha256={digest},{len(content.encode())}\n"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        for path, content in files.items():
            wheel.writestr(path, content)
        wheel.writestr(f"{info}/RECORD", record + f"{info}/RECORD,,\n")


def write_pip(folder: Path) -> None:
    """The pip that is here, as a wheel: if it is newer than what Python brings along, a first start takes it,
    as everywhere, and no later one looks for one."""
    try:
        pip = distribution("pip")
    except PackageNotFoundError:
        return
    info = f"pip-{pip.version}.dist-info"
    own = {f"{info}/{name}" for name in ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")}
    record = ""
    with zipfile.ZipFile(folder / f"pip-{pip.version}-py3-none-any.whl", "w") as wheel:
        for file in pip.files or ():
            if file.hash and ".." not in file.parts and file.as_posix() not in own:
                wheel.write(str(file.locate()), file.as_posix())
                record += f"{file.as_posix()},{file.hash.mode}={file.hash.value},{file.size}\n"
        wheel.writestr(f"{info}/RECORD", record + f"{info}/RECORD,,\n")


def greeting(word: str) -> str:
    return f"WORD = {word!r}\n\ndef script():\n    print(WORD)\n"


@dataclass
class FakeProject:
    """A checkout with the real launcher and installer, and nothing else that is real."""

    folder: Path
    wheels: Path

    @property
    def venv(self) -> Path:
        return self.folder / ".venv"

    @property
    def packages(self) -> Path:
        return next(self.venv.glob("lib/python3*/site-packages"))

    def environment(self, **more: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "LC_"))}
        pip = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": self.wheels.as_uri()}
        pip |= {"PIP_NO_COMPILE": "1"}  # what is imported is compiled then
        return {**kept, **pip, "OELALA_PYTHON": sys.executable, "LANG": "en_GB.UTF-8", **more}

    def start(self, *arguments: str, cwd: Path = Path("/"), **more: str) -> subprocess.CompletedProcess[str]:
        command = [str(self.folder / "launch.sh"), *arguments]
        return subprocess.run(
            command, cwd=cwd, env=self.environment(**more), capture_output=True, text=True, timeout=120
        )

    def spawn(self, *arguments: str, **more: str) -> subprocess.Popen[str]:
        """Starts in a process group of its own, so that all of it can be killed."""
        return subprocess.Popen(
            [str(self.folder / "launch.sh"), *arguments],
            env=self.environment(**more),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def require(self, *lines: str) -> None:
        (self.folder / "requirements.txt").write_text("# the least\n" + "\n".join(lines) + "\n")
