"""Containers are recognised by their first bytes."""

from fractions import Fraction

import pytest

from passerby.source.video.container_sniff import DEMUXERS, HEAD_BYTES, sniff_container, sniff_file
from passerby.source.video.file import VideoFile
from tests import clips, recorder_files


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


def test_transport_streams_with_a_lost_sync_byte(tmp_path):
    path = clips.write_clip(
        tmp_path / "c.ts", container="mpegts", time_base=Fraction(1, 90000), times=range(0, 90000, 3600)
    )
    content = bytearray(path.read_bytes())
    assert len(content) > 4096
    content[188 * 4] = 0
    path.write_bytes(content)
    assert "mpegts" == sniff_file(path)


def test_program_streams_behind_something_else(tmp_path):
    path = recorder_files.hikvision(tmp_path / "c.mpg")
    path.write_bytes(b"any header" * 9 + path.read_bytes()[40:])
    assert "mpeg" == sniff_file(path)
    with VideoFile.open(path) as file:
        assert 12 == len(list(file.frames()))


@pytest.mark.parametrize("head", [b"", b"MZ", b"#EXTM3U\n" * 40, b"RIFF\0\0\0\0WAVE", b"\x47" + bytes(187)])
def test_anything_else_is_no_video(head):
    assert sniff_container(head) is None
