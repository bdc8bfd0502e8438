"""`python -m oelala.mini.pose_model WHEEL OUT`: MediaPipe's pose landmarker bundle from its public wheel.

The wheel is mediapipe 0.10.14 of PyPI (Apache-2.0): `pip download --no-deps mediapipe==0.10.14`. Its landmark
model lacks only the metadata that today's Tasks API asks for: that inputs are divided by 255.
"""

import struct
import sys
import zipfile
from pathlib import Path

import flatbuffers
import numpy as np
from mediapipe.tasks.metadata import metadata_schema_py_generated as metadata
from mediapipe.tasks.metadata import schema_py_generated as schema

DETECTOR = "mediapipe/modules/pose_detection/pose_detection.tflite"
LANDMARKS = "mediapipe/modules/pose_landmark/pose_landmark_full.tflite"


def _image_tensor() -> metadata.TensorMetadataT:
    tensor, content, image = metadata.TensorMetadataT(), metadata.ContentT(), metadata.ImagePropertiesT()
    image.colorSpace = metadata.ColorSpaceType.RGB
    content.contentPropertiesType = metadata.ContentProperties.ImageProperties
    content.contentProperties = image
    unit, options, stats = metadata.ProcessUnitT(), metadata.NormalizationOptionsT(), metadata.StatsT()
    options.mean, options.std = [0.0], [255.0]
    unit.optionsType, unit.options = metadata.ProcessUnitOptions.NormalizationOptions, options
    stats.min, stats.max = [0.0], [1.0]
    tensor.name, tensor.content, tensor.processUnits, tensor.stats = "image", content, [unit], stats
    return tensor


def _plain_tensor(name: str) -> metadata.TensorMetadataT:
    tensor, content = metadata.TensorMetadataT(), metadata.ContentT()
    content.contentPropertiesType = metadata.ContentProperties.FeatureProperties
    content.contentProperties = metadata.FeaturePropertiesT()
    tensor.name, tensor.content = name, content
    return tensor


def with_metadata(model: bytes) -> bytes:
    """The landmark model with a TFLITE_METADATA entry."""
    tree = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(model, 0))
    graph = tree.subgraphs[0]
    about, part = metadata.ModelMetadataT(), metadata.SubGraphMetadataT()
    part.inputTensorMetadata = [_image_tensor()]
    part.outputTensorMetadata = [_plain_tensor(graph.tensors[i].name.decode()) for i in graph.outputs]
    about.name, about.minParserVersion, about.subgraphMetadata = "pose landmarks", "1.0.0", [part]
    builder = flatbuffers.Builder(0)
    builder.Finish(about.Pack(builder), file_identifier=b"M001")
    buffer, entry = schema.BufferT(), schema.MetadataT()
    buffer.data = np.frombuffer(bytes(builder.Output()), dtype=np.uint8)
    tree.buffers.append(buffer)
    entry.name, entry.buffer = "TFLITE_METADATA", len(tree.buffers) - 1
    tree.metadata = [*(tree.metadata or []), entry]
    whole = flatbuffers.Builder(0)
    whole.Finish(tree.Pack(whole), file_identifier=b"TFL3")
    return bytes(whole.Output())


def build(wheel: Path, out: Path) -> None:
    """Write the bundle: stored members, their data aligned to 16 bytes."""
    with zipfile.ZipFile(wheel) as source:
        members = {
            "pose_detector.tflite": source.read(DETECTOR),
            "pose_landmarks_detector.tflite": with_metadata(source.read(LANDMARKS)),
        }
    with out.open("wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as bundle:
        for name, data in members.items():
            info = zipfile.ZipInfo(name)
            gap = -(file.tell() + 30 + len(name) + 4) % 16
            info.extra = struct.pack("<HH", 0xD935, gap) + bytes(gap)
            bundle.writestr(info, data)


if __name__ == "__main__":
    build(Path(sys.argv[1]), Path(sys.argv[2]))
