"""MediaPipe's pose and hand landmarkers as `.task` bundles, from the models in the package mediapipe 0.10.14.

Later packages hold no models, and this one's model of the body's landmarks lacks the metadata that the Tasks
API asks for: how to normalise its image input. It is added here; the weights stay as they are. A bundle is a
zip of stored members whose data begin at multiples of 16, so that MediaPipe maps them instead of copying.
"""

from __future__ import annotations

import struct
import zipfile
from importlib import import_module
from io import BytesIO
from typing import Any

import numpy as np

_ALIGNMENT = 16
_HEADER = 30  # bytes of a member before its name
_PADDING_FIELD = 0xD935  # zip's extra field for alignment, as Android's tools write it
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


def build_pose_bundle(detector: bytes, landmarks: bytes) -> bytes:
    """`pose_landmarker.task` from the wheel's `pose_detection.tflite` and `pose_landmark_full.tflite`."""
    return _stored_zip(
        {"pose_detector.tflite": detector, "pose_landmarks_detector.tflite": _with_metadata(landmarks)}
    )


def build_hand_bundle(detector: bytes, landmarks: bytes) -> bytes:
    """`hand_landmarker.task` from the wheel's `palm_detection_full.tflite` and `hand_landmark_full.tflite`,
    which have their metadata."""
    return _stored_zip({"hand_detector.tflite": detector, "hand_landmarks_detector.tflite": landmarks})


def _stored_zip(members: dict[str, bytes]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as bundle:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, _LONG_AGO)
            info.create_system = 3  # else the file says on which system it was made
            padding = -(buffer.tell() + _HEADER + len(name) + 4) % _ALIGNMENT
            info.extra = struct.pack("<HH", _PADDING_FIELD, padding) + bytes(padding)
            bundle.writestr(info, data)
    return buffer.getvalue()


def _with_metadata(model: bytes) -> bytes:
    """The same model with a `TFLITE_METADATA` buffer that asks for RGB values divided by 255."""
    schema = _schema("schema_py_generated")
    tree = schema.ModelT.InitFromPackedBuf(model)
    graph = tree.subgraphs[0]
    note = schema.BufferT()
    note.data = np.frombuffer(_metadata([graph.tensors[index].name for index in graph.outputs]), np.uint8)
    tree.buffers.append(note)
    entry = schema.MetadataT()
    entry.name, entry.buffer = "TFLITE_METADATA", len(tree.buffers) - 1
    tree.metadata = [*(tree.metadata or []), entry]
    for buffer in tree.buffers:
        _align(buffer, schema)
    return _finish(tree, b"TFL3")


def _metadata(outputs: list[bytes]) -> bytes:
    schema = _schema("metadata_schema_py_generated")
    graph = schema.SubGraphMetadataT()
    graph.inputTensorMetadata = [_image(schema)]
    graph.outputTensorMetadata = [_feature(schema, name.decode()) for name in outputs]
    model = schema.ModelMetadataT()
    model.name, model.minParserVersion = "BlazePose landmarks, full", "1.0.0"
    model.subgraphMetadata = [graph]
    return _finish(model, b"M001")


def _image(schema: Any) -> Any:
    properties = schema.ImagePropertiesT()
    properties.colorSpace = schema.ColorSpaceType.RGB
    options = schema.NormalizationOptionsT()
    options.mean, options.std = [0.0], [255.0]
    unit = schema.ProcessUnitT()
    unit.optionsType, unit.options = schema.ProcessUnitOptions.NormalizationOptions, options
    tensor = _tensor(schema, "image", schema.ContentProperties.ImageProperties, properties)
    tensor.processUnits = [unit]
    tensor.stats = schema.StatsT()
    tensor.stats.min, tensor.stats.max = [0.0], [1.0]
    return tensor


def _feature(schema: Any, name: str) -> Any:
    return _tensor(schema, name, schema.ContentProperties.FeatureProperties, schema.FeaturePropertiesT())


def _tensor(schema: Any, name: str, kind: int, properties: Any) -> Any:
    content = schema.ContentT()
    content.contentPropertiesType, content.contentProperties = kind, properties
    tensor = schema.TensorMetadataT()
    tensor.name, tensor.content = name, content
    return tensor


def _align(buffer: Any, schema: Any) -> None:
    """Let this buffer's data start at a multiple of 16: the generated code ignores the schema's wish."""
    if buffer.data is None or not len(buffer.data):
        return
    data = bytes(bytearray(buffer.data))

    def pack(builder: Any) -> Any:
        builder.StartVector(1, len(data), _ALIGNMENT)
        builder.head -= len(data)
        builder.Bytes[builder.head : builder.head + len(data)] = data
        vector = builder.EndVector()
        schema.BufferStart(builder)
        schema.BufferAddData(builder, vector)
        return schema.BufferEnd(builder)

    buffer.Pack = pack


def _finish(tree: Any, identifier: bytes) -> bytes:
    builder = import_module("flatbuffers").Builder(0)
    builder.Finish(tree.Pack(builder), file_identifier=identifier)
    return bytes(builder.Output())


def _schema(name: str) -> Any:
    return import_module(f"mediapipe.tasks.metadata.{name}")
