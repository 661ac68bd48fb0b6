"""Pieces of a film that were painted and encoded apart -> the packets of one film, as they are.

A piece is an MP4 file with one video track and times from 0. All of them were written by an encoder with the same
settings, which is the one of the film as well, so one description in the container (`extradata`) fits all; whether that
is so is looked at when the film is written.
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

#: The container of a piece: it keeps times of any time base.
PIECES = "mp4"
#: How many bytes tell the length of a part of a picture in MP4, and what stands between parts elsewhere.
_LENGTH, _START = 4, b"\0\0\0\1"
#: Codecs whose pictures consist of such parts.
_IN_PARTS = ("h264", "hevc")


def packets_of(piece: Path, begins: int, time_base: Fraction) -> Iterator[Packet[Stream]]:
    """The packets of a piece in order of decoding, its first frame at `begins` (ticks of `time_base`), as the encoder
    gave them. Raises OutputError when it cannot be read."""
    try:
        with av.open(f"file:{piece}", "r", format=PIECES) as container:
            stream = container.streams.video[0]
            in_parts = stream.codec_context.codec.canonical_name in _IN_PARTS
            assert stream.time_base is not None
            ticks = stream.time_base / time_base
            for packet in container.demux(stream):
                if packet.pts is None or packet.dts is None:  # the end
                    continue
                taken: Packet[Stream] = Packet(_as_encoded(bytes(packet)) if in_parts else bytes(packet))
                taken.pts, taken.dts = round(packet.pts * ticks) + begins, round(packet.dts * ticks) + begins
                taken.duration, taken.is_keyframe = round((packet.duration or 0) * ticks), packet.is_keyframe
                yield taken
    except OSError as error:
        raise output_error(piece, error) from error
    except (av.FFmpegError, ValueError, IndexError) as error:
        raise OutputError(f"{piece} cannot be read: {error}. Run it again.") from error


def _as_encoded(sample: bytes) -> bytes:
    """A picture as it stands in MP4, each part after its length -> each part after a start code."""
    parts, at = [], 0
    while at < len(sample):
        end = at + _LENGTH + int.from_bytes(sample[at : at + _LENGTH])
        if end > len(sample):
            raise ValueError("a picture in it is cut")
        parts += [_START, sample[at + _LENGTH : end]]
        at = end
    return b"".join(parts)


def joined_well(film: Path, times: Sequence[int], time_base: Fraction, container: str, pieces: Sequence[Path]) -> None:
    """Raises OutputError when a film that was joined does not have the times (ticks of `time_base`) that its pieces had
    in the source, or is described otherwise than they are."""
    try:
        with av.open(f"file:{film}", "r", format=container) as whole:
            stream = whole.streams.video[0]
            described = stream.codec_context.extradata
            assert stream.time_base is not None
            found = sorted(p.pts * stream.time_base for p in whole.demux(stream) if p.pts is not None)
        late = Fraction(1, 1000) if container in MATROSKA else 0
        fit = len(found) == len(times) and all(
            abs(here - time * time_base) <= late for here, time in zip(found, times, strict=True)
        )
        alike = all(_description(piece) == described for piece in pieces)
    except (av.FFmpegError, OSError, ValueError, IndexError) as error:
        raise OutputError(f"{film} cannot be read back: {error}. Run it again.") from error
    if not (fit and alike):
        what = "its frames are not at the times of the source" if alike else "its pieces were not encoded alike"
        raise OutputError(f"{film} cannot be joined: {what}. Please report this; without --on it is done in one piece.")


def _description(piece: Path) -> bytes | None:
    with av.open(f"file:{piece}", "r", format=PIECES) as container:
        return container.streams.video[0].codec_context.extradata
