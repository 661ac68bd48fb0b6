"""A few hundred bytes that claim eighty million samples."""

import io
import struct

import pytest

from passerby.core.errors import DamagedSource
from passerby.source.video.open import open_container
from passerby.source.video.structure.sample_claims import claimed_samples, claims_too_much
from tests import clips

CLAIM = 80_000_000


def box(name, *content):
    body = b"".join(content)
    return struct.pack(">I4s", 8 + len(body), name) + body


def boxes(path_of_table, *table):
    """A table within its parents."""
    *parents, name = path_of_table
    made = box(name, *table)
    for parent in reversed(parents):
        made = box(parent, made)
    return box(b"ftyp", b"isom" + bytes(4)) + made


STBL = (b"moov", b"trak", b"mdia", b"minf", b"stbl")
LIES = {
    "equal sizes": boxes((*STBL, b"stsz"), struct.pack(">III", 0, 1, CLAIM)),
    "compact sizes": boxes((*STBL, b"stz2"), struct.pack(">III", 0, 8, CLAIM)),
    "a fragment": boxes((b"moof", b"traf", b"trun"), struct.pack(">II", 0, CLAIM)),
    "a box of 64 bits": box(b"ftyp", b"isom" + bytes(4))
    + struct.pack(">I4sQ", 1, b"moov", 16 + 8 + 20)
    + box(b"trak", box(b"trun", struct.pack(">II", 0, CLAIM)))[:28],
}


@pytest.mark.parametrize("name", LIES)
def test_a_claim_beyond_the_size_of_the_file_is_refused_before_room_is_made(name, tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(LIES[name])
    assert CLAIM == claimed_samples(io.BytesIO(LIES[name]))
    with pytest.raises(DamagedSource, match="claims more pictures or sounds than it has bytes"):
        open_container(path)


def test_a_whole_file_claims_what_it_has(tmp_path):
    path = clips.cfr(tmp_path / "clip.mp4")
    with path.open("rb") as file:
        assert clips.FRAMES == claimed_samples(file)
        assert not claims_too_much(file)


@pytest.mark.parametrize(
    "content", [b"", b"abc", bytes(64), b"\xff" * 64, LIES["equal sizes"][:-4], LIES["a fragment"][:40]]
)
def test_what_is_cut_or_no_mp4_claims_nothing(content):
    assert not claims_too_much(io.BytesIO(content))
