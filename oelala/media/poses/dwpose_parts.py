"""What DWPose consists of: two networks of its authors, and the packages that they run with."""

from __future__ import annotations

NAME = "dwpose"  # of the detector, and of its download
REPO = "yzd-v/DWPose"
DET, POSE = "yolox_l.onnx", "dw-ll_ucoco_384.onnx"
FILES = (DET, POSE)
# Before 0.0.15 rtmlib cannot read what this yolox_l answers (85 numbers a box) and fails at every frame.
PACKAGES = {"onnxruntime": "onnxruntime==1.32.0", "rtmlib": "rtmlib==0.0.16"}
