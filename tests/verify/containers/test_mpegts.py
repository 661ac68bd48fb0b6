"""The packets of a transport stream, some of which belong to nothing that is played."""

from fractions import Fraction

import pytest

from passerby.verify.containers.mpegts import walk
from tests import clips

EMPTY = b"\x47\x1f\xff\x10"


@pytest.fixture
def stream(tmp_path):
    return clips.write_clip(
        tmp_path / "a.ts", container="mpegts", time_base=Fraction(1, 90000), times=range(0, 8 * 3600, 3600)
    )


@pytest.mark.parametrize("more", [b"", EMPTY + b"\xff" * 184, EMPTY + bytes(184)])
def test_a_plain_one_has_nothing(more, stream):
    stream.write_bytes(stream.read_bytes() + more)
    assert {} == walk(stream)


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        (EMPTY + b"Secret".ljust(184, b"\xff"), "data in null packets"),
        (b"\x47\x04\x56\x10" + bytes(184), "1 packets that belong to no track"),
        (b"\x47\x01\x00\x30\x08\x02\x06Secret".ljust(188, b"\xff"), "private data in packets"),
        (b"Secret bytes", "12 bytes that are not packets"),
        (b"Secret bytes".ljust(400), "400 bytes that are not packets"),
    ],
)
def test_packets_of_no_track_are_reported(more, wanted, stream):
    stream.write_bytes(stream.read_bytes() + more)
    assert {wanted: 1} == walk(stream)


@pytest.mark.parametrize("tag", ["service_name", "service_provider"])
def test_names_are_reported(tag, tmp_path):
    path = clips.write_clip(
        tmp_path / "a.ts",
        container="mpegts",
        time_base=Fraction(1, 90000),
        times=range(0, 8 * 3600, 3600),
        prepare=lambda output, _: output.metadata.update({tag: "Secret"}),
    )
    assert {"the name of a service": 1} == walk(path)
