"""Inspection of the container: everything in a released file that is neither video nor audio.

The structure of the file is parsed here and, independently, by FFmpeg; a remnant is reported when either finds it. The
names of elements are reported, never their contents.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from av.stream import Disposition

from passerby.core.exif_dates import CREATION_DATE
from passerby.core.still_info import StillKind
from passerby.source.video.open import READ_ERRORS, open_container
from passerby.verify.containers import codec_payload, ebml, isobmff, mpegts, riff, tiff
from passerby.verify.released_file import ReleasedFile

#: Tags that muxers write by default, and the text that they may have.
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
class ContainerInspection:
    """`remnants`: one line each, and the time (seconds) of the first occurrence, if it has one. `not_inspected`: what
    could not be inspected, and why. `encoded_frames`: the number of encoded frames that the file holds for each video
    track. `credentials`: the file has a C2PA manifest."""

    remnants: dict[str, float | None] = field(default_factory=dict)
    not_inspected: list[str] = field(default_factory=list)
    encoded_frames: list[int] = field(default_factory=list)
    credentials: bool = False

    def add(self, line: str, time: float | None = None) -> None:
        self.remnants.setdefault(line, time)


def inspect_container(opened: ReleasedFile, keep_times: bool) -> ContainerInspection:
    """Inspect the whole file. `keep_times`: the creation date was to be kept."""
    result = ContainerInspection()
    info = opened.info
    if opened.still is not None:
        for line in info.dropped:
            if line != CREATION_DATE or not keep_times:
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


def _tiff(opened: ReleasedFile, result: ContainerInspection) -> None:
    try:
        unused = tiff.unreferenced_bytes(opened.info.path)
    except ValueError as error:
        result.not_inspected.append(f"this is {error}: data between its pages cannot be found")
    else:
        if unused:
            result.add(f"{unused} bytes that belong to no page")


def _structure(opened: ReleasedFile, keep_times: bool, result: ContainerInspection) -> None:
    path, kind = opened.info.path, opened.info.container
    lines: Counter[str] = Counter()
    if kind in ("mp4", "mov"):
        found = isobmff.walk(path, keep_times)
        lines, result.encoded_frames, result.credentials = found.lines, found.encoded_frames, found.credentials
    elif kind in ("matroska", "webm"):
        lines = ebml.walk(path, keep_times)
    elif kind == "avi":
        lines = riff.walk(path)
    elif kind == "mpegts":
        lines = mpegts.walk(path)
    else:
        result.not_inspected.append(
            f"the structure of {kind} files is not parsed: data between packets cannot be found"
        )
    for line, count in lines.items():
        result.add(f"{line} ({count} times)" if count > 1 else line)


def _tags_and_packets(opened: ReleasedFile, keep_times: bool, result: ContainerInspection) -> None:
    with open_container(opened.info.path) as container:
        names = set(_unexpected_tags(container.metadata, keep_times))
        for stream in container.streams:
            names |= set(_unexpected_tags(stream.metadata, keep_times))
        if names:
            result.add(f"tags: {', '.join(sorted(names))}")
        videos = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
        codecs: dict[int, tuple[str, int, Fraction]] = {}
        for stream in videos:
            context = getattr(stream, "codec_context", None)
            if context is None:
                continue
            codec = context.codec.canonical_name
            size = codec_payload.length_size(context.extradata, codec)
            codecs[stream.index] = (codec, size, stream.time_base or Fraction(0))
            if codec not in codec_payload.KNOWN:
                result.not_inspected.append(f"messages within {codec} frames are not searched for")
            elif context.extradata:
                for line in _in_extradata(context.extradata, codec):
                    result.add(line)
        try:
            for packet in container.demux(videos):
                if packet.size and packet.stream.index in codecs:
                    codec, size, base = codecs[packet.stream.index]
                    for line in codec_payload.remnants(bytes(packet), codec, size):
                        result.add(line, None if packet.pts is None else round(float(packet.pts * base), 3))
        except READ_ERRORS as error:
            result.not_inspected.append(
                f"the file cannot be read to its end ({getattr(error, 'strerror', None) or error})"
            )


def _in_extradata(extradata: bytes, codec: str) -> Iterator[str]:
    """Messages in the codec configuration of the track (extradata)."""
    if codec in codec_payload.MPEG:
        yield from codec_payload.remnants(extradata, codec, 0)
    if codec != "hevc" or extradata[0] != 1:
        return
    at, arrays = 23, extradata[22] if len(extradata) > 22 else 0
    for _ in range(arrays):
        count = int.from_bytes(extradata[at + 1 : at + 3], "big")
        at += 3
        for _ in range(count):
            length = int.from_bytes(extradata[at : at + 2], "big")
            unit = extradata[at + 2 : at + 2 + length]
            yield from codec_payload.remnants(len(unit).to_bytes(4, "big") + unit, codec, 4)
            at += 2 + length


def _unexpected_tags(tags: Mapping[str, str], keep_times: bool) -> Iterator[str]:
    """Names of tags that should not be there, or whose text should not."""
    for name, value in tags.items():
        if name.lower() == _DATE and keep_times:
            continue
        wanted = _TAGS.get(name.lower())
        if wanted is None or re.fullmatch(wanted, value) is None:
            # A file chooses the names of its tags, so they are shortened and made printable.
            yield "".join(c if c.isprintable() else "?" for c in name[:60])
