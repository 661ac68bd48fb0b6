"""The whole container: everything in a released file that is neither its picture nor its sound.

It is walked by its own structure and, apart from that, asked of FFmpeg; a remnant is told when either sees it. Names of
things are told, never what they say.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from av.stream import Disposition

from passerby.core.exif_dates import DATE
from passerby.core.still_info import StillKind
from passerby.source.video.open import READ_ERRORS, open_container
from passerby.verify.containers import codec_payload as bitstream
from passerby.verify.containers import ebml, riff, tiff
from passerby.verify.containers import isobmff as boxes
from passerby.verify.containers import mpegts as transport
from passerby.verify.released_file import Opened

#: Tags that a file has when nobody put any in: what their text may be.
_TAGS = {
    "major_brand": r"[\w .]{1,8}",
    "minor_version": r"\d+",
    "compatible_brands": r"[\w .]{0,80}",
    "handler_name": r"(Video|Sound|VideoHandler|SoundHandler)?",
    "vendor_id": r"(\[0\]\[0\]\[0\]\[0\]|FFMP)?",
    "language": r"[a-z]{3}",
    "encoder": r"(Lav[cf][\d. ]*\w*)?",
    "duration": r"[\d:.]+",
}
_DATE = "creation_time"


@dataclass(slots=True)
class Audit:
    """`remnants`: a line each, and the moment (seconds) at which it was first met, where there is one. `unseen`: what
    could not be looked into. `pictures` and `shown`: encoded pictures of each video track that the file holds."""

    remnants: dict[str, float | None] = field(default_factory=dict)
    unseen: list[str] = field(default_factory=list)
    pictures: list[int] = field(default_factory=list)
    credentials: bool = False

    def add(self, line: str, time: float | None = None) -> None:
        self.remnants.setdefault(line, time)


def audit(opened: Opened, keep_times: bool) -> Audit:
    """Look through the whole file. `keep_times` says that the date of making was meant to be kept."""
    result = Audit()
    info = opened.info
    if opened.still is not None:
        for line in info.dropped:
            if line != DATE or not keep_times:
                result.add(line)
        if opened.still.info.kind is StillKind.TIFF:
            _tiff(opened, result)
        return result
    for line in info.dropped:
        if not line.startswith("tags:"):
            result.add(line)
    for line in info.damage:
        if "left out" in line:
            result.add(line)
    _tags_and_packets(opened, keep_times, result)
    _structure(opened, keep_times, result)
    return result


def _tiff(opened: Opened, result: Audit) -> None:
    try:
        unused = tiff.left_over(opened.info.path)
    except ValueError as error:
        result.unseen.append(f"this is {error}: what lies between its pages is not seen")
    else:
        if unused:
            result.add(f"{unused} bytes that belong to no page")


def _structure(opened: Opened, keep_times: bool, result: Audit) -> None:
    path, kind = opened.info.path, opened.info.container
    lines: Counter[str] = Counter()
    if kind in ("mp4", "mov"):
        found = boxes.walk(path, keep_times)
        lines, result.pictures, result.credentials = found.lines, found.pictures, found.credentials
    elif kind in ("matroska", "webm"):
        lines = ebml.walk(path, keep_times)
    elif kind == "avi":
        lines = riff.walk(path)
    elif kind == "mpegts":
        lines = transport.walk(path)
    else:
        result.unseen.append(
            f"files of the kind {kind} are not followed box by box: what lies between packets is not seen"
        )
    for line, count in lines.items():
        result.add(f"{line} ({count} times)" if count > 1 else line)


def _tags_and_packets(opened: Opened, keep_times: bool, result: Audit) -> None:
    with open_container(opened.info.path) as container:
        names = set(_odd(container.metadata, keep_times))
        for stream in container.streams:
            names |= set(_odd(stream.metadata, keep_times))
        if names:
            result.add(f"tags: {', '.join(sorted(names))}")
        videos = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
        known: dict[int, tuple[str, int, Fraction]] = {}
        for stream in videos:
            context = getattr(stream, "codec_context", None)
            if context is None:
                continue
            codec = context.codec.canonical_name
            size = bitstream.length_size(context.extradata, codec)
            known[stream.index] = (codec, size, stream.time_base or Fraction(0))
            if codec not in bitstream.KNOWN:
                result.unseen.append(f"messages within {codec} pictures are not looked for")
            elif context.extradata:
                for line in _in_header(context.extradata, codec):
                    result.add(line)
        try:
            for packet in container.demux(videos):
                if packet.size and packet.stream.index in known:
                    codec, size, base = known[packet.stream.index]
                    for line in bitstream.remnants(bytes(packet), codec, size):
                        result.add(line, None if packet.pts is None else round(float(packet.pts * base), 3))
        except READ_ERRORS as error:
            result.unseen.append(f"the file cannot be read to its end ({getattr(error, 'strerror', None) or error})")


def _in_header(extradata: bytes, codec: str) -> Iterator[str]:
    """Messages that are not in the pictures but in the container's description of the track."""
    if codec in bitstream.MPEG:
        yield from bitstream.remnants(extradata, codec, 0)
    if codec != "hevc" or extradata[0] != 1:
        return
    at, arrays = 23, extradata[22] if len(extradata) > 22 else 0
    for _ in range(arrays):
        count = int.from_bytes(extradata[at + 1 : at + 3], "big")
        at += 3
        for _ in range(count):
            length = int.from_bytes(extradata[at : at + 2], "big")
            unit = extradata[at + 2 : at + 2 + length]
            yield from bitstream.remnants(len(unit).to_bytes(4, "big") + unit, codec, 4)
            at += 2 + length


def _odd(tags: Mapping[str, str], keep_times: bool) -> Iterator[str]:
    """Names of tags that should not be there, or that say what they should not."""
    for name, value in tags.items():
        if name.lower() == _DATE and keep_times:
            continue
        wanted = _TAGS.get(name.lower())
        if wanted is None or re.fullmatch(wanted, value) is None:
            # A file names its own tags, so what is shown of a name is kept short and printable.
            yield "".join(c if c.isprintable() else "?" for c in name[:60])
