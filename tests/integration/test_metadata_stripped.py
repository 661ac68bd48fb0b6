"""What lies in a video beside its picture, put in and looked for in the bytes that come out."""

import os
import struct
from fractions import Fraction

import av
import numpy as np
import pytest

from passerby import redact
from passerby.config.settings import Settings
from tests import clips
from tests.fake_detector import use_fixed_face

TELEMETRY = b"GPS5 Secret +48.8577 +2.2950 track of a rider"
XMP = b"<x:xmpmeta>Secret name of a photographer</x:xmpmeta>"
TRAILING = b"Secret bytes behind the end"
CAPTION = b"SECRET WORDS"
COVER = 7  # the drawing on the cover
SOUND_NAME = "Secret microphone of somebody"
CREATED = struct.pack(">I", 3695169906)  # clips.CREATED, in seconds since 1904


@pytest.fixture(autouse=True)
def fake_detector(monkeypatch):
    use_fixed_face(monkeypatch)


def jpeg():
    """The cover as a file."""
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height = clips.SIZE
    encoder.pix_fmt, encoder.time_base = "yuvj420p", Fraction(1, 25)
    picture = clips.video_frame(COVER, pixel_format="yuvj420p")
    picture.pts, picture.time_base = 0, Fraction(1, 25)
    return b"".join(bytes(packet) for packet in [*encoder.encode(picture), *encoder.encode(None)])


def laden(path, container="mp4"):
    """`clips.everything`, and telemetry, a cover, XMP, a named track of sound and trailing bytes."""
    plain = clips.everything(path.with_name(f"plain{path.suffix}"), container)
    milliseconds = Fraction(1, 1000)
    with (
        av.open(str(plain)) as source,
        av.open(
            str(path),
            "w",
            format=container,
            container_options={"movflags": "use_metadata_tags"} if container == "mp4" else {},
        ) as output,
    ):
        output.metadata.update(dict(source.metadata))
        output.set_chapters(source.chapters())
        if container == "matroska":
            output.add_attachment("secret.txt", "text/plain", clips.ATTACHMENT)
            output.add_attachment("cover.jpg", "image/jpeg", jpeg())
        kept = [*source.streams.video, *source.streams.audio, *source.streams.subtitles]
        streams = {stream.index: output.add_stream_from_template(stream) for stream in kept}
        for stream in streams.values():
            stream.metadata["handler_name" if container == "mp4" else "title"] = clips.HANDLER
        streams[source.streams.audio[0].index].metadata.update({"title": SOUND_NAME, "comment": SOUND_NAME})
        if container == "mp4":
            telemetry = output.add_data_stream("bin_data")
            telemetry.time_base = milliseconds
        for packet in source.demux(kept):
            if packet.size:
                packet.stream = streams[packet.stream.index]
                output.mux(packet)
        if container == "mp4":
            packet = av.Packet(TELEMETRY)
            packet.stream, packet.time_base, packet.pts, packet.dts, packet.duration = (
                telemetry,
                milliseconds,
                0,
                0,
                500,
            )
            output.mux(packet)
    if container == "mp4":
        uuid = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
        boxes = struct.pack(">I", 24 + len(XMP)) + b"uuid" + uuid + XMP + struct.pack(">I", 8 + len(TRAILING)) + b"free"
        path.write_bytes(path.read_bytes() + boxes + TRAILING)
    return path


def secrets(container):
    found = [value.encode() for value in clips.SECRETS.values()]
    found += [clips.SUBTITLE, clips.CHAPTER.encode(), clips.HANDLER.encode(), SOUND_NAME.encode()]
    return found + ([TELEMETRY, XMP, TRAILING] if container == "mp4" else [clips.ATTACHMENT])


@pytest.mark.parametrize("container", ["mp4", "matroska"])
@pytest.mark.parametrize("ending", [".mp4", ".mov", ".mkv"])
@pytest.mark.parametrize("audio", ["remove", "keep", "unnatural-voice"])
def test_nothing_of_it_is_in_the_output(tmp_path, container, ending, audio):
    source, out = laden(tmp_path / "source", container), tmp_path / f"o{ending}"
    report = redact(source, out, Settings(audio=audio))
    before, after = source.read_bytes(), out.read_bytes()
    assert [secret for secret in secrets(container) if secret not in before] == []  # else the next line proves nothing
    assert [secret for secret in secrets(container) if secret in after] == []
    assert b"ecret" not in after
    with av.open(str(out)) as opened:
        assert {stream.type for stream in opened.streams} == ({"video"} if audio == "remove" else {"video", "audio"})
        assert len(opened.streams.video) == 1
        assert opened.chapters() == []
    reported = "\n".join(report.dropped)
    for line in ("subtitle tracks: 1", "chapters: 1", "tags: "):
        assert line in reported
    assert ("cover images: 1" in reported) == (container == "matroska")  # tests/formats.py has one in MP4
    assert ("data tracks" in reported or "unknown kind" in reported) == (container == "mp4")
    assert "ecret" not in report.to_json()


@pytest.mark.parametrize("ending", [".mp4", ".mov", ".mkv"])
@pytest.mark.parametrize("keep", [False, True])
def test_when_it_was_made_is_kept_only_on_request(tmp_path, ending, keep):
    source, out = laden(tmp_path / "source"), tmp_path / f"o{ending}"
    redact(source, out, Settings(keep_times=keep))
    with av.open(str(source)) as before, av.open(str(out)) as after:
        assert before.metadata["creation_time"] == clips.CREATED
        reported = {name.lower(): value for name, value in after.metadata.items()}.get("creation_time")
        assert reported == (clips.CREATED if keep else None)
    assert CREATED in source.read_bytes()
    if ending != ".mkv":
        assert (CREATED in out.read_bytes()) == keep


def test_a_date_that_is_none_is_not_kept(tmp_path):
    """Somebody may have written anything where a date should be."""
    path, out = tmp_path / "s.flv", tmp_path / "o.mkv"
    clips.write_clip(
        path,
        container="flv",
        time_base=Fraction(1, 1000),
        times=range(0, 240, 40),
        prepare=lambda output, _: output.metadata.update({"creation_time": "Secret diary"}),
    )
    assert b"Secret diary" in path.read_bytes()
    redact(path, out, Settings(keep_times=True))
    assert b"Secret" not in out.read_bytes()


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_captions_in_the_picture_do_not_come_out(tmp_path, codec):
    """CEA-708 lies in messages between the slices, and on every decoded frame."""
    plain, path, out = clips.write_clip(tmp_path / "p.mp4", codec=codec), tmp_path / "s.mp4", tmp_path / "o.mp4"
    words = b"".join(b"\xfc" + CAPTION[n : n + 2] for n in range(0, len(CAPTION), 2))
    data = b"\xb5\x00\x31GA94\x03" + bytes([0x40 | len(words) // 3]) + b"\xff" + words + b"\xff"
    message = bytes([4, len(data)]) + data + b"\x80"
    unit = (b"\x06" if codec == "libx264" else b"\x4e\x01") + message
    with av.open(str(plain)) as opened, av.open(str(path), "w") as noted:
        template = opened.streams.video[0]
        stream = noted.add_stream_from_template(template)
        for packet in opened.demux(template):
            if packet.size:
                copy = av.Packet(len(unit).to_bytes(4, "big") + unit + bytes(packet))
                copy.pts, copy.dts, copy.time_base, copy.stream = packet.pts, packet.dts, packet.time_base, stream
                copy.is_keyframe = packet.is_keyframe
                noted.mux(copy)
    with av.open(str(path)) as opened:
        assert any(item.type.name == "A53_CC" for item in next(opened.decode(video=0)).side_data)
    redact(path, out)
    assert CAPTION[:2] + b"\xfc" in path.read_bytes()
    with av.open(str(out)) as opened:
        for frame in opened.decode(video=0):
            assert not [item for item in frame.side_data if item.type.name == "A53_CC"]
    assert CAPTION[:2] + b"\xfc" + CAPTION[2:4] not in out.read_bytes()


def test_the_cover_is_not_a_frame(tmp_path):
    out = tmp_path / "o.mp4"
    report = redact(laden(tmp_path / "source", "matroska"), out)
    assert report.output.frames == clips.FRAMES
    cover = clips.drawing(COVER).astype(int)
    with av.open(str(out)) as opened:
        shown = [frame.to_ndarray(format="rgb24").astype(int) for frame in opened.decode(video=0)]
    assert len(shown) == clips.FRAMES
    assert np.abs(shown[0] - cover).mean() > 1


def test_owner_and_date_of_the_file_are_not_copied(tmp_path):
    source, out = clips.cfr(tmp_path / "s.mp4"), tmp_path / "o.mp4"
    os.utime(source, (10**9, 10**9))
    redact(source, out)
    assert out.stat().st_mtime > 1.5 * 10**9
