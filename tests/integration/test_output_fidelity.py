"""From a source to a released file: what must be kept is kept, and nothing else comes out."""

from fractions import Fraction

import av
import numpy as np
import pytest

from passerby.config.settings import Settings
from passerby.core.safe_frame import SafeFrame
from passerby.sink.video.codec_choice import choose_encoding
from passerby.sink.video.writer import VideoWriter
from passerby.source.video.file import VideoFile
from tests import clips


def release(source, path, container="mp4"):
    """The source's frames as they are, through the source and the sink."""
    with VideoFile.open(source) as file:
        video = file.info.videos[0]
        encoding = choose_encoding(video, Settings(), container)
        with VideoWriter(path, [(video, encoding)], container) as writer:
            for raw in file.frames():
                writer.write(SafeFrame(raw.av_frame, raw.index, raw.time))
    return path


@pytest.mark.parametrize(
    "make",
    [
        clips.cfr,
        clips.vfr,
        clips.ten_bit_hevc,
        clips.b_frames_with_edit_list,
        clips.vp9,
        clips.av1,
        pytest.param(lambda path: clips.turned(path, 90), id="turned"),
    ],
)
def test_every_frame_with_its_time(tmp_path, make):
    source = make(tmp_path / "source")
    before, after = clips.decoded(source), clips.decoded(release(source, tmp_path / "o.mp4"))
    assert len(after) == len(before) >= clips.FRAMES - 6
    assert [time for time, _ in after] == [time for time, _ in before]
    for (_, old), (_, new) in zip(before, after, strict=True):
        assert np.mean(np.abs(old.astype(int) - new)) < 4


@pytest.mark.parametrize("angle", [90, 180, 270])
@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("container", ["mp4", "matroska"])
def test_orientation_and_aspect_are_preserved(tmp_path, angle, mirrored, container):
    source = clips.turned(tmp_path / "source", angle, mirrored, container)
    out = release(source, tmp_path / "o", container)
    with VideoFile.open(source) as before, VideoFile.open(out) as after:
        old, new = before.info.videos[0].geometry, after.info.videos[0].geometry
        assert (old.rotation, old.mirrored) != (0, False)
        assert new == old


def test_colour_and_aspect(tmp_path):
    def prepare(_, stream):
        context = stream.codec_context
        context.color_primaries, context.color_trc, context.colorspace, context.color_range = 5, 6, 5, 2
        context.sample_aspect_ratio = Fraction(16, 11)

    source = clips.write_clip(tmp_path / "s.mp4", prepare=prepare)
    out = release(source, tmp_path / "o.mp4")
    with VideoFile.open(source) as before, VideoFile.open(out) as after:
        old, new = before.info.videos[0], after.info.videos[0]
        assert (new.colour, new.geometry, new.pixel_format) == (old.colour, old.geometry, old.pixel_format)
        assert (new.colour.primaries, new.colour.full_range) == (5, True)
        assert new.geometry.pixel_aspect == Fraction(16, 11)


@pytest.mark.parametrize("container", ["mp4", "matroska"])
@pytest.mark.parametrize("into", ["mp4", "mov", "matroska"])
def test_nothing_else_comes_out(tmp_path, container, into):
    source = clips.everything(tmp_path / "source", container)
    if container == "mp4":
        source.write_bytes(source.read_bytes() + b"\0\0\0\x18uuid" + b"Trailing secret!")
    secrets = [value.encode() for value in clips.SECRETS.values()]
    secrets += [clips.SUBTITLE, clips.CHAPTER.encode(), clips.HANDLER.encode()]
    secrets += [clips.ATTACHMENT] if container == "matroska" else [b"Trailing secret!"]
    before, after = source.read_bytes(), release(source, tmp_path / "o", into).read_bytes()
    assert [secret for secret in secrets if secret not in before] == []  # else the next line proves nothing
    assert [secret for secret in secrets if secret in after] == []
    with av.open(tmp_path / "o") as opened:
        assert [stream.type for stream in opened.streams] == ["video"]
        assert opened.chapters() == []
        tags = {name.lower(): value for name, value in opened.metadata.items()}
        assert tags.pop("encoder", "Lavf") == "Lavf"  # Matroska must name a program; this is no more than its name
        assert tags.keys() <= {"major_brand", "minor_version", "compatible_brands"}
        assert {name.lower() for name in opened.streams[0].metadata} <= {
            "handler_name",
            "vendor_id",
            "language",
            "duration",
        }


def test_captions_in_the_picture_stream_do_not_come_out(tmp_path):
    """Closed captions and other messages lie between the slices of H.264, and on the decoded frames."""
    note = b"Secret note in the stream"
    source = clips.write_clip(tmp_path / "s.mp4")
    with av.open(source) as opened, av.open(tmp_path / "n.mp4", "w") as noted:
        template = opened.streams.video[0]
        stream = noted.add_stream_from_template(template)
        for packet in opened.demux(template):
            if not packet.size:
                continue
            payload = bytes(16) + note
            message = bytes([6, 5, len(payload)]) + payload + b"\x80"
            copy = av.Packet(len(message).to_bytes(4, "big") + message + bytes(packet))
            copy.pts, copy.dts, copy.time_base, copy.stream = packet.pts, packet.dts, packet.time_base, stream
            copy.is_keyframe = packet.is_keyframe
            noted.mux(copy)
    assert note in (tmp_path / "n.mp4").read_bytes()
    with av.open(tmp_path / "n.mp4") as opened:
        assert any(note in bytes(item) for item in next(opened.decode(video=0)).side_data)
    assert note not in release(tmp_path / "n.mp4", tmp_path / "o.mp4").read_bytes()
