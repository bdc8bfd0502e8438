"""Reads named tables of numbers out of a 64-bit little-endian ELF library, without loading it."""

from __future__ import annotations

import struct
from dataclasses import dataclass

_SECTION = struct.Struct("<IIQQQQIIQQ")  # name, type, flags, address, offset, size, link, info, align, entry
_SYMBOL = struct.Struct("<IBBHQQ")  # name, info, other, section, value, size
_DYNAMIC_SYMBOLS = 11
_OBJECT = 1


@dataclass(frozen=True, slots=True)
class _Section:
    kind: int
    address: int
    offset: int
    size: int
    link: int


def exported_tables(library: bytes) -> dict[str, bytes]:
    """Name -> bytes of every data object that the library exports. Raises ValueError for another format."""
    if library[:6] != b"\x7fELF\x02\x01":
        raise ValueError("not a 64-bit little-endian ELF library")
    sections = _sections(library)
    symbols = next(section for section in sections if section.kind == _DYNAMIC_SYMBOLS)
    names = sections[symbols.link]
    tables: dict[str, bytes] = {}
    for place in range(symbols.offset, symbols.offset + symbols.size, _SYMBOL.size):
        name, info, _, index, address, size = _SYMBOL.unpack_from(library, place)
        if info & 15 != _OBJECT or not 0 < index < len(sections):
            continue
        start = names.offset + name
        offset = sections[index].offset + address - sections[index].address
        tables[library[start : library.index(b"\0", start)].decode("ascii")] = library[offset : offset + size]
    return tables


def _sections(library: bytes) -> list[_Section]:
    (table,) = struct.unpack_from("<Q", library, 0x28)
    entry, count = struct.unpack_from("<HH", library, 0x3A)
    sections = []
    for number in range(count):
        _, kind, _, address, offset, size, link, *_ = _SECTION.unpack_from(library, table + number * entry)
        sections.append(_Section(kind, address, offset, size, link))
    return sections
