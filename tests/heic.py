"""Patching a HEIC: a picture in it becomes an auxiliary one, as cameras make them and no encoder at hand does."""

from __future__ import annotations

import struct


def last_is_depth_of_first(content: bytes) -> bytes:
    """The same file with a reference "auxl" and a property "auxC" that make the last picture an auxiliary one."""
    meta = content.index(b"meta") - 4
    (size,) = struct.unpack_from(">I", content, meta)
    inside = content[meta : meta + size]
    pictures = [
        struct.unpack_from(">H", inside, at + 8)[0]
        for at in _all(inside, b"infe")
        if inside[at + 12 : at + 16] == b"hvc1"
    ]
    depth = b"urn:mpeg:hevc:2015:auxid:2\0"
    auxc = struct.pack(">I4sI", 12 + len(depth), b"auxC", 0) + depth
    grown = _grow(inside, b"ipco", auxc)
    properties = _count_boxes(grown, b"ipco")
    grown = _associate(grown, pictures[-1], properties)
    reference = struct.pack(">I4sHHH", 14, b"auxl", pictures[-1], 1, pictures[0])
    grown = _grow(grown, b"iref", reference)
    grown = struct.pack(">I", len(grown)) + grown[4:]
    return content[:meta] + _moved(grown, len(grown) - size) + content[meta + size :]


def _all(data: bytes, name: bytes) -> list[int]:
    return [at for at in range(len(data)) if data[at : at + 4] == name]


def _grow(data: bytes, name: bytes, addition: bytes) -> bytes:
    """The box called `name` with something at its end, and the boxes around it that much longer."""
    start = data.index(name) - 4
    (size,) = struct.unpack_from(">I", data, start)
    parents = [data.index(b"iprp") - 4] if name in (b"ipco", b"ipma") else []
    data = data[: start + size] + addition + data[start + size :]
    for place in [start, *parents]:
        (old,) = struct.unpack_from(">I", data, place)
        data = data[:place] + struct.pack(">I", old + len(addition)) + data[place + 4 :]
    return data


def _count_boxes(data: bytes, name: bytes) -> int:
    start = data.index(name) - 4
    (size,) = struct.unpack_from(">I", data, start)
    at, count = start + 8, 0
    while at < start + size:
        at += struct.unpack_from(">I", data, at)[0]
        count += 1
    return count


def _associate(data: bytes, item: int, property_number: int) -> bytes:
    """One more property for an item, in a list of associations with items of 16 bits and properties of 7 bits."""
    at = data.index(b"ipma") + 4
    assert data[at : at + 4] == b"\0\0\0\0"
    (entries,) = struct.unpack_from(">I", data, at + 4)
    at += 8
    for _ in range(entries):
        (number,) = struct.unpack_from(">H", data, at)
        count = data[at + 2]
        if number == item:
            break
        at += 3 + count
    data = (
        data[: at + 2]
        + bytes([count + 1])
        + data[at + 3 : at + 3 + count]
        + bytes([property_number])
        + data[at + 3 + count :]
    )
    for name in (b"ipma", b"iprp"):
        place = data.index(name) - 4
        data = data[:place] + struct.pack(">I", struct.unpack_from(">I", data, place)[0] + 1) + data[place + 4 :]
    return data


def _moved(meta: bytes, by: int) -> bytes:
    """The list of where items lie (iloc), each that many bytes further on."""
    at = meta.index(b"iloc") + 4
    version, sizes, more = meta[at], meta[at + 4], meta[at + 5]
    offset_size, length_size, base_size = sizes >> 4, sizes & 15, more >> 4
    assert offset_size == 4
    width = 2 if version < 2 else 4
    count = int.from_bytes(meta[at + 6 : at + 6 + width], "big")
    at += 6 + width
    data = bytearray(meta)
    for _ in range(count):
        at += width
        method = 0
        if version:
            method = data[at + 1] & 15
            at += 2
        at += 2
        base = int.from_bytes(data[at : at + base_size], "big")
        if method == 0 and base:
            data[at : at + base_size] = (base + by).to_bytes(base_size, "big")
        at += base_size
        (extents,) = struct.unpack_from(">H", data, at)
        at += 2
        for _ in range(extents):
            (place,) = struct.unpack_from(">I", data, at)
            if method == 0 and not base:
                struct.pack_into(">I", data, at, place + by)
            at += offset_size + length_size
    return bytes(data)
