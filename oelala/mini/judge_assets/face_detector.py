"""YuNet as an ONNX file for `cv2.FaceDetectorYN`, from the weights in its author's own library.

Shiqi Yu's `yuface` (libfacedetection) carries the float weights of YuNet with batch normalisation folded in,
as exported tables of its shared library. Every layer is a 1×1 convolution (`_pw_`, [out][in]) or a 3×3
depth-wise one (`_dw_`, [row, column][channel]); the first 1×1 is a 3×3 of stride 2 over BGR in disguise:
27 of its 32 inputs are [row, column, colour], the rest is padding. Network: Wu, Peng and Yu, "YuNet: a tiny
millisecond-level face detector", Machine Intelligence Research 20, 2023.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from oelala.mini.judge_assets.onnx_model import OnnxGraph
from oelala.mini.judge_assets.shared_library import exported_tables

STRIDES = (8, 16, 32)
VALUES = {"cls": 1, "obj": 1, "bbox": 4, "kps": 10}  # numbers a cell, per head
_STEM = "backbone__model0_pw"


class _Network:
    def __init__(self, library: bytes) -> None:
        self._tables = exported_tables(library)
        self.graph = OnnxGraph("yunet")

    def stem(self, source: str) -> str:
        weight = self._table(f"{_STEM}_weight").reshape(16, 32)[:, :27].reshape(16, 3, 3, 3)
        return self._convolution(source, _STEM, weight.transpose(0, 3, 1, 2), relu=True, stride=2)

    def unit(self, source: str, name: str, *, relu: bool = True) -> str:
        """1×1 and then 3×3 depth-wise, with one activation at the end."""
        bias = self._table(f"{name}_pw_bias")
        pointwise = self._table(f"{name}_pw_weight").reshape(len(bias), -1, 1, 1)
        depthwise = self._table(f"{name}_dw_weight").reshape(3, 3, len(bias)).transpose(2, 0, 1)[:, None]
        middle = self._convolution(source, f"{name}_pw", pointwise, relu=False)
        return self._convolution(middle, f"{name}_dw", depthwise, relu=relu, group=len(bias))

    def stage(self, source: str, number: int) -> str:
        name = f"backbone__model{number}"
        return self.unit(self.unit(source, f"{name}_dp1"), f"{name}_dp2")

    def half(self, source: str) -> str:
        return self.graph.operation(
            "MaxPool", [source], f"{source}_half", kernel_shape=(2, 2), strides=(2, 2)
        )

    def twice_plus(self, small: str, large: str) -> str:
        twice = self.graph.operation(
            "Resize", [small, "", "twice"], f"{small}_twice",
            mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor",
        )  # fmt: skip
        return self.graph.operation("Add", [twice, large], f"{large}_plus")

    def head(self, source: str, level: int, kind: str) -> None:
        """One row of numbers a cell; scores leave as probabilities."""
        output = f"{kind}_{STRIDES[level]}"
        cells = self.unit(source, f"bbox_head__multi_level_{kind}__{level}", relu=False)
        last = self.graph.operation("Transpose", [cells], f"{output}_last", perm=(0, 2, 3, 1))
        shape = self.graph.constant(f"{output}_shape", np.array([1, -1, VALUES[kind]], np.int64))
        is_score = VALUES[kind] == 1
        rows = self.graph.operation("Reshape", [last, shape], f"{output}_rows" if is_score else output)
        if is_score:
            self.graph.operation("Sigmoid", [rows], output)

    def _table(self, name: str) -> NDArray[np.float32]:
        return np.frombuffer(self._tables[name], "<f4").astype(np.float32)

    def _convolution(
        self,
        source: str,
        name: str,
        weight: NDArray[np.float32],
        *,
        relu: bool,
        stride: int = 1,
        group: int = 1,
    ) -> str:
        side = weight.shape[-1]
        inputs = [
            source,
            self.graph.constant(f"{name}_weight", weight),
            self.graph.constant(f"{name}_bias", self._table(f"{name}_bias")),
        ]
        output = self.graph.operation(
            "Conv", inputs, name,
            kernel_shape=(side, side), strides=(stride, stride), pads=(side // 2,) * 4, group=group,
        )  # fmt: skip
        return self.graph.operation("Relu", [output], f"{name}_relu") if relu else output


def build_face_detector(library: bytes) -> bytes:
    """The ONNX file. Input (1, 3, H, W), BGR, 0..255, sides multiples of 32; outputs as FaceDetectorYN reads
    them: `cls_s`, `obj_s`, `bbox_s`, `kps_s` for s = 8, 16, 32, each (1, cells, numbers)."""
    net = _Network(library)
    net.graph.constant("twice", np.array([1, 1, 2, 2], np.float32))
    flow = net.half(net.unit(net.stem("input"), "backbone__model0_dp"))
    flow = net.stage(net.stage(flow, 1), 2)
    levels = []
    for number in (3, 4, 5):
        flow = net.stage(net.half(flow), number)
        levels.append(flow)
    for level in (2, 1, 0):
        merged = levels[level] if level == 2 else net.twice_plus(levels[level + 1], levels[level])
        levels[level] = net.unit(merged, f"neck__lateral_convs__{level}")
        for kind in VALUES:
            net.head(levels[level], level, kind)
    outputs = {
        f"{kind}_{stride}": (1, f"cells_{stride}", VALUES[kind]) for kind in VALUES for stride in STRIDES
    }
    return net.graph.model(
        {"input": (1, 3, "height", "width")}, outputs, "YuNet, (c) Shiqi Yu, BSD-3-Clause; see README.md"
    )
