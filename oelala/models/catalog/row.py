"""What a catalog row holds: facts about one model, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a model: a subfolder in diffusers' layout.

    `bytes` is its size on the hub, `parameters` its parameter count (0: no weights). `also` names other
    repositories whose subfolder of the same name holds the same thing, so that it is neither downloaded nor
    loaded twice. `source` is the one of them to fetch it from, where the model's own has it in more bytes.
    """

    subfolder: str
    bytes: int
    parameters: int = 0
    also: tuple[str, ...] = ()
    source: str | None = None

    def shared_with(self, *repos: str) -> Component:
        return replace(self, also=repos)


@dataclass(frozen=True, slots=True)
class SizeLimits:
    """Pixels. Width and height are multiples of `multiple`; a side lies in smallest … largest side.

    `native` holds the (width, height) pairs the model was trained for, its own default first.
    """

    multiple: int
    smallest_side: int
    largest_side: int
    largest_area: int
    native: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One model of the catalog.

    `defaults` has one entry for each kind of task that the model can do: the model's value for every field of
    that task that may be None (the seed is no property of a model); None there: the model has no such thing.
    `pipelines` names the diffusers class that does each of these kinds. `last_image`: an image-to-video model
    that can be told where to end, too. `folder` is set for a model that ships
    with the project; every other one sits in the Hugging Face cache or in a plain folder beside it.
    `repo` is then its place in the project. `minimum_memory` is the device memory in bytes that the model's
    makers name as enough with offloading.
    """

    id: str
    title: str
    family: str
    repo: str
    revision: str
    licence: str
    components: Mapping[str, Component]
    sizes: SizeLimits
    native_num_frames: int
    largest_num_frames: int
    fps: int
    max_sequence_length: int
    minimum_memory: int
    defaults: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    folder: Path | None = None
    pipelines: Mapping[str, str] = field(default_factory=dict)
    last_image: bool = False

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of task that this model can do."""
        return tuple(self.pipelines)

    @property
    def bytes(self) -> int:
        """The download's size."""
        return sum(component.bytes for component in self.components.values())
