"""Writes ONNX models: just enough of its protobuf for small convolutional networks, always the same bytes.

Field numbers: onnx/onnx.proto (ModelProto, GraphProto, NodeProto, AttributeProto, TensorProto).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

OPSET = 13
_IR_VERSION = 7
_ELEMENT_TYPES = {np.dtype(np.float32): 1, np.dtype(np.uint8): 2, np.dtype(np.int64): 7}
_FLOAT, _INT, _STRING, _INTS = 1, 2, 3, 7  # AttributeProto.AttributeType

Attribute = float | int | str | Sequence[int]


@dataclass
class OnnxGraph:
    """A network being written. Names of tensors are the caller's; an operation returns its output."""

    name: str
    nodes: list[bytes] = field(default_factory=list)
    constants: list[bytes] = field(default_factory=list)

    def constant(self, name: str, values: NDArray[Any]) -> str:
        """float32, uint8 or int64, of any shape."""
        data = np.ascontiguousarray(values).astype(values.dtype.newbyteorder("<"))
        tensor = b"".join(_number(1, side) for side in values.shape)
        tensor += _number(2, _ELEMENT_TYPES[values.dtype]) + _text(8, name) + _bytes(9, data.tobytes())
        self.constants.append(tensor)
        return name

    def operation(self, kind: str, inputs: Sequence[str], output: str, **attributes: Attribute) -> str:
        node = b"".join(_text(1, name) for name in inputs) + _text(2, output)
        node += _text(3, f"{kind}:{output}") + _text(4, kind)
        node += b"".join(_bytes(5, _attribute(name, value)) for name, value in attributes.items())
        self.nodes.append(node)
        return output

    def model(
        self,
        inputs: Mapping[str, Sequence[int | str]],
        outputs: Mapping[str, Sequence[int | str]],
        about: str,
    ) -> bytes:
        """The file. Shapes: a number fixes a side, a word leaves it open."""
        graph = b"".join(_bytes(1, node) for node in self.nodes) + _text(2, self.name)
        graph += b"".join(_bytes(5, tensor) for tensor in self.constants)
        graph += b"".join(_bytes(11, _value(*item)) for item in inputs.items())
        graph += b"".join(_bytes(12, _value(*item)) for item in outputs.items())
        opset = _text(1, "") + _number(2, OPSET)
        head = _number(1, _IR_VERSION) + _text(2, "oelala") + _text(6, about)
        return head + _bytes(7, graph) + _bytes(8, opset)


def _value(name: str, shape: Sequence[int | str]) -> bytes:
    sides = b"".join(_bytes(1, _number(1, s) if isinstance(s, int) else _text(2, s)) for s in shape)
    tensor = _number(1, _ELEMENT_TYPES[np.dtype(np.float32)]) + _bytes(2, sides)
    return _text(1, name) + _bytes(2, _bytes(1, tensor))


def _attribute(name: str, value: Attribute) -> bytes:
    head = _text(1, name)
    if isinstance(value, float):
        return head + _key(2, 5) + struct.pack("<f", value) + _number(20, _FLOAT)
    if isinstance(value, int):
        return head + _number(3, value) + _number(20, _INT)
    if isinstance(value, str):
        return head + _text(4, value) + _number(20, _STRING)
    return head + b"".join(_number(8, item) for item in value) + _number(20, _INTS)


def _varint(value: int) -> bytes:
    value &= 2**64 - 1  # negative numbers travel as two's complement of 64 bits
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _key(number: int, wire_type: int) -> bytes:
    return _varint(number << 3 | wire_type)


def _number(number: int, value: int) -> bytes:
    return _key(number, 0) + _varint(value)


def _bytes(number: int, value: bytes) -> bytes:
    return _key(number, 2) + _varint(len(value)) + value


def _text(number: int, value: str) -> bytes:
    return _bytes(number, value.encode("utf-8"))
