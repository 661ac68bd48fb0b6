"""Concatenating chunks that were rendered separately into one video, by copying packets.

A chunk is an MP4 file with one video track and timestamps from 0. All chunks and the output use the same encoder
settings, so one codec configuration (`extradata`) fits all; `check_concatenated` checks that once the file is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
from av.packet import Packet
from av.stream import Stream

from passerby.core.errors import OutputError
from passerby.sink.output_file import output_error
from passerby.sink.video.container import MATROSKA

#: The container of a chunk: it represents times of any time base.
CHUNK_CONTAINER = "mp4"
#: Bytes of the length field before each NAL unit in MP4, and the start code of Annex B.
_NAL_LENGTH_BYTES, _START_CODE = 4, b"\0\0\0\1"
#: Codecs whose packets consist of NAL units.
_NAL_CODECS = ("h264", "hevc")


def chunk_packets(chunk: Path, start: int, time_base: Fraction) -> Iterator[Packet[Stream]]:
    """The packets of a chunk in decoding order, as the encoder returned them, with the first frame at `start` (ticks of
    `time_base`). Raises OutputError when it cannot be read."""
    try:
        with av.open(f"file:{chunk}", "r", format=CHUNK_CONTAINER) as container:
            stream = container.streams.video[0]
            has_nal_units = stream.codec_context.codec.canonical_name in _NAL_CODECS
            assert stream.time_base is not None
            ticks = stream.time_base / time_base
            for packet in container.demux(stream):
                if packet.pts is None or packet.dts is None:  # the end
                    continue
                copy: Packet[Stream] = Packet(_to_annex_b(bytes(packet)) if has_nal_units else bytes(packet))
                copy.pts, copy.dts = round(packet.pts * ticks) + start, round(packet.dts * ticks) + start
                copy.duration, copy.is_keyframe = round((packet.duration or 0) * ticks), packet.is_keyframe
                yield copy
    except OSError as error:
        raise output_error(chunk, error) from error
    except (av.FFmpegError, ValueError, IndexError) as error:
        raise OutputError(f"{chunk} cannot be read: {error}. Run it again.") from error


def _to_annex_b(sample: bytes) -> bytes:
    """A packet in MP4 form (each NAL unit after its length) -> Annex B (each after a start code)."""
    parts, at = [], 0
    while at < len(sample):
        end = at + _NAL_LENGTH_BYTES + int.from_bytes(sample[at : at + _NAL_LENGTH_BYTES])
        if end > len(sample):
            raise ValueError("it contains a truncated NAL unit")
        parts += [_START_CODE, sample[at + _NAL_LENGTH_BYTES : end]]
        at = end
    return b"".join(parts)


def check_concatenated(
    output: Path, times: Sequence[int], time_base: Fraction, container: str, chunks: Sequence[Path]
) -> None:
    """Raises OutputError when a concatenated video does not have the expected frame times (ticks of `time_base`), or
    has another codec configuration than its chunks."""
    try:
        with av.open(f"file:{output}", "r", format=container) as joined:
            stream = joined.streams.video[0]
            extradata = stream.codec_context.extradata
            assert stream.time_base is not None
            found = sorted(p.pts * stream.time_base for p in joined.demux(stream) if p.pts is not None)
        tolerance = Fraction(1, 1000) if container in MATROSKA else 0
        times_match = len(found) == len(times) and all(
            abs(found_time - time * time_base) <= tolerance for found_time, time in zip(found, times, strict=True)
        )
        same_extradata = all(_extradata(piece) == extradata for piece in chunks)
    except (av.FFmpegError, OSError, ValueError, IndexError) as error:
        raise OutputError(f"{output} cannot be read back: {error}. Run it again.") from error
    if not (times_match and same_extradata):
        problem = "frame times differ from the source" if same_extradata else "its chunks were encoded differently"
        raise OutputError(
            f"{output} cannot be joined: {problem}. Please report this; without --on it is done in one piece."
        )


def _extradata(chunk: Path) -> bytes | None:
    with av.open(f"file:{chunk}", "r", format=CHUNK_CONTAINER) as container:
        return container.streams.video[0].codec_context.extradata
