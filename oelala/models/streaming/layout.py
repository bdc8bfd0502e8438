"""Where each tensor of a block lies in one run of bytes: the same in main memory and in a slot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

# cuBLAS chooses kernels by alignment: this is what torch's own allocations promise at least, so that results
# stay bit-equal. Every tensor of a real Wan block is a multiple of it, which leaves no gaps.
ALIGNMENT = 256


@dataclass(slots=True)
class Leaf:
    """One dense tensor: `holder.attribute` is pointed to a slot while its block is at work, else to `home`.

    `holder` is the parameter itself ("data"), or a quantised tensor that wraps several plain ones. `name`: of
    the parameter inside its block; `whole`: the parameter is this one tensor.
    """

    name: str
    holder: Any
    attribute: str
    home: torch.Tensor
    offset: int
    whole: bool = True

    @property
    def nbytes(self) -> int:
        return self.home.numel() * self.home.element_size()

    def inside(self, memory: torch.Tensor) -> torch.Tensor:
        """This tensor as it lies in `memory` (uint8, a block's bytes)."""
        part = memory[self.offset : self.offset + self.nbytes].view(self.home.dtype)
        return part.as_strided(self.home.shape, self.home.stride())

    def point(self, tensor: torch.Tensor) -> None:
        with torch._C.DisableTorchFunctionSubclass():
            setattr(self.holder, self.attribute, tensor)

    def current(self) -> torch.Tensor:
        with torch._C.DisableTorchFunctionSubclass():
            tensor: torch.Tensor = getattr(self.holder, self.attribute)
            return tensor.detach().as_subclass(torch.Tensor)


@dataclass(slots=True)
class Block:
    """One module that is brought to the card as a whole. `nbytes`: of its run of bytes, gaps included."""

    name: str
    module: torch.nn.Module
    leaves: list[Leaf] = field(default_factory=list)
    nbytes: int = 0

    def arrange(self, leaves: Sequence[Leaf]) -> None:
        """These tensors and no others, one after the other."""
        self.leaves, end = list(leaves), 0
        for leaf in self.leaves:
            leaf.offset = _aligned(end)
            end = leaf.offset + leaf.nbytes
        self.nbytes = _aligned(end)

    @property
    def weight_bytes(self) -> int:
        return sum(leaf.nbytes for leaf in self.leaves)


def lay_out(module: torch.nn.Module, names: Sequence[str]) -> list[Block]:
    """The blocks called `names` with their tensors, in the order of `names`.

    Left out, and so to stay on the card: buffers (a block may write to them), and weights that more than one
    block, or a block and something outside, have in common.
    """
    shared = _shared(module, names)
    blocks = []
    for name in names:
        block = Block(name, module.get_submodule(name))
        leaves = (leaf for inner, one in block.module.named_parameters() for leaf in _leaves(inner, one))
        block.arrange([leaf for leaf in leaves if _address(leaf.home) not in shared and _is_dense(leaf.home)])
        blocks.append(block)
    return blocks


def _leaves(name: str, parameter: torch.nn.Parameter) -> Iterator[Leaf]:
    with torch._C.DisableTorchFunctionSubclass():
        data = parameter.data
        if hasattr(data, "__tensor_flatten__"):
            for attribute in data.__tensor_flatten__()[0]:
                yield Leaf(
                    f"{name}.{attribute}", parameter, attribute, getattr(parameter, attribute), 0, whole=False
                )
        else:
            yield Leaf(name, parameter, "data", data.as_subclass(torch.Tensor), 0)


def _shared(module: torch.nn.Module, names: Sequence[str]) -> set[int]:
    """Addresses that more than one place knows. (One storage is no sign: a mapped file is a single one.)"""
    count: Counter[int] = Counter()
    inside: set[int] = set()
    for name in names:
        parameters = list(module.get_submodule(name).parameters())
        inside |= {id(one) for one in parameters}
        count.update({_address(leaf.home) for one in parameters for leaf in _leaves("", one)})
        # two parameters of one block over the same memory
        own = Counter(_address(leaf.home) for one in parameters for leaf in _leaves("", one))
        count.update({address for address, times in own.items() if times > 1})
    outside = [one for one in module.parameters() if id(one) not in inside]
    count.update({_address(leaf.home) for one in outside for leaf in _leaves("", one)})
    return {address for address, times in count.items() if times > 1}


def _aligned(nbytes: int) -> int:
    return -(-nbytes // ALIGNMENT) * ALIGNMENT


def _address(tensor: torch.Tensor) -> int:
    return tensor.data_ptr()


def _is_dense(tensor: torch.Tensor) -> bool:
    """Without holes, in whichever order its dimensions lie; and not empty."""
    expected = 1
    for stride, size in sorted(zip(tensor.stride(), tensor.shape, strict=True)):
        if size != 1:
            if stride != expected:
                return False
            expected *= size
    return tensor.numel() > 0
