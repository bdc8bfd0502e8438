"""What a catalog row holds: facts about one model, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

SMALL_PART = 25_000_000  # bytes: no tokenizer or configuration is larger


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a model: a subfolder in diffusers' layout.

    `bytes` is its size on the hub (None: not known), `parameters` its parameter count (0: no weights). `also`
    names other repositories whose subfolder of the same name holds the same thing, so that it is neither
    downloaded nor loaded twice. `source` is the one of them to fetch it from, where the model's own has it in
    more bytes, or not at all. `files` are the only ones it consists of, where that is no whole folder.
    `path` is a file or folder of the user's own, outside the hub's cache. `decode_bits`: of a VAE's decoder
    on a card that has bfloat16; `latents`: whose they are, for what others have made for them. `dtype`: the
    number format of most of its weights, as safetensors names it (None: not known). `renamed`: single files
    of safetensors with the very tensors that a folder has, under other names.
    """

    subfolder: str
    bytes: int | None
    parameters: int = 0
    also: tuple[str, ...] = ()
    source: str | None = None
    files: tuple[str, ...] = ()
    path: Path | None = None
    decode_bits: int = 32
    latents: str | None = None
    dtype: str | None = None
    renamed: bool = False

    @property
    def most_bytes(self) -> int:
        """Its size on the hub, or what it can be at most: weights are kept in 32 bits or fewer there."""
        if self.bytes is not None:
            return self.bytes
        return 4 * self.parameters if self.parameters else SMALL_PART

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
class Compute:
    """What a video transformer's work is counted from; all of it as in the official configs.

    `num_layers` blocks of width `dim` with a feed-forward of `ffn_dim`; `extra_layers` more of them stand
    beside those (VACE). `held`: hidden states that wait while any block is at work, such as what VACE's own
    blocks have said. `extra_frames`: latent frames that the transformer sees beside the clip's own.
    `time_rows`: of the time embedding, where tokens have timesteps of their own. `segment`: frames that are
    made together, where a longer clip is made piece after piece, 0: all. A token is `patch` × `patch`
    latents; one latent stands for `spatial` × `spatial` pixels and `temporal` frames.
    `decode_flops`: of the VAE's decoder, for each pixel of each frame, counted over its modules.
    """

    num_layers: int
    dim: int
    ffn_dim: int
    decode_flops: float
    extra_layers: int = 0
    held: int = 0
    extra_frames: int = 0
    time_rows: int = 0
    segment: int = 0
    patch: int = 2
    spatial: int = 8
    temporal: int = 4


@dataclass(frozen=True, slots=True)
class Row:
    """One model of the catalog.

    `pipelines` names the diffusers class that does each kind of task that the model can do. `defaults` has an
    entry for each of these kinds: the model's value for every field of that task that may be None (the seed
    is no property of a model); None there: the model has no such thing. `last_image`: an image-to-video model
    that can be told where to end, too; `last_image_needed`: one that has to be; `image_needed`: one that
    cannot do without a picture where the task itself could. `most_kept`: how many frames of another clip it
    can be given to go on from. `fills_in_by`: the id of the model that makes clips in this one's name of
    which more than the first frame is given, and the diffusers class for it; None: it does so itself.
    `folder` is set for a model that ships with the project; every other one sits in the Hugging Face cache or
    in a plain folder beside it. `repo` is then its place in the project. `added`: by the user, and no row of
    the catalog; then `folder`, if set, is a place of the user's own. `base`: the id of the catalog's model
    that it is one of, where it has other weights in it: the user's own, or the same in a smaller file.
    `num_frames` is one more than a multiple of `frame_step`; a model of still
    pictures makes one frame. `compute` is None where nobody has counted it. `indexed`: its repository has a
    `model_index.json`. `packages`: modules that it cannot run without and the studio does not come with, and
    what pip is asked for.
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
    defaults: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    folder: Path | None = None
    pipelines: Mapping[str, str] = field(default_factory=dict)
    last_image: bool = False
    last_image_needed: bool = False
    most_kept: int = 1
    fills_in_by: tuple[str, str] | None = None
    image_needed: bool = False
    smallest_num_frames: int = 1
    frame_step: int = 4
    compute: Compute | None = None
    added: bool = False
    base: str | None = None
    indexed: bool = True
    packages: Mapping[str, str] = field(default_factory=dict)

    def __hash__(self) -> int:
        """The mappings have none; rows of one id are seldom two."""
        return hash(self.id)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of task that this model can do."""
        return tuple(self.pipelines)

    def maker(self, kind: str, *, last_image: bool = False, extends: bool = False) -> tuple[str, str]:
        """The id of the model whose weights do such a task, and the diffusers class; `extends`: from the last
        frames of another clip. Raises KeyError for what this model cannot do."""
        fills_in = last_image or (extends and self.most_kept > 1)
        return self.fills_in_by if fills_in and self.fills_in_by else (self.id, self.pipelines[kind])

    def maker_of(self, kind: str, values: Mapping[str, Any]) -> str:
        """The id alone, by a task's values and without a look at its clip. Raises as `maker`."""
        last_image, extends = (bool(values.get(name)) for name in ("last_image", "extend"))
        return self.maker(kind, last_image=last_image, extends=extends)[0]

    @property
    def bytes(self) -> int:
        """The download's size, or what it is at most (`bytes_exact`)."""
        return sum(component.most_bytes for component in self.components.values())

    @property
    def bytes_exact(self) -> bool:
        return all(component.bytes is not None for component in self.components.values())


def companion_row(
    name: str,
    title: str,
    family: str,
    repo: str,
    licence: str,
    components: Mapping[str, Component],
    packages: Mapping[str, str] | None = None,
) -> Row:
    """Of what makes no clips by itself, and is fetched, found, verified and removed as models are; sizes and
    frames mean nothing there."""
    return Row(
        id=name,
        title=title,
        family=family,
        repo=repo,
        revision="main",
        licence=licence,
        components=components,
        sizes=SizeLimits(8, 8, 8, 64, ((8, 8),)),
        native_num_frames=1,
        largest_num_frames=1,
        fps=1,
        max_sequence_length=0,
        indexed=False,
        packages=packages or {},
    )
