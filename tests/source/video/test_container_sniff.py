"""Containers are recognised by their first bytes."""

from fractions import Fraction

import pytest

from passerby.source.video.container_sniff import DEMUXERS, HEAD_BYTES, sniff_container
from tests import clips


@pytest.mark.parametrize(
    ("container", "codec"),
    [
        ("mp4", "libx264"),
        ("mov", "libx264"),
        ("matroska", "libx264"),
        ("webm", "libvpx-vp9"),
        ("avi", "mpeg4"),
        ("mpegts", "mpeg2video"),
        ("mpeg", "mpeg2video"),
        ("flv", "flv"),
        ("asf", "wmv2"),
    ],
)
def test_what_ffmpeg_writes_is_recognised(tmp_path, container, codec):
    time_base = Fraction(1, 1000) if container in ("matroska", "webm", "flv", "asf") else Fraction(1, 25)
    times = range(0, 240, 40) if time_base == Fraction(1, 1000) else range(6)
    path = clips.write_clip(tmp_path / "clip", codec=codec, container=container, time_base=time_base, times=times)
    found = sniff_container(path.read_bytes()[:HEAD_BYTES])
    assert container == found
    assert found in DEMUXERS


def test_transport_streams_that_start_in_mid_packet(tmp_path):
    path = clips.write_clip(
        tmp_path / "c.ts", codec="mpeg2video", container="mpegts", time_base=Fraction(1, 25), times=range(6)
    )
    content = path.read_bytes()[100:]
    assert "mpegts" == sniff_container(content[:HEAD_BYTES])
    on_disc = b"".join(b"\0\0\0\0" + content[at : at + 188] for at in range(88, 2000, 188))
    assert "mpegts" == sniff_container(on_disc)


@pytest.mark.parametrize("head", [b"", b"MZ", b"#EXTM3U\n" * 40, b"RIFF\0\0\0\0WAVE", b"\x47" + bytes(187)])
def test_anything_else_is_no_video(head):
    assert sniff_container(head) is None
