"""The chunks of an AVI file, each with something in it that nobody plays."""

import struct

import pytest

from passerby.verify.containers.riff import walk


def chunk(name, content):
    return name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)


def listed(kind, *chunks):
    return chunk(b"LIST", kind + b"".join(chunks))


def avi(path, *more, behind=b""):
    head = listed(b"hdrl", chunk(b"avih", bytes(56)), listed(b"strl", chunk(b"strh", bytes(56))))
    movi = listed(b"movi", chunk(b"00dc", b"odd"), chunk(b"ix00", bytes(8)), listed(b"rec ", chunk(b"01wb", b"more")))
    inside = b"AVI " + head + b"".join(more) + movi + chunk(b"idx1", bytes(16))
    path.write_bytes(chunk(b"RIFF", inside) + behind)
    return path


def test_a_plain_one_has_nothing(tmp_path):
    signed = listed(b"INFO", chunk(b"ISFT", b"Lavf62.3.100\0"))
    assert {} == walk(avi(tmp_path / "a.avi", signed, chunk(b"JUNK", bytes(40))))


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        (listed(b"INFO", chunk(b"ISFT", b"Secret"), chunk(b"INAM", b"Secret")), "a list of tags"),
        (chunk(b"JUNK", b"Secret"), "data in unused space"),
        (chunk(b"IDIT", b"Wed Feb  3"), "the creation date"),
        (chunk(b"GPS ", b"48.85"), "a chunk of type GPS?"),
        (listed(b"exif", chunk(b"etim", b"04:05")), "a list of type exif"),
        (b"LIST" + struct.pack("<I", 1 << 30), "chunks with an invalid structure"),
    ],
)
def test_bytes_between_are_reported(more, wanted, tmp_path):
    assert {wanted: 1} == walk(avi(tmp_path / "a.avi", more))


@pytest.mark.parametrize("behind", [b"Secret bytes behind the end", b"RIFF\xff\xff\xff\x7fAVIX and no more"])
def test_trailing_bytes_are_reported(behind, tmp_path):
    assert {f"{len(behind)} bytes after the last chunk": 1} == walk(avi(tmp_path / "a.avi", behind=behind))
