"""Videos with one remnant each that must not be in the output."""

from __future__ import annotations

import struct
from collections.abc import Callable
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import av
from av.container import OutputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from tests import clips, stills
from tests.remnants.parts import (
    GPS5,
    MADE,
    MS,
    POSITION,
    SECRET,
    Maker,
    add_box,
    behind,
    box,
    face,
    jpeg,
    scan,
)


def udta(*boxes: bytes) -> Callable[[Path], None]:
    """Puts boxes where cameras put their own."""

    def put(path: Path) -> None:
        data = path.read_bytes()
        for one in boxes:
            data = add_box(data, (b"moov", b"udta"), one)
        path.write_bytes(data)

    return put


def text_box(name: bytes, text: bytes) -> bytes:
    """A QuickTime tag: its length, its language, its text."""
    return box(name, struct.pack(">HH", len(text), 0x15C7), text)


def position_of_a_phone(path: Path) -> list[bytes]:
    clips.cfr(path)
    place = b"\0\0\0\0\x15\xc7Secret place\0\0" + struct.pack(">3i", 0x24B70, 0x30DB93, 0) + b"earth\0Secret note\0"
    udta(text_box(b"\xa9xyz", POSITION), box(b"loci", place))(path)
    return [POSITION, b"Secret place", b"Secret note", struct.pack(">2i", 0x24B70, 0x30DB93)]


def device_of_a_phone(path: Path) -> list[bytes]:
    """Tags of Apple's and Android's kind, and QuickTime's."""
    tags = {
        "com.apple.quicktime.make": "Secret maker",
        "com.apple.quicktime.model": "Secret model",
        "com.apple.quicktime.software": "Secret software",
        "com.android.version": "Secret 15",
        "com.apple.quicktime.location.ISO6709": POSITION.decode(),
    }
    clips.write_clip(
        path,
        container="mov",
        container_options={"movflags": "use_metadata_tags"},
        prepare=lambda output, stream: (
            output.metadata.update(tags),
            stream.metadata.update({"handler_name": "Secret handler", "encoder": "Secret encoder"}),
        ),
    )
    udta(text_box(b"\xa9mak", b"Secret mak"), text_box(b"\xa9mod", b"Secret mod"), box(b"SNum", b"Secret number"))(path)
    known = [text.encode() for text in tags.values()]
    return [*known, b"Secret handler", b"Secret mak", b"Secret mod", b"Secret number"]


def comment_of_a_program(path: Path) -> list[bytes]:
    clips.cfr(path)
    udta(text_box(b"\xa9cmt", b"Secret comment"), text_box(b"\xa9inf", b"Secret info"), box(b"free", b"Secret room"))(
        path
    )
    return [b"Secret comment", b"Secret info", b"Secret room"]


def xmp_in_a_film(path: Path) -> list[bytes]:
    """In both places that Adobe's specification names."""
    clips.cfr(path)
    udta(box(b"XMP_", stills.XMP))(path)
    uuid = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
    path.write_bytes(path.read_bytes() + box(b"uuid", uuid, b"<x:xmpmeta>Secret too</x:xmpmeta>"))
    return [stills.XMP, b"Secret too"]


def klv(key: bytes, kind: bytes, size: int, data: bytes) -> bytes:
    """One entry of GoPro's telemetry."""
    return key + kind + bytes([size]) + struct.pack(">H", len(data) // size) + data + bytes(-len(data) % 4)


def telemetry_of_an_action_camera(path: Path) -> list[bytes]:
    """A track "gpmd" with a position in every second, and the boxes in which the camera names itself."""
    stream = klv(b"STNM", b"c", 1, b"Secret GPS (Lat., Long., Alt.)") + klv(b"GPS5", b"l", 20, GPS5 * 18)
    payload = klv(b"DEVC", b"\0", 1, klv(b"DVNM", b"c", 1, b"Secret Hero") + klv(b"STRM", b"\0", 1, stream))

    def prepare(output: OutputContainer, _: VideoStream) -> None:
        data = output.add_data_stream("bin_data")
        data.time_base, data.metadata["handler_name"] = MS, "Secret MET"

    def finish(output: OutputContainer) -> None:
        packet = av.Packet(payload)
        packet.stream, packet.time_base, packet.pts, packet.dts, packet.duration = output.streams[1], MS, 0, 0, 700
        output.mux(packet)

    clips.write_clip(path, prepare=prepare, finish=finish)
    assert b"gpmd" in path.read_bytes()
    udta(box(b"FIRM", b"Secret firmware"), box(b"CAME", b"Secret serial"), box(b"GPMF", payload))(path)
    return [payload, GPS5, b"Secret MET", b"Secret firmware", b"Secret serial"]


def subtitle_track(codec: str, container: str, text: bytes) -> Maker:
    """Subtitles as text; that of a dashcam says where the car is."""

    def make(path: Path) -> list[bytes]:
        milliseconds = container == "matroska"

        def finish(output: OutputContainer) -> None:
            packet = av.Packet(struct.pack(">H", len(text)) + text if codec == "mov_text" else text)
            packet.stream, packet.time_base, packet.pts, packet.dts, packet.duration = output.streams[1], MS, 0, 0, 500
            output.mux(packet)

        clips.write_clip(
            path,
            container=container,
            time_base=MS if milliseconds else clips.TIME_BASE,
            times=clips.constant(step=33 if milliseconds else clips.STEP),
            prepare=lambda output, _: output.add_mux_stream(codec, time_base=MS),
            finish=finish,
        )
        return [text]

    return make


def chapters(container: str) -> Maker:
    def make(path: Path) -> list[bytes]:
        clips.everything(path, container)
        return [clips.CHAPTER.encode()]

    return make


def attachment(path: Path) -> list[bytes]:
    clips.everything(path, "matroska")
    return [clips.ATTACHMENT]


def cover_in_mp4(path: Path) -> list[bytes]:
    """The cover that programs show for a file is its picture of the face."""
    coded: list[bytes] = []

    def prepare(output: OutputContainer, _: VideoStream) -> None:
        cover = output.add_stream("mjpeg", rate=25, width=96, height=96)
        cover.pix_fmt, cover.disposition = "yuvj420p", Disposition.attached_pic

    def finish(output: OutputContainer) -> None:
        cover = output.streams.video[1]
        picture = av.VideoFrame.from_image(face()).reformat(format="yuvj420p", threads=1)
        picture.pts, picture.time_base = 0, Fraction(1, 25)
        for packet in [*cover.encode(picture), *cover.encode(None)]:
            coded.append(bytes(packet))
            output.mux(packet)

    clips.write_clip(path, prepare=prepare, finish=finish)
    return scan(b"".join(coded))


def cover_in_matroska(path: Path) -> list[bytes]:
    picture = jpeg(face())
    clips.write_clip(
        path,
        container="matroska",
        time_base=MS,
        times=clips.constant(step=33),
        prepare=lambda output, _: output.add_attachment("cover.jpg", "image/jpeg", picture),
    )
    return scan(picture)


CAPTION = b"SECRET WORDS"
CAPTIONS = b"GA94\x03" + bytes([0x40 | len(CAPTION) // 2]) + b"\xff"
CAPTIONS += b"".join(b"\xfc" + CAPTION[n : n + 2] for n in range(0, len(CAPTION), 2)) + b"\xff"
NOTE = bytes(16) + b"Secret note in the stream"


def sei(payload_type: int, data: bytes, codec: str) -> bytes:
    """A message of H.264 or HEVC, with its length in front."""
    message = bytes([payload_type, len(data)]) + data + b"\x80"
    unit = (b"\x06" if codec == "libx264" else b"\x4e\x01") + message
    return struct.pack(">I", len(unit)) + unit


def between_pictures(codec: str, payload_type: int, data: bytes, *wanted: bytes) -> Maker:
    """H.264 or HEVC with a message in front of each picture."""

    def make(path: Path) -> list[bytes]:
        plain = clips.write_clip(path.with_name(f"plain{path.suffix}"), codec=codec)
        _with_units(plain, path, lambda packet: sei(payload_type, data, codec) + packet)
        return list(wanted)

    return make


def captions_of_broadcasts(path: Path) -> list[bytes]:
    """MPEG-2: captions are user data between the header of a picture and its slices."""
    plain = clips.write_clip(
        path.with_name(f"plain{path.suffix}"),
        codec="mpeg2video",
        container="mpegts",
        time_base=Fraction(1, 25),
        times=range(8),
    )

    def noted(packet: bytes) -> bytes:
        at = packet.index(b"\0\0\x01\x01")
        return packet[:at] + b"\0\0\x01\xb2" + CAPTIONS + b"\0\0\x01\xb2Secret user data" + packet[at:]

    _with_units(plain, path, noted, "mpegts")
    return [CAPTION[:2] + b"\xfc" + CAPTION[2:4], b"Secret user data"]


def _with_units(plain: Path, path: Path, change: Callable[[bytes], bytes], container: str | None = None) -> None:
    with av.open(str(plain)) as opened, av.open(str(path), "w", format=container) as noted:
        template = opened.streams.video[0]
        stream = noted.add_stream_from_template(template)
        for packet in opened.demux(template):
            if packet.size:
                copy = av.Packet(change(bytes(packet)))
                copy.pts, copy.dts, copy.time_base, copy.stream = packet.pts, packet.dts, packet.time_base, stream
                copy.is_keyframe = packet.is_keyframe
                noted.mux(copy)


def tagged(container: str, codec: str, base: Fraction, *names: str) -> Maker:
    """Tags that other containers have, and a name of the track where they take one."""

    def make(path: Path) -> list[bytes]:
        ticks = int(Fraction(1, 25) / base)
        tags = {name: f"Secret {name}" for name in names}
        clips.write_clip(
            path,
            codec=codec,
            container=container,
            time_base=base,
            times=range(0, 8 * ticks, ticks),
            prepare=lambda output, stream: (output.metadata.update(tags), stream.metadata.update(title="Secret track")),
        )
        # ASF writes text in two bytes a letter.
        return [text.encode("utf-16-le" if container == "asf" else "utf-8") for text in tags.values()]

    return make


def dates_of_a_camera(path: Path) -> list[bytes]:
    """AVI: the moment of the recording as cameras write it."""
    path.write_bytes(_avi(path))
    data = path.read_bytes()
    text = b"Wed Feb  3 04:05:06 2021\n\0"
    at = data.index(b"LIST", 12)  # hdrl
    (length,) = struct.unpack_from("<I", data, at + 4)
    chunk = b"IDIT" + struct.pack("<I", len(text)) + text
    grown = data[:at] + b"LIST" + struct.pack("<I", length + len(chunk)) + data[at + 8 : at + 8 + length] + chunk
    grown += data[at + 8 + length :]
    path.write_bytes(grown[:4] + struct.pack("<I", len(grown) - 8) + grown[8:])
    with av.open(str(path)) as opened:
        assert "creation_time" in opened.metadata
    return [text[:24]]


def _avi(path: Path) -> bytes:
    return clips.write_clip(
        path, codec="mpeg4", container="avi", time_base=Fraction(1, 25), times=range(8)
    ).read_bytes()


def everything_of_a_camera(path: Path) -> None:
    """All that phones and action cameras put beside 12 frames, in one MP4."""
    payload = klv(b"GPS5", b"l", 20, GPS5)

    def prepare(output: OutputContainer, stream: VideoStream) -> None:
        output.metadata.update(clips.SECRETS | {"creation_time": clips.CREATED})
        output.set_chapters([{"id": 1, "start": 0, "end": 300, "time_base": MS, "metadata": {"title": "Secret"}}])  # type: ignore[list-item]
        for codec in ("mov_text", "bin_data"):
            track = output.add_mux_stream(codec, time_base=MS) if codec == "mov_text" else output.add_data_stream(codec)
            track.time_base = MS

    def finish(output: OutputContainer) -> None:
        for stream, data in zip(list(output.streams)[1:], (b"\0\x06Secret", payload), strict=True):
            packet = av.Packet(data)
            packet.stream, packet.time_base, packet.pts, packet.dts, packet.duration = stream, MS, 0, 0, 300
            output.mux(packet)

    clips.write_clip(path, times=range(0, 12 * 1200, 1200), prepare=prepare, finish=finish)
    udta(text_box(b"\xa9xyz", POSITION), box(b"XMP_", stills.XMP))(path)


def everything_of_a_program(path: Path) -> None:
    """All that programs put beside 12 frames, in one Matroska file."""

    def prepare(output: OutputContainer, stream: VideoStream) -> None:
        output.metadata.update(clips.SECRETS | {"creation_time": clips.CREATED})
        output.set_chapters([{"id": 1, "start": 0, "end": 300, "time_base": MS, "metadata": {"title": "Secret"}}])  # type: ignore[list-item]
        output.add_mux_stream("subrip", time_base=MS)
        output.add_attachment("secret.txt", "text/plain", clips.ATTACHMENT)
        output.add_attachment("cover.jpg", "image/jpeg", jpeg(face()))

    def finish(output: OutputContainer) -> None:
        packet = av.Packet(b"Secret")
        packet.stream, packet.time_base, packet.pts, packet.dts, packet.duration = output.streams[1], MS, 0, 0, 300
        output.mux(packet)

    clips.write_clip(path, container="matroska", time_base=MS, times=range(0, 480, 40), prepare=prepare, finish=finish)


#: The moment in seconds since 1904 (MP4), and in nanoseconds since 2001 (Matroska).
MP4_DATE = struct.pack(">I", int(MADE.timestamp()) + 2082844800)
MATROSKA_DATE = b"\x44\x61\x88" + struct.pack(
    ">q", int((MADE - datetime(2001, 1, 1, tzinfo=UTC)).total_seconds()) * 10**9
)


def dated(container: str) -> Maker:
    def make(path: Path) -> list[bytes]:
        milliseconds = container == "matroska"
        clips.write_clip(
            path,
            container=container,
            time_base=MS if milliseconds else clips.TIME_BASE,
            times=clips.constant(step=33 if milliseconds else clips.STEP),
            prepare=lambda output, _: output.metadata.update({"creation_time": clips.CREATED}),
        )
        return [MATROSKA_DATE if milliseconds else MP4_DATE]

    return make


def _matroska(path: Path) -> None:
    clips.write_clip(path, container="matroska", time_base=MS, times=clips.constant(step=33))


def _transport_stream(path: Path) -> None:
    clips.write_clip(path, container="mpegts", time_base=Fraction(1, 90000), times=range(0, 8 * 3600, 3600))


VIDEOS: dict[str, tuple[str, Maker]] = {
    "position, MP4": ("a.mp4", position_of_a_phone),
    "telemetry, MP4 (GoPro)": ("a.mp4", telemetry_of_an_action_camera),
    "XMP, MP4": ("a.mp4", xmp_in_a_film),
    "subtitles, MP4": ("a.mp4", subtitle_track("mov_text", "mp4", b"Secret words")),
    "subtitles, MKV": ("a.mkv", subtitle_track("subrip", "matroska", b"Secret +48.8577 +2.2950")),
    "subtitles, MKV (ASS)": ("a.mkv", subtitle_track("ass", "matroska", b"0,0,Default,,0,0,0,,Secret words")),
    "chapters, MP4": ("a.mp4", chapters("mp4")),
    "chapters, MKV": ("a.mkv", chapters("matroska")),
    "attachment, MKV": ("a.mkv", attachment),
    "cover, MP4": ("a.mp4", cover_in_mp4),
    "cover, MKV": ("a.mkv", cover_in_matroska),
    "captions, H.264": (
        "a.mp4",
        between_pictures("libx264", 4, b"\xb5\x00\x31" + CAPTIONS, CAPTION[:2] + b"\xfc" + CAPTION[2:4]),
    ),
    "captions, HEVC": (
        "a.mp4",
        between_pictures("libx265", 4, b"\xb5\x00\x31" + CAPTIONS, CAPTION[:2] + b"\xfc" + CAPTION[2:4]),
    ),
    "captions, MPEG-2": ("a.ts", captions_of_broadcasts),
    "messages, H.264": ("a.mp4", between_pictures("libx264", 5, NOTE, SECRET)),
    "messages, HEVC": ("a.mp4", between_pictures("libx265", 5, NOTE, SECRET)),
    "trailing bytes, MP4": ("a.mp4", behind(clips.cfr)),
    "trailing bytes, MKV": ("a.mkv", behind(_matroska)),
    "trailing bytes, AVI": ("a.avi", behind(_avi)),
    "trailing bytes, TS": ("a.ts", behind(_transport_stream)),
    "comments, MP4": ("a.mp4", comment_of_a_program),
    "comments, MKV": ("a.mkv", tagged("matroska", "libx264", MS, "comment", "title", "encoded_by")),
    "comments, AVI": ("a.avi", tagged("avi", "mpeg4", Fraction(1, 25), "comment", "title", "artist", "copyright")),
    "comments, FLV": ("a.flv", tagged("flv", "flv", MS, "comment", "title", "location")),
    "comments, WMV": ("a.wmv", tagged("asf", "wmv2", MS, "comment", "title", "artist")),
    "comments, TS": ("a.ts", tagged("mpegts", "libx264", Fraction(1, 90000), "service_name", "service_provider")),
    "device, MOV": ("a.mov", device_of_a_phone),
    "date, MP4": ("a.mp4", dated("mp4")),
    "date, MKV": ("a.mkv", dated("matroska")),
    "date, AVI": ("a.avi", dates_of_a_camera),
}
