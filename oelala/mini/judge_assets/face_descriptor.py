"""dlib's face recognition resnet v1 as an ONNX file, from the weights in npm's @vladmandic/face-api.

The package stores most tables as bytes with one scale and one zero for each table; they stay bytes here
(`DequantizeLinear`), which keeps the file at 6.5 MB. Batch normalisation is an affine layer after every
convolution and is folded into the scales and biases. Network: dlib's `dnn_face_recognition_ex.cpp` (29
convolutions; Davis King, 2017; weights CC0).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from oelala.mini.judge_assets.onnx_model import OnnxGraph

CHIP = 150
NUMBERS = 128
# (name, residual blocks behind the one that halves the picture)
_STAGES = (("64", 3), ("128", 2), ("256", 2))


@dataclass(frozen=True, slots=True)
class _Table:
    """Values are `(numbers - zero) * scale`; `numbers` are uint8, or float32 with zero 0 and scale 1."""

    numbers: NDArray[Any]
    scale: float = 1.0
    zero: int = 0

    def floats(self) -> NDArray[np.float64]:
        return (self.numbers.astype(np.float64) - self.zero) * self.scale


@dataclass(frozen=True, slots=True)
class _Affine:
    """Tables whose least value is no whole number of steps, because 0 is outside their range."""

    numbers: NDArray[Any]
    scale: float
    least: float

    def floats(self) -> NDArray[np.float64]:
        return self.numbers.astype(np.float64) * self.scale + self.least


def build_face_descriptor(manifest: bytes, weights: bytes) -> bytes:
    """The ONNX file. Input `chips` (N, 3, 150, 150) RGB, (value − mean) / 256; output `descriptors` (N, 128),
    of no fixed length."""
    return _Network(_read_tables(manifest, weights)).build()


def _read_tables(manifest: bytes, weights: bytes) -> dict[str, _Table | _Affine]:
    tables: dict[str, _Table | _Affine] = {}
    place = 0
    for entry in (entry for group in json.loads(manifest) for entry in group["weights"]):
        packed = entry.get("quantization")
        dtype = np.dtype(np.uint8 if packed else "<f4")
        count = int(np.prod(entry["shape"]))
        numbers = np.frombuffer(weights, dtype, count, place).reshape(entry["shape"])
        place += count * dtype.itemsize
        tables[entry["name"]] = _unpack(numbers, packed) if packed else _Table(numbers)
    if place != len(weights):
        raise ValueError(f"{len(weights) - place} bytes of the weights belong to no table")
    return tables


def _unpack(numbers: NDArray[Any], packed: dict[str, Any]) -> _Table | _Affine:
    zero = -packed["min"] / packed["scale"]
    if abs(zero - round(zero)) < 1e-6 and 0 <= round(zero) <= 255:
        return _Table(numbers, packed["scale"], round(zero))
    return _Affine(numbers, packed["scale"], packed["min"])


class _Network:
    def __init__(self, tables: dict[str, _Table | _Affine]) -> None:
        self._tables = tables
        self._graph = OnnxGraph("dlib_face_recognition_resnet_v1")

    def build(self) -> bytes:
        flow = self._layer("chips", "conv32_down", stride=2, relu=True, pad=0)
        flow = self._graph.operation("MaxPool", [flow], "pool", kernel_shape=(3, 3), strides=(2, 2))
        for number in (1, 2, 3):
            flow = self._residual(flow, f"conv32_{number}")
        side = 35
        for width, blocks in _STAGES:
            flow, side = self._down(flow, f"conv{width}_down", side, int(width) // 2)
            for number in range(1, blocks + 1):
                flow = self._residual(flow, f"conv{width}_{number}")
        flow, _ = self._down(flow, "conv256_down_out", side, 0)
        mean = self._graph.operation("GlobalAveragePool", [flow], "mean")
        table = self._tables["fc"]
        weight = self._weight("fc", table, table.numbers.T[:, :, None, None], np.ones(NUMBERS))
        numbers = self._graph.operation("Conv", [mean, weight], "numbers", kernel_shape=(1, 1))
        self._graph.operation("Flatten", [numbers], "descriptors", axis=1)
        about = "dlib face recognition resnet v1, weights CC0; see README.md"
        return self._graph.model({"chips": ("n", 3, CHIP, CHIP)}, {"descriptors": ("n", NUMBERS)}, about)

    def _residual(self, source: str, name: str) -> str:
        flow = self._layer(source, f"{name}/conv1", relu=True)
        return self._sum(self._layer(flow, f"{name}/conv2"), source, name)

    def _down(self, source: str, name: str, side: int, extra_channels: int) -> tuple[str, int]:
        """Halves the sides; the shortcut is a mean pool with channels of zeros behind it. Where the valid
        convolution comes out smaller than the pool, zeros follow below and to the right."""
        flow = self._layer(source, f"{name}/conv1", stride=2, relu=True, pad=0)
        flow = self._layer(flow, f"{name}/conv2")
        pool = self._graph.operation(
            "AveragePool", [source], f"{name}_pool", kernel_shape=(2, 2), strides=(2, 2)
        )
        missing = side // 2 - ((side - 3) // 2 + 1)
        if missing:
            flow = self._pad(flow, (0, 0, 0, 0, 0, 0, missing, missing))
        if extra_channels:
            pool = self._pad(pool, (0, 0, 0, 0, 0, extra_channels, 0, 0))
        return self._sum(flow, pool, name), side // 2

    def _layer(self, source: str, name: str, *, stride: int = 1, relu: bool = False, pad: int = 1) -> str:
        scales = self._tables[f"{name}/scale/weights"].floats()
        biases = self._tables[f"{name}/scale/biases"].floats()
        bias = self._tables[f"{name}/conv/bias"].floats() * scales + biases
        filters = self._tables[f"{name}/conv/filters"]
        numbers = filters.numbers.transpose(3, 2, 0, 1)  # from (height, width, in, out)
        inputs = [
            source,
            self._weight(name, filters, numbers, scales),
            self._graph.constant(f"{name}_bias", bias.astype(np.float32)),
        ]
        side = numbers.shape[-1]
        flow = self._graph.operation(
            "Conv", inputs, name, kernel_shape=(side, side), strides=(stride, stride), pads=(pad,) * 4
        )
        return self._graph.operation("Relu", [flow], f"{name}_relu") if relu else flow

    def _weight(
        self, name: str, table: _Table | _Affine, numbers: NDArray[Any], scales: NDArray[np.float64]
    ) -> str:
        """(out, in, height, width), each output channel scaled by `scales`."""
        assert isinstance(table, _Table)
        if numbers.dtype != np.uint8:
            return self._graph.constant(
                f"{name}_weight", (numbers * scales[:, None, None, None]).astype(np.float32)
            )
        inputs = [
            self._graph.constant(f"{name}_bytes", np.ascontiguousarray(numbers)),
            self._graph.constant(f"{name}_scale", (scales * table.scale).astype(np.float32)),
            self._graph.constant(f"{name}_zero", np.full(len(scales), table.zero, np.uint8)),
        ]
        return self._graph.operation("DequantizeLinear", inputs, f"{name}_weight", axis=0)

    def _pad(self, source: str, pads: tuple[int, ...]) -> str:
        name = f"{source}_padded"
        sides = self._graph.constant(f"{name}_sides", np.array(pads, np.int64))
        return self._graph.operation("Pad", [source, sides], name, mode="constant")

    def _sum(self, first: str, second: str, name: str) -> str:
        total = self._graph.operation("Add", [first, second], f"{name}_sum")
        return self._graph.operation("Relu", [total], f"{name}_out")
