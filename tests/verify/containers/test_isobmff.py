import struct

import pytest

from passerby import redact
from tests import clips
from tests.fake_detector import use_fixed_face
from tests.verify.containers.inspection import remnants


@pytest.fixture
def clean(tmp_path, monkeypatch):
    """What passerby itself writes."""
    use_fixed_face(monkeypatch)
    path = tmp_path / "clean.mp4"
    redact(clips.cfr(tmp_path / "source.mp4"), path, verify=False)
    return path


def box(name, content):
    return struct.pack(">I", 8 + len(content)) + name + content


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        (b"some bytes that are no box", "bytes after the last box"),
        (box(b"uuid", bytes(16) + b"<x:xmpmeta>"), "a box of type uuid"),
        (box(b"free", b"GPS 48.85 2.29"), "data in an empty box of type free"),
        (box(b"mdat", b"a film in a film"), "bytes of media that belong to no track"),
        (box(b"moov", box(b"udta", box(b"\xa9xyz", b"+48.85"))), "a box of type ?xyz"),
        (box(b"meta", bytes(4) + box(b"xml ", b"<gps/>")), "a box of type xml"),
        (box(b"thmb", b"a thumbnail"), "a box of type thmb"),
    ],
)
def test_remnants_between_boxes(more, wanted, clean):
    assert "" == remnants(clean)
    clean.write_bytes(clean.read_bytes() + more)
    assert wanted in remnants(clean)


def test_empty_space_is_empty(clean):
    clean.write_bytes(clean.read_bytes() + box(b"free", bytes(500)))
    assert "" == remnants(clean)
