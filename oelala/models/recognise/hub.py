"""A repository of the hub: what it is, told by the first bytes of its files, before any is fetched."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any, TypeVar

from oelala.errors import OelalaError
from oelala.models.catalog.installed import INDEX
from oelala.models.catalog.row import Component, Row
from oelala.models.download.choose import needed_files
from oelala.models.download.hub import Hub, HubFile, Listing, connected
from oelala.models.download.retry import Patience, Retry, TryAgain
from oelala.models.recognise.file import PICKLES, WeightFile, recognise_stream
from oelala.models.recognise.folder import LARGEST_INDEX, count_of, parse_index, same_model
from oelala.models.safetensors_header import parse_header
from oelala.progress import CancelToken
from oelala.settings import Settings

_ADDRESS = re.compile(r"(?P<repo>[\w][\w.-]*/[\w][\w.-]*)(?:/(?P<path>[\w][\w./+-]*))?", re.ASCII)
_LARGE_PARTS = ("transformer", "transformer_2", "unet")
_FORMS = (".safetensors", ".gguf")
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class HubFileFound:
    """A single file of weights on the hub."""

    repo: str
    path: str
    file: WeightFile


def is_address(text: str) -> bool:
    """Whether it reads as `organisation/name` or `organisation/name/path/of.file`."""
    return _ADDRESS.fullmatch(text) is not None and ".." not in text


def recognise_on_hub(text: str, settings: Settings, patience: Patience | None = None) -> Row | HubFileFound:
    """A whole model as its row, or a single file. `text`: as `is_address` wants it.

    Raises OelalaError ("choose-a-file", "not-a-model", "unsafe-weights", "broken-weights", "other-family",
    "unknown-weights", as `architecture`, and those of the hub: "not-on-hub", "no-connection", …).
    """
    match = _ADDRESS.fullmatch(text)
    assert match is not None
    with connected(settings, patience or Patience(), CancelToken()) as hub:
        look = _Look(hub, match["repo"], hub.listing(match["repo"], "main"))
        if match["path"]:
            return look.single(match["path"])
        return look.whole()


class _Look:
    def __init__(self, hub: Hub, repo: str, listing: Listing) -> None:
        self._hub, self._repo, self._listing = hub, repo, listing
        self._files = {file.path: file for file in listing.files}

    def single(self, path: str) -> HubFileFound:
        if path not in self._files:
            raise OelalaError("choose-a-file", repo=self._repo, files=self._offers() or "–")
        file = self._files[path]
        name = PurePosixPath(path).name
        found = self._read(file, lambda stream: recognise_stream(stream, name, file.size))
        return HubFileFound(self._repo, path, found)

    def whole(self) -> Row:
        if INDEX not in self._files:
            if offers := self._offers():
                raise OelalaError("choose-a-file", repo=self._repo, files=offers)
            raise OelalaError("not-a-model", name=self._repo)
        text = self._read(self._files[INDEX], lambda stream: stream.read(LARGEST_INDEX))
        index = parse_index(text, self._repo)
        listed = [name for name in _LARGE_PARTS if isinstance(index.get(name), list) and all(index[name])]
        row = same_model(str(index["_class_name"]), {name: self._count(name) for name in listed}, self._repo)
        components = {name: self._component(row, part) for name, part in row.components.items()}
        return replace(row, repo=self._repo, components=components, added=True)

    def _component(self, row: Row, part: Component) -> Component:
        """As it lies here; or from the catalog's own repository, where this one does not have it."""
        also = tuple(repo for repo in (row.repo, *part.also) if repo != self._repo)
        files = needed_files(self._listing, [part], index=False)
        source = None if files else part.source or row.repo
        size = sum(file.size for file in files) if files else part.bytes
        return Component(part.subfolder, size, part.parameters, also, source, part.files)

    def _count(self, name: str) -> int:
        """How many numbers a part holds, by the headers of its files."""
        files = needed_files(self._listing, [Component(name, None)], index=False)
        weights = [file for file in files if file.path.endswith(".safetensors")]
        there = [path for path in self._files if path.startswith(f"{name}/")]
        if not weights and any(PurePosixPath(path).suffix in PICKLES for path in there):
            raise OelalaError("unsafe-weights", name=f"{self._repo}/{name}")
        try:
            headers = [self._read(file, parse_header) for file in weights]
        except ValueError as fault:
            raise OelalaError("broken-weights", name=self._repo, reason=str(fault)[:120]) from fault
        return sum(count_of(header, self._repo) for header in headers)

    def _offers(self) -> str:
        """Single files to choose from, the first few."""
        paths = [path for path in self._files if path.endswith(_FORMS)]
        return ", ".join(paths[:8]) + (" …" if len(paths) > 8 else "")

    def _read(self, file: HubFile, parse: Callable[[Any], Found]) -> Found:
        retry = Retry(self._hub.patience, self._hub.cancel)
        while True:
            try:
                with self._hub.open(self._repo, self._listing.commit, file) as answer:
                    return parse(_Stream(answer.chunks()))
            except TryAgain as fault:
                retry.after(fault)


class _Stream:
    """Reads from chunks as they arrive; whoever stops reading has fetched no more than a chunk too much."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks, self._held = chunks, bytearray()

    def read(self, count: int) -> bytes:
        while len(self._held) < count and (chunk := next(self._chunks, None)) is not None:
            self._held += chunk
        taken = bytes(self._held[:count])
        del self._held[:count]
        return taken


def part_on_hub(found: HubFileFound, name: str) -> Mapping[str, Component]:
    """The component that a single file on the hub makes."""
    path = PurePosixPath(found.path)
    part = Component(
        str(path.parent),
        found.file.bytes,
        found.file.architecture.parameters,
        also=(found.repo,),
        source=found.repo,
        files=(path.name,),
    )
    return {name: part}
