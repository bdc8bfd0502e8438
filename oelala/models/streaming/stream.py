"""A module whose blocks pass through the ring while it computes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from oelala.models.streaming.arena import Arena
from oelala.models.streaming.files import match, ranges_of
from oelala.models.streaming.layout import Block, lay_out
from oelala.models.streaming.places import block_names, choose_resident, lookups
from oelala.models.streaming.ring import Ring
from oelala.models.streaming.sources import FromFiles, FromMemory, FromTensors, Stagings

_HOME = torch.device("cpu")
_IN_FILES = 0.9  # of the blocks' bytes, or reading them from files is no help
_LOOKUP_BYTES = 100_000_000


@dataclass(frozen=True, slots=True)
class StreamRequest:
    """`module` has all its weights in main memory, ready for inference.

    `resident_bytes`: how many bytes of blocks may stay on the card. `files`: its safetensors files, to read
    blocks from them instead of keeping them in memory; the module's tensors should be those files, mapped.
    `names`: of the blocks; by default those that `block_names` finds. `lookup_bytes`: embedding tables of at
    least this size stay in main memory.
    """

    module: torch.nn.Module
    ring: Ring
    resident_bytes: int = 0
    files: Sequence[Path] = ()
    names: Sequence[str] = ()
    lookup_bytes: int = _LOOKUP_BYTES


def stream_module(request: StreamRequest) -> Streamed:
    """From now on the module computes on the ring's device; `Streamed.remove` undoes it.

    Raises ValueError for a module without blocks, or whose files hold something else than the module;
    OSError for files that cannot be read.
    """
    return Streamed(request)


@dataclass(slots=True)
class _Station:
    """A block on its way: where its bytes come from, and what of LoRA has been fused into them."""

    block: Block
    source: Any
    following: _Station | None = None
    fused: tuple[str, ...] = field(default_factory=tuple)


class Streamed:
    """While it lasts, parameters rest in main memory and are on the card for their own block's work only.

    LoRA layers put into a block later go to the card and stay there; fusing them works on the weights in
    memory. `reset` after changing weights by any other means.
    """

    def __init__(self, request: StreamRequest) -> None:
        names = list(request.names) or block_names(request.module)
        blocks = [block for block in lay_out(request.module, names) if block.leaves]
        if not blocks:
            raise ValueError("nothing to stream")
        self.module, self.ring = request.module, request.ring
        self.resident = [block.name for block in choose_resident(blocks, request.resident_bytes)]
        self.blocks = [block for block in blocks if block.name not in self.resident]
        self._stagings: Stagings | None = None
        self._arena: Arena | None = None
        sources = self._from_files(request.files) if request.files else self._from_memory()
        self._stations = [_Station(block, source) for block, source in zip(self.blocks, sources, strict=True)]
        for before, after in zip(self._stations, self._stations[1:] + self._stations[:1], strict=True):
            before.following = after
        self._last: _Station | None = None
        self._ours = {id(leaf.holder) for block in self.blocks for leaf in block.leaves}
        self._tables = lookups(self.module, [block.module for block in blocks], request.lookup_bytes)
        self._place_rest()
        self.ring.fit(max((block.nbytes for block in self.blocks), default=0))
        self._hooks = [hook for station in self._stations for hook in self._hook(station)]
        self._hooks += [hook for table in self._tables for hook in self._hook_table(table)]

    @property
    def pinned_bytes(self) -> int:
        """Of main memory that waits for the card."""
        return (self._arena.nbytes if self._arena else 0) + (self._stagings.nbytes if self._stagings else 0)

    @property
    def streamed_bytes(self) -> int:
        """Weights that pass the ring in each pass."""
        return sum(block.weight_bytes for block in self.blocks)

    def reset(self) -> None:
        """Every weight home, and nothing in the ring: after an exception, or when weights have changed."""
        for station in self._stations:
            self._go_home(station)
            self.ring.forget(station.source.key)

    def settle(self) -> None:
        """As `reset`, and LoRA layers come to main memory as well: peft fuses where both are."""
        self.reset()
        for block in self.blocks:
            for tensor in (*block.module.parameters(), *block.module.buffers()):
                _move(tensor, _HOME)

    def remove(self) -> None:
        """The module as it was: all weights in main memory, no hooks."""
        self.reset()
        self.ring.release()
        for hook in self._hooks:
            hook.remove()
        self._hooks = []
        for tensor in (*self.module.parameters(), *self.module.buffers()):
            _move(tensor, _HOME)
        if self._arena is not None:
            self._arena.unlock()
        if self._stagings is not None:
            self._stagings.close()

    def _from_memory(self) -> list[Any]:
        self._arena = Arena(self.blocks, self.ring.device)
        return [FromMemory((id(self), block.name), self._arena[block.name]) for block in self.blocks]

    def _from_files(self, files: Sequence[Path]) -> list[Any]:
        ranges = ranges_of(files)
        whole = self.streamed_bytes
        matched = [match(block, ranges) for block in self.blocks]
        if self.streamed_bytes < _IN_FILES * whole:
            raise ValueError("the files hold other weights than the module")
        largest = max((block.nbytes for block in self.blocks), default=0)
        self._stagings = Stagings(largest, self.ring.device)
        return [
            FromFiles((id(self), block.name), block, places, self._stagings)
            for block, places in zip(self.blocks, matched, strict=True)
        ]

    def _place_rest(self) -> None:
        tables = {id(table.weight) for table in self._tables}
        for tensor in (*self.module.parameters(), *self.module.buffers()):
            if id(tensor) not in self._ours and id(tensor) not in tables:
                _move(tensor, self.ring.device)

    def _hook(self, station: _Station) -> list[Any]:
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

    def _hook_table(self, table: torch.nn.Embedding) -> list[Any]:
        def fetch(module: torch.nn.Module, args: tuple[Any, ...]) -> tuple[Any, ...]:
            del module
            return tuple(one.cpu() if isinstance(one, torch.Tensor) else one for one in args)

        def send(module: torch.nn.Module, args: Any, found: torch.Tensor) -> torch.Tensor:
            del module, args
            return found.to(self.ring.device)

        return [table.register_forward_pre_hook(fetch), table.register_forward_hook(send)]

    def _arrive(self, station: _Station) -> None:
        if self._last is not None and self._last is not station:
            self._last.following = station  # the order is learned: some models go back and forth
        self._last = station
        self._keep_up(station)
        slot = self.ring.take(station.source)
        for leaf in station.block.leaves:
            leaf.point(leaf.inside(slot))
        if self._stagings is None:
            self._look_ahead(station)

    def _leave(self, station: _Station) -> None:
        self._go_home(station)
        self.ring.give(station.source.key)
        if self._stagings is not None:  # only now: waiting for the disk, with the work of this block queued
            self._look_ahead(station)

    def _look_ahead(self, station: _Station) -> None:
        coming: list[_Station] = []
        while len(coming) < self.ring.count and (after := (coming or [station])[-1].following) is not None:
            if after is station:
                break
            coming.append(after)
        self.ring.prefetch([one.source for one in coming[: self.ring.count - 1]])
        if self._stagings is not None and coming[self.ring.count - 1 :]:
            coming[-1].source.begin()

    def _go_home(self, station: _Station) -> None:
        for leaf in station.block.leaves:
            leaf.point(leaf.home)

    def _keep_up(self, station: _Station) -> None:
        """What has been put into the block since goes to the card; what has been changed is copied anew."""
        block = station.block
        for tensor in (*block.module.parameters(), *block.module.buffers()):
            if id(tensor) not in self._ours and tensor.device != self.ring.device:
                _move(tensor, self.ring.device)
        fused = _fused(block.module)
        moved = [leaf for leaf in block.leaves if leaf.current().data_ptr() != leaf.home.data_ptr()]
        if fused == station.fused and not moved:
            return
        self.ring.forget(station.source.key)
        station.fused = fused
        for leaf in moved:
            _take_in(leaf.home, leaf.current())
            leaf.point(leaf.home)
        if isinstance(station.source, FromFiles):
            station.source = FromTensors(station.source.key, block)


def _take_in(home: torch.Tensor, changed: torch.Tensor) -> None:
    if (home.shape, home.dtype) != (changed.shape, changed.dtype):
        raise ValueError("weights have changed their shape or format while they are streamed")
    home.copy_(changed)


def _fused(module: torch.nn.Module) -> tuple[str, ...]:
    """The names of adapters that peft has merged into weights of this module."""
    return tuple(name for part in module.modules() for name in getattr(part, "merged_adapters", ()))


def _move(tensor: torch.Tensor, device: torch.device) -> None:
    if tensor.device == device:
        return
    with torch._C.DisableTorchFunctionSubclass():
        if hasattr(tensor.data, "__tensor_flatten__"):
            for attribute in tensor.data.__tensor_flatten__()[0]:
                setattr(tensor, attribute, getattr(tensor, attribute).to(device))
        else:
            tensor.data = tensor.data.to(device)
