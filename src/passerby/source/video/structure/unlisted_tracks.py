"""Tracks that FFmpeg does not list, in containers without a table of their tracks: MPEG streams, FLV and DHAV.

There a track exists once its first packet was seen. FFmpeg looks at the first seconds (and the end of a transport
stream); what begins later, or on a new PID in the middle, would be skipped without a word.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from passerby.core.errors import SourceError
from passerby.source.video.container_sniff import PACKET_STEPS

_SYNC = 0x47
_PACKET = 188
#: Packets of a transport stream that are looked at together.
_BLOCK = 1 << 16
#: First bytes of a packetized elementary stream, and the ids of its kinds (ISO/IEC 13818-1, table 2-22).
_PES = b"\0\0\1"
_AUDIO, _VIDEO = range(0xC0, 0xE0), range(0xE0, 0xF0)
#: From this id on a packet states its length.
_FIRST_WITH_LENGTH = 0xBB
#: Bytes that are searched for the next packet at a time.
_CHUNK = 4096
#: Types of FLV tags.
_FLV_TAGS = {8: "audio", 9: "video"}
#: Types of the frames of DHAV.
_DHAV_FRAMES = {0xF0: "audio", 0xFC: "video", 0xFD: "video"}
#: Packets after which a track is more than a damaged header.
_MIN_PACKETS = 3


def unlisted_tracks(path: Path, kind: str, listed: Collection[int], types: Collection[str]) -> tuple[str, ...]:
    """The kind of each track of the file that is not among the `listed` ids of streams, or (FLV, DHAV) the `types`:
    "audio", "video" or "other". Reads the whole file. Raises SourceError when it cannot be read."""
    try:
        with path.open("rb") as file:
            match kind:
                case "mpegts":
                    found = _transport_tracks(file)
                case "mpeg":
                    found = _program_tracks(file)
                case "flv" | "dhav":
                    kinds = set(_flv_tags(file) if kind == "flv" else _dhav_frames(file))
                    return tuple(name for name in sorted(kinds) if name not in types)
                case _:
                    return ()
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}. Check its permissions.") from error
    return tuple(_type(id) for number, id in sorted(found.items()) if number not in listed)


def _type(stream_id: int) -> str:
    return "audio" if stream_id in _AUDIO else "video" if stream_id in _VIDEO else "other"


def _transport_tracks(file: BinaryIO) -> dict[int, int]:
    """PID -> stream id of everything that looks like an elementary stream."""
    found: dict[int, int] = {}
    counts: dict[int, int] = {}
    for packets in _transport_packets(file):
        starts = packets[(packets[:, 1] & 0x40 != 0) & (packets[:, 3] & 0x10 != 0)]
        for packet in starts:
            adaptation = 1 + int(packet[4]) if packet[3] & 0x20 else 0
            payload = packet[4 + adaptation : 8 + adaptation].tobytes()
            if len(payload) == 4 and payload[:3] == _PES and payload[3] >= 0xBC:
                pid = int(packet[1] & 0x1F) << 8 | int(packet[2])
                counts[pid] = counts.get(pid, 0) + 1
                found[pid] = payload[3]
    return {pid: id for pid, id in found.items() if counts[pid] >= _MIN_PACKETS}


def _transport_packets(file: BinaryIO) -> Iterator[npt.NDArray[np.uint8]]:
    """All packets in blocks, shape (n, 188). Between packets may lie something else."""
    head = file.read(4096)
    step, start = next(
        (
            (step, start)
            for step in PACKET_STEPS
            for start in range(min(step, len(head)))
            if len(head[start::step]) >= 3 and set(head[start::step]) == {_SYNC}
        ),
        (_PACKET, 0),
    )
    file.seek(start)
    while data := file.read(step * _BLOCK):
        rows = len(data) // step
        block = np.frombuffer(data, np.uint8, rows * step).reshape(rows, step)[:, :_PACKET]
        aligned = block[:, 0] == _SYNC
        if not aligned.all():  # a recorder lost bytes: go on where packets begin again
            first = int(np.argmin(aligned))
            yield block[:first]
            position = file.tell() - len(data) + first * step
            again = _next_sync(data[first * step :], step)
            if again is None:
                continue
            file.seek(position + again)
            continue
        yield block


def _next_sync(data: bytes, step: int) -> int | None:
    at = data.find(_SYNC, 1)
    while at >= 0:
        if all(data[n] == _SYNC for n in range(at, min(at + 3 * step, len(data)), step)):
            return at
        at = data.find(_SYNC, at + 1)
    return None


def _program_tracks(file: BinaryIO) -> dict[int, int]:
    """FFmpeg's stream id -> stream id of every audio and video stream."""
    counts: dict[int, int] = {}
    at = 0
    while True:
        file.seek(at)
        head = file.read(6)
        if len(head) < 6:
            break
        if head[:3] != _PES:  # the end of a pack of MPEG-1, or damage
            data = head + file.read(_CHUNK)
            found = data.find(_PES)
            at += found if found >= 0 else len(data) - 5
            continue
        id = head[3]
        if id in _AUDIO or id in _VIDEO:
            counts[id] = counts.get(id, 0) + 1
        length = int.from_bytes(head[4:6]) if id >= _FIRST_WITH_LENGTH else 0
        at += 6 + length if length else 4
    return {0x100 | id: id for id, count in counts.items() if count >= _MIN_PACKETS}


def _flv_tags(file: BinaryIO) -> Iterator[str]:
    """What each tag holds."""
    head = file.read(9)
    at = int.from_bytes(head[5:9]) + 4
    while True:
        file.seek(at)
        tag = file.read(11)
        if len(tag) < 11:
            return
        length = int.from_bytes(tag[1:4])
        if length and tag[0] & 0x1F in _FLV_TAGS:
            yield _FLV_TAGS[tag[0] & 0x1F]
        at += 11 + length + 4


def _dhav_frames(file: BinaryIO) -> Iterator[str]:
    """What each frame holds."""
    at = 0
    while True:
        file.seek(at)
        head = file.read(_CHUNK)
        found = head.find(b"DHAV")
        if found < 0:
            if len(head) < _CHUNK:
                return
            at += _CHUNK - 3
            continue
        file.seek(at + found)
        frame = file.read(24)
        if len(frame) < 24:
            return
        if frame[4] in _DHAV_FRAMES:
            yield _DHAV_FRAMES[frame[4]]
        at += found + max(int.from_bytes(frame[12:16], "little"), 4)
