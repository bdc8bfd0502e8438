"""Whether the files of a model still are what they were: every byte read, every hash compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from oelala.errors import OelalaError
from oelala.models.catalog.installed import INDEX, Installation, installation
from oelala.models.catalog.own import own_gap
from oelala.models.catalog.resolve import missing_model
from oelala.models.catalog.row import Row
from oelala.models.catalog.weights import shards, weight_files
from oelala.models.download.hub import is_digest
from oelala.models.download.transfer import new_hash
from oelala.models.gguf_header import read_gguf
from oelala.models.safetensors_header import check_file
from oelala.progress import CancelToken
from oelala.settings import Settings

_READ = 4 * 1024 * 1024
_SMALL = ("*.json", "*.txt", "*.model")


@dataclass(frozen=True, slots=True)
class Verification:
    """Paths inside the model. `unknown`: no hash says what they should be; only their form was checked."""

    files: int
    bytes: int
    damaged: tuple[str, ...]
    missing: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def sound(self) -> bool:
        return not self.damaged and not self.missing


def verify_model(
    row: Row, settings: Settings, report: Callable[[int, int], None], cancel: CancelToken
) -> Verification:
    """Read all of the model. A damaged file of the hub's cache is removed, so that a download brings it anew.

    `report(done, total)` in bytes. Raises ModelMissing, OelalaError ("unreadable-file", "own-incomplete"),
    Cancelled.
    """
    found = installation(row, settings.models)
    if found is None:
        raise own_gap(row, settings.models) or missing_model(row, settings.models)
    try:
        return _verify(found, report, cancel)
    except OSError as fault:
        name, reason = Path(str(fault.filename)).name, fault.strerror or type(fault).__name__
        raise OelalaError("unreadable-file", name=name, reason=reason) from fault


def _verify(found: Installation, report: Callable[[int, int], None], cancel: CancelToken) -> Verification:
    files = dict(_files(found))
    total, done = sum(file.stat().st_size for file in files.values()), 0
    damaged: list[str] = []
    missing: list[str] = []
    unknown: list[str] = []
    for name in found.missing:
        file = found.folder / name
        if file.is_file():  # cut off, or an index that cannot be read
            damaged.append(name)
            _Check(file, cancel, _from(0, total, report)).discard()
        else:
            missing.append(name)
    for name, file in files.items():
        check = _Check(file, cancel, _from(done, total, report))
        sound = check.run()
        done += file.stat().st_size
        if sound is None:
            unknown.append(name)
        elif not sound:
            damaged.append(name)
            check.discard()
    return Verification(len(files), total, tuple(damaged), tuple(missing), tuple(unknown))


def _files(found: Installation) -> Iterator[tuple[str, Path]]:
    if found.row.indexed:
        yield INDEX, found.folder / INDEX
    for folder in found.components.values():
        if folder.is_file():
            yield from ((file.name, file) for file in shards(folder) if file.exists())
            continue
        small = {file for pattern in _SMALL for file in folder.glob(pattern)}
        for file in sorted(small) + [file for file in weight_files(folder) if file.exists()]:
            yield f"{folder.name}/{file.name}", file


def _from(before: int, total: int, report: Callable[[int, int], None]) -> Callable[[int], None]:
    return lambda count: report(before + count, total)


class _Check:
    """One file against the name of its blob, which is its hash."""

    def __init__(self, file: Path, cancel: CancelToken, hear: Callable[[int], None]) -> None:
        self._file, self._cancel, self._hear = file, cancel, hear
        self._blob = _blob_of(file)

    def run(self) -> bool | None:
        """None: nothing tells what it should hold, and its form is sound."""
        if self._blob is not None:
            return self._digest(self._blob.name) == self._blob.name
        try:
            if self._file.suffix == ".safetensors":
                check_file(self._file)
            elif self._file.suffix == ".gguf" and self._file.stat().st_size < read_gguf(self._file).bytes:
                return False
        except ValueError:
            return False
        return None

    def discard(self) -> None:
        """Nothing outside the hub's cache is ever removed."""
        if self._blob is not None:
            self._file.unlink(missing_ok=True)
            self._blob.unlink(missing_ok=True)

    def _digest(self, kind: str) -> str:
        done, hashed = 0, new_hash(kind, self._file.stat().st_size)
        with self._file.open("rb") as stream:
            while chunk := stream.read(_READ):
                self._cancel.check()
                hashed.update(chunk)
                done += len(chunk)
                self._hear(done)
        return hashed.hexdigest()


def _blob_of(file: Path) -> Path | None:
    """The blob that a snapshot's link leads to, or that its hard link shares."""
    real = file.resolve()
    if real.parent.name == "blobs" and is_digest(real.name):
        return real
    blobs = next((up / "blobs" for up in real.parents if up.name.startswith("models--")), None)
    if blobs is None or not blobs.is_dir():
        return None
    return next((blob for blob in blobs.iterdir() if is_digest(blob.name) and blob.samefile(real)), None)
