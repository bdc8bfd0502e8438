"""A module whose blocks pass through the ring while it computes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import torch

from oelala.models.streaming.arena import Arena
from oelala.models.streaming.files import match, ranges_of
from oelala.models.streaming.layout import lay_out
from oelala.models.streaming.moving import fused_adapters, look_up_at_home, move, take_in
from oelala.models.streaming.places import block_names, choose_resident, lookups
from oelala.models.streaming.ring import Ring
from oelala.models.streaming.sources import FromFiles, FromMemory, FromTensors, Stagings
from oelala.models.streaming.stations import Station, coming_after

_NUMBERS = count()
_HOME = torch.device("cpu")
_IN_FILES = 0.9  # of the blocks' bytes, or reading them from files is no help
_LOOKUP_BYTES = 100_000_000


@dataclass(frozen=True, slots=True)
class StreamRequest:
    """`module` has all its weights in main memory, ready for inference.

    `resident_bytes`: how many bytes of blocks may stay on the card. `files`: its safetensors files, to read
    blocks from them instead of keeping them in memory; the module's tensors should be those files, mapped.
    `stored`: under which names they have the module's tensors, where those are others.
    `names`: of the blocks; by default those that `block_names` finds. `lookup_bytes`: embedding tables of at
    least this size stay in main memory.
    """

    module: torch.nn.Module
    ring: Ring
    resident_bytes: int = 0
    files: Sequence[Path] = ()
    stored: Mapping[str, str] = field(default_factory=dict)
    names: Sequence[str] = ()
    lookup_bytes: int = _LOOKUP_BYTES


def stream_module(request: StreamRequest) -> Streamed:
    """From now on the module computes on the ring's device; `Streamed.remove` undoes it.

    Raises ValueError for a module without blocks, or whose files hold something else than the module;
    OSError for files that cannot be read.
    """
    return Streamed(request)


class Streamed:
    """While it lasts, parameters rest in main memory and are on the card for their own block's work only.

    LoRA layers put into a block later go to the card and stay there; call `settle` before fusing them, and
    `reset` after changing weights by any other means than LoRA.
    """

    def __init__(self, request: StreamRequest) -> None:
        names = list(request.names) or block_names(request.module)
        self.blocks = [block for block in lay_out(request.module, names) if block.leaves]
        if not self.blocks:
            raise ValueError("nothing to stream")
        self.module, self.ring = request.module, request.ring
        self._number = next(_NUMBERS)
        self._stagings: Stagings | None = None
        self._arena: Arena | None = None
        sources = self._from_files(request) if request.files else self._from_memory()
        self._stations = [Station(*pair) for pair in zip(self.blocks, sources, strict=True)]
        for before, after in zip(self._stations, self._stations[1:] + self._stations[:1], strict=True):
            before.following = after
        self._last: Station | None = None
        self._ours = {id(leaf.holder) for block in self.blocks for leaf in block.leaves}
        self._tables = lookups(self.module, [block.module for block in self.blocks], request.lookup_bytes)
        self._place_rest()
        self.ring.fit(max(block.nbytes for block in self.blocks))
        self.keep_resident(request.resident_bytes)
        self._hooks = [hook for station in self._stations for hook in self._hook(station)]
        self._hooks += [hook for table in self._tables for hook in look_up_at_home(table, self.ring.device)]

    @property
    def resident(self) -> list[str]:
        """The names of the blocks that stay on the card once they have been there."""
        return [station.block.name for station in self._stations if station.resident]

    @property
    def pinned_bytes(self) -> int:
        """Of main memory that waits for the card."""
        return sum(memory.nbytes for memory in (self._arena, self._stagings) if memory is not None)

    @property
    def streamed_bytes(self) -> int:
        """Weights that pass the ring in each pass."""
        return sum(one.block.weight_bytes for one in self._stations if not one.resident)

    @property
    def rest_bytes(self) -> int:
        """Of what is on the card all the time: weights that are in no block."""
        return sum(tensor.nbytes for tensor in self._rest())

    def keep_resident(self, nbytes: int) -> None:
        """Let blocks of so many bytes stay on the card, and no others."""
        chosen = {block.name for block in choose_resident(self.blocks, nbytes)}
        for station in self._stations:
            station.resident = station.block.name in chosen
            if not station.resident:
                station.leave()

    def make_places(self) -> None:
        """Take the card's memory for blocks that stay, before any work: taken amid it, it would lie in holes
        that the work's own tensors left, and those would find none of their size again."""
        for station in self._stations:
            if station.resident and station.own is None:
                station.own = self._place(station)

    def leave_places(self) -> None:
        """Blocks that stayed give their memory back; they come again when they are needed."""
        for station in self._stations:
            station.leave()

    def reset(self) -> None:
        """Every weight home, and nothing in the ring: after an exception, or when weights have changed."""
        self._last = None
        for station in self._stations:
            station.leave()
            self._go_home(station)
            self.ring.forget(station.source.key)

    def settle(self) -> None:
        """As `reset`, and LoRA layers come to main memory as well: peft fuses where both are."""
        self.reset()
        for block in self.blocks:
            for tensor in (*block.module.parameters(), *block.module.buffers()):
                move(tensor, _HOME)

    def close(self) -> None:
        """Let go of everything, with the module, which is of no use any more."""
        self.reset()
        self.ring.release()
        self.ring.wait()
        for hook in self._hooks:
            hook.remove()
        self._hooks = []
        for memory in (self._arena, self._stagings):
            if memory is not None:
                memory.close()

    def remove(self) -> None:
        """The module as it was: all weights in main memory, no hooks."""
        self.close()
        for tensor in (*self.module.parameters(), *self.module.buffers()):
            move(tensor, _HOME)

    def _from_memory(self) -> list[Any]:
        self._arena = Arena(self.blocks, self.ring.device)
        return [FromMemory((self._number, block.name), self._arena[block.name]) for block in self.blocks]

    def _from_files(self, request: StreamRequest) -> list[Any]:
        ranges = ranges_of(request.files)
        if request.stored:
            ranges = {own: ranges[name] for own, name in request.stored.items() if name in ranges}
        whole = sum(block.weight_bytes for block in self.blocks)
        matched = [match(block, ranges) for block in self.blocks]
        if sum(block.weight_bytes for block in self.blocks) < _IN_FILES * whole:
            raise ValueError("the files hold other weights than the module")
        largest = max(block.nbytes for block in self.blocks)
        self._stagings = Stagings(largest, self.ring.device)
        return [
            FromFiles((self._number, block.name), block, places, self._stagings)
            for block, places in zip(self.blocks, matched, strict=True)
        ]

    def _rest(self) -> Iterator[torch.Tensor]:
        """What is in no block and not a table of words, which waits in main memory."""
        tables = {id(table.weight) for table in self._tables}
        for tensor in (*self.module.parameters(), *self.module.buffers()):
            if id(tensor) not in self._ours and id(tensor) not in tables:
                yield tensor

    def _place_rest(self) -> None:
        for tensor in self._rest():
            move(tensor, self.ring.device)

    def _hook(self, station: Station) -> list[Any]:
        module = station.block.module

        # outside of compiled code: what is compiled sees weights at a place, and no more
        @torch.compiler.disable
        def arrive(*_: Any) -> None:
            self._arrive(station)

        @torch.compiler.disable
        def leave(*_: Any) -> None:
            self._leave(station)

        return [
            module.register_forward_pre_hook(arrive),
            module.register_forward_hook(leave, always_call=True),
        ]

    def _arrive(self, station: Station) -> None:
        if self._last is not None and self._last is not station:
            self._last.following = station  # the order is learned: some models go back and forth
        self._last = station
        self._keep_up(station)
        memory = self._brought(station) if station.resident else self.ring.take(station.source)
        for leaf in station.block.leaves:
            leaf.point(leaf.inside(memory))
        if self._stagings is None:
            self._look_ahead(station)

    def _brought(self, station: Station) -> torch.Tensor:
        if station.own is None:
            station.own = self._place(station)
        if not station.brought:
            station.source.fill(station.own)
            station.source.filled()
            station.brought = True
        return station.own

    def _place(self, station: Station) -> torch.Tensor:
        return torch.empty(station.block.nbytes, dtype=torch.uint8, device=self.ring.device)

    def _leave(self, station: Station) -> None:
        self._go_home(station)
        if not station.resident:
            self.ring.give(station.source.key)
        if self._stagings is not None:  # only now: waiting for the disk, with the work of this block queued
            self._look_ahead(station)

    def _look_ahead(self, station: Station) -> None:
        free = self.ring.count - (not station.resident)
        coming = coming_after(station, free + 1, len(self._stations))
        self.ring.prefetch([one.source for one in coming[:free]])
        for one in coming[free:]:
            one.source.begin()

    def _go_home(self, station: Station) -> None:
        for leaf in station.block.leaves:
            leaf.point(leaf.home)

    def _keep_up(self, station: Station) -> None:
        """What has been put into the block since goes to the card; what has been changed is copied anew."""
        block = station.block
        for tensor in (*block.module.parameters(), *block.module.buffers()):
            if id(tensor) not in self._ours and tensor.device != self.ring.device:
                move(tensor, self.ring.device)
        fused = fused_adapters(block.module)
        moved = [leaf for leaf in block.leaves if leaf.current().data_ptr() != leaf.home.data_ptr()]
        if fused == station.fused and not moved:
            return
        self.ring.forget(station.source.key)
        station.fused, station.brought = fused, False
        for leaf in moved:
            take_in(leaf.home, leaf.current())
            leaf.point(leaf.home)
        if isinstance(station.source, FromFiles):
            station.source = FromTensors(station.source.key, block)
