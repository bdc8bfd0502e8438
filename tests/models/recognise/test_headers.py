"""Headers of files of weights that want to do harm: every one is refused, at once, with a word."""

from __future__ import annotations

import json
import random
import struct
import time
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from oelala.models.gguf_header import parse_gguf, read_gguf
from oelala.models.safetensors_header import parse_header
from tests.models.recognise.files import gguf_header, shapes, write_gguf


def entry(shape: object = (1,), dtype: object = "U8", offsets: object = (0, 1)) -> dict[str, object]:
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


def packed(value: object) -> bytes:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return struct.pack("<Q", len(text)) + text


HOSTILE = {
    "empty": b"",
    "only a length": struct.pack("<Q", 100),
    "a length of 100 GB": struct.pack("<Q", 100 * 2**30) + b"{}",
    "the largest length": b"\xff" * 8 + b"{}",
    "no JSON": packed(b"{nonsense"),
    "not UTF-8": packed(b'{"\xff\xfe": 1}'),
    "deep": packed(b"[" * 900_000),
    "deep objects": packed(b'{"a":' * 100_000),
    "a list": packed([]),
    "a number": packed(7),
    "no entry": packed({"x": 1}),
    "no shape": packed({"x": {"dtype": "U8"}}),
    "a text as shape": packed({"x": entry("1")}),
    "a negative side": packed({"x": entry((-1,))}),
    "a fraction": packed({"x": entry((1.5,))}),
    "true": packed({"x": entry((True,))}),
    "a strange type": packed({"x": entry(dtype="PICKLE")}),
    "a list as type": packed({"x": entry(dtype=[])}),
    "offsets backwards": packed({"x": entry(offsets=(1, 0))}),
    "one offset": packed({"x": entry(offsets=(1,))}),
    "more than its shape": packed({"x": entry(offsets=(0, 10**15))}),
    "a huge shape": packed({"x": entry((10**18, 10**18), offsets=(0, 1))}),
    "many sides": packed({"x": entry([1] * 1000)}),
    "a long name": packed({"x" * 100_000: entry()}),
    "many tensors": packed({str(n): entry((0,), offsets=(0, 0)) for n in range(30_000)}),
    "a number of 5000 digits": packed(
        b'{"x":{"dtype":"U8","shape":[' + b"9" * 5000 + b'],"data_offsets":[0,1]}}'
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_safetensors(name: str) -> None:
    started = time.monotonic()
    with pytest.raises((ValueError, OverflowError)):
        parse_header(BytesIO(HOSTILE[name]))
    assert time.monotonic() - started < 2


def test_honest_safetensors() -> None:
    data = save({"a": np.zeros((2, 3), np.float32), "b": np.zeros((5,), np.uint8)}, {"of": "me"})
    header = parse_header(BytesIO(data))
    assert (header.parameters, header.bytes, header.metadata) == (11, len(data), {"of": "me"})
    assert header.tensors["a"].shape == (2, 3)


def number(kind: str, value: float) -> bytes:
    return struct.pack(f"<{kind}", value)


START = b"GGUF" + number("I", 3)
NAME = number("Q", 1) + b"x"
GGUF_HOSTILE = {
    "empty": b"",
    "letters": b"GGUF",
    "version 1": b"GGUF" + number("I", 1) + bytes(16),
    "big-endian": b"GGUF" + struct.pack(">I", 3) + bytes(16),
    "many tensors": START + number("Q", 2**63) + number("Q", 0),
    "many keys": START + number("Q", 0) + number("Q", 2**63),
    "a text of 2^63 bytes": START + number("Q", 0) + number("Q", 1) + number("Q", 2**63),
    "an array of 2^63 bytes": START
    + number("Q", 0)
    + number("Q", 1)
    + NAME
    + number("I", 9)
    + number("I", 0)
    + number("Q", 2**63),
    "an array of 2^63 texts": START
    + number("Q", 0)
    + number("Q", 1)
    + NAME
    + number("I", 9)
    + number("I", 8)
    + number("Q", 2**63),
    "an array of arrays": START
    + number("Q", 0)
    + number("Q", 1)
    + NAME
    + number("I", 9)
    + number("I", 9)
    + number("Q", 1),
    "a value of no kind": START + number("Q", 0) + number("Q", 1) + NAME + number("I", 77),
    "many dimensions": START + number("Q", 1) + number("Q", 0) + NAME + number("I", 2**31),
    "a type of no kind": START
    + number("Q", 1)
    + number("Q", 0)
    + NAME
    + number("I", 1)
    + number("Q", 32)
    + number("I", 99)
    + number("Q", 0),
    "half a block": START
    + number("Q", 1)
    + number("Q", 0)
    + NAME
    + number("I", 1)
    + number("Q", 33)
    + number("I", 8)
    + number("Q", 0),
}


@pytest.mark.parametrize("name", GGUF_HOSTILE)
def test_hostile_gguf(name: str) -> None:
    started = time.monotonic()
    with pytest.raises(ValueError, match=r".+"):
        parse_gguf(BytesIO(GGUF_HOSTILE[name]))
    assert time.monotonic() - started < 2


def test_a_claim_of_100_gb_is_seen() -> None:
    start, length = gguf_header({"x.weight": (320_000, 320_000)})
    assert length > 100 * 10**9
    assert parse_gguf(BytesIO(start)).bytes > 100 * 10**9


def test_thousands_of_mutations() -> None:
    """Flipped bytes give another header or a ValueError, never anything else."""
    chance = random.Random(7)
    whole = save({f"layer.{n}": np.zeros((n, 3), np.float16) for n in range(20)})
    gguf, _ = gguf_header({f"layer.{n}.weight": (32, 64) for n in range(20)}, keys={"a": "b" * 40})
    for data, parse in ((whole, parse_header), (gguf, parse_gguf)):
        for _ in range(4000):
            spoiled = bytearray(data)
            for _ in range(chance.randint(1, 4)):
                spoiled[chance.randrange(min(len(spoiled), 2000))] = chance.randrange(256)
            with suppress(ValueError, OverflowError):
                parse(BytesIO(bytes(spoiled)))


def test_the_same_as_the_gguf_package_reads(tmp_path: Path) -> None:
    gguf = pytest.importorskip("gguf")
    path = tmp_path / "x.gguf"
    writer = gguf.GGUFWriter(path, "wan")
    writer.add_uint32("wan.block_count", 30)
    writer.add_array("some.list", ["a", "bc"])
    weights = np.random.default_rng(7).standard_normal((4, 64)).astype(np.float32)
    writer.add_tensor("plain", weights)
    for kind in ("Q8_0", "Q4_0", "Q5_1"):
        number = gguf.GGMLQuantizationType[kind]
        writer.add_tensor(kind, gguf.quants.quantize(weights, number), raw_dtype=number)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    header = read_gguf(path)
    assert header.metadata["wan.block_count"] == 30
    assert {name: tensor.dtype for name, tensor in header.tensors.items()} == {
        **{"plain": "F32", "Q8_0": "Q8_0", "Q4_0": "Q4_0", "Q5_1": "Q5_1"}
    }
    assert {tensor.shape for tensor in header.tensors.values()} == {(4, 64)}
    assert header.bytes <= path.stat().st_size < header.bytes + 64


def test_a_header_of_full_size_is_read_at_once(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "x.gguf", shapes("wan2.2-animate-14b"))
    started = time.monotonic()
    assert read_gguf(path).bytes <= path.stat().st_size
    assert time.monotonic() - started < 1
