"""The files this project ships for its judges: how each is made, and what it must be."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from oelala.mini.judge_assets.face_descriptor import build_face_descriptor
from oelala.mini.judge_assets.face_detector import build_face_detector
from oelala.mini.judge_assets.packages import FACE_API, MEDIAPIPE, YUFACE, Package, fetch, read_member
from oelala.mini.judge_assets.pose_bundle import build_hand_bundle, build_pose_bundle

_MODULES = "mediapipe/modules"
_FACE_API = "package/model/face_recognition_model"


@dataclass(frozen=True, slots=True)
class Shipped:
    """`path` below the folder of assets; `make` turns the members of `package` into the file."""

    path: str
    sha256: str
    package: Package
    members: tuple[str, ...]
    make: Callable[..., bytes]


def _copy(data: bytes) -> bytes:
    return data


def _copy_text(data: bytes) -> bytes:
    """Git may write text with the line ends of the system it is on."""
    return data.replace(b"\r\n", b"\n")


SHIPPED = (
    Shipped(
        "pose/pose_landmarker_full.task",
        "1884a477f522d731d9a6c7db59f2df95ccdaa15f7c3f7a46f3978bd77061b921",
        MEDIAPIPE,
        (
            f"{_MODULES}/pose_detection/pose_detection.tflite",
            f"{_MODULES}/pose_landmark/pose_landmark_full.tflite",
        ),
        build_pose_bundle,
    ),
    Shipped(
        "pose/LICENSE-mediapipe.txt",
        "8707eef0533987efc5b155d64761eeb6e20793f50b9bd1a68dad1cf4719d0ed8",
        MEDIAPIPE,
        ("mediapipe-0.10.14.dist-info/LICENSE",),
        _copy_text,
    ),
    Shipped(
        "pose/hand_landmarker.task",
        "8e141b849a3281c6ca73bd2cba5f9a0871ec6f2e38b2fad092e8f0f1d6fbf793",
        MEDIAPIPE,
        (
            f"{_MODULES}/palm_detection/palm_detection_full.tflite",
            f"{_MODULES}/hand_landmark/hand_landmark_full.tflite",
        ),
        build_hand_bundle,
    ),
    Shipped(
        "pose/face_landmark.tflite",
        "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
        MEDIAPIPE,
        (f"{_MODULES}/face_landmark/face_landmark.tflite",),
        _copy,
    ),
    Shipped(
        "face/face_detection_yunet.onnx",
        "a2320e5c409dace87be35cc688dfea125fdcc0f0d2f28e7e19fab5dc8a57b38a",
        YUFACE,
        ("yuface/libfacedetection.so",),
        build_face_detector,
    ),
    Shipped(
        "face/LICENSE-yunet.txt",
        "c067eb80bc309cd014507486d4e0b3b195da08f124b7c7bc54cf96d87f691180",
        YUFACE,
        ("yuface-2023.5.1.dist-info/LICENSE",),
        _copy_text,
    ),
    Shipped(
        "face/face_descriptor_dlib_resnet_v1.onnx",
        "86178d9a2110821af07c0280ca3f279562e2d1312c981e126f82f6dbc3222292",
        FACE_API,
        (f"{_FACE_API}-weights_manifest.json", f"{_FACE_API}.bin"),
        build_face_descriptor,
    ),
    Shipped(
        "face/LICENSE-face-api.txt",
        "9a3442b79acaf4fbc7c2e07b7e2d8f84af9bb3871bf08a69d80304ab00640e9a",
        FACE_API,
        ("package/LICENSE",),
        _copy_text,
    ),
)  # fmt: skip


def build(shipped: Shipped, downloads: Path) -> bytes:
    """The file as its package gives it; not compared with anything. Raises PackageFault."""
    package = fetch(shipped.package, downloads)
    return shipped.make(*(read_member(package, member) for member in shipped.members))


def fault_of(shipped: Shipped, data: bytes | None) -> str | None:
    """What is wrong with these bytes as the shipped file, or None. `data` None: there is no such file."""
    if data is None:
        return "is not there"
    found = hashlib.sha256(_copy_text(data) if shipped.make is _copy_text else data).hexdigest()
    return None if found == shipped.sha256 else f"is {found}, not {shipped.sha256}"
