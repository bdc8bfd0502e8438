"""What a plan is made from, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from oelala.models.planning.hardware import Abilities, Hardware
from oelala.models.planning.instead import Instead
from oelala.models.planning.learn import Speed
from oelala.models.planning.rungs import Placement, Quantisation
from oelala.models.planning.size import Slicing
from oelala.models.planning.words import Words, words_of

if TYPE_CHECKING:
    from oelala.models.catalog.row import Row


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """`values`: of the resolved task. `missing_bytes`: what would have to be downloaded first. `frugal`: as
    little on the card as it can be done with, after memory ran out. `warm`: the model has been loaded.
    `lora_bytes`: of LoRAs beside the weights, in 16 bits.
    """

    row: Row
    values: Mapping[str, Any]
    hardware: Hardware
    speed: Speed = field(default_factory=Speed)
    abilities: Abilities = field(default_factory=Abilities)
    missing_bytes: int = 0
    frugal: bool = False
    warm: bool = False
    lora_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """How one run would be done. Bytes and seconds are predictions; `seconds` None: not known yet.

    `placements`: where the weights of each part wait between uses. `peak_vram`, `peak_ram`: with what the
    system and the card's driver keep, to be held against `vram`, `ram`; `peak_vram` is what it cannot do with
    less of. `taken_vram`: what it will take, since there is room: a second branch of guidance, that waits in
    `beside_bytes`, and `kept_bytes` of streamed blocks that stay while it denoises. `resident_bytes`: of
    weights on the card all the time. `step`: its place on the ladder, 0 the fastest. `load`, `encode`,
    `denoise`, `decode`: seconds of the phases; `load` 0 where that has been done. `compiled`: whether the
    transformers' blocks are. `first_block_cache`: threshold of this lossy mode, 0: off; `sage_attention`:
    another. `slicing`: what takes turns, to hold less at once. `download_seconds` None: the line's speed is
    not known. `unused_card`: the name of one that is there and cannot be used, "": none. `instead`: where it
    does not fit, the same model in weights that do. `taught`: it begins where the same work had to go down to
    before.
    """

    model: str
    device: str
    fits: bool
    step: int
    placements: Mapping[str, Placement]
    quantisation: Quantisation
    vae_tiling: bool
    decode_chunk: int
    wished_chunk: int
    slicing: Slicing
    attention_backend: str
    compiled: bool
    first_block_cache: float
    sage_attention: bool
    resident_bytes: int
    peak_vram: int
    taken_vram: int
    beside_bytes: int
    kept_bytes: int
    peak_ram: int
    vram: int
    ram: int
    seconds: float | None
    load: float
    encode: float | None
    denoise: float | None
    decode: float | None
    learned: bool
    missing_bytes: int
    download_seconds: float | None
    disk_short: bool
    unused_card: str
    instead: Instead | None = None
    taught: bool = False

    @property
    def words(self) -> tuple[Words, ...]:
        """What to say of it: keys of the texts, and their values."""
        return words_of(self)

    @property
    def streamed(self) -> bool:
        return any(place in ("streamed", "from-disk") for place in self.placements.values())

    @property
    def reads_transformer(self) -> bool:
        """In every pass from the disk, where main memory has no place for it."""
        return any(
            place == "from-disk" and name.startswith("transformer") for name, place in self.placements.items()
        )
