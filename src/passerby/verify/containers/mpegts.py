"""The packets of an MPEG transport stream: those of no track, service names and non-packets are reported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

_SIZE, _SYNC = 188, 0x47
#: Packets read at once.
_PACKETS_AT_ONCE = 1 << 14
_TABLE, _SERVICES, _EMPTY = 0, 0x11, 0x1FFF
#: What FFmpeg writes by default.
_UNNAMED = {b"", b"FFmpeg", b"Service01"}
_SERVICE = 0x48

Packets = npt.NDArray[np.uint8]


@dataclass(slots=True)
class _TablePids:
    """PIDs in the tables: of program map tables, and of their tracks."""

    programs: set[int] = field(default_factory=set)
    tracks: set[int] = field(default_factory=set)


def walk(path: Path) -> Counter[str]:
    """What the file contains besides its tables and tracks."""
    lines: Counter[str] = Counter()
    pids, counts = _TablePids(), Counter[int]()
    for packets, rest in _packets(path):
        if rest:
            lines[f"{rest} bytes that are not packets"] += 1
        numbers = (packets[:, 1].astype(int) & 31) << 8 | packets[:, 2]
        counts.update(dict(zip(*(part.tolist() for part in np.unique(numbers, return_counts=True)), strict=True)))
        for wanted in ([_TABLE, _SERVICES], pids.programs):  # the first of these lists the others
            for n in np.flatnonzero(np.isin(numbers, list(wanted))):
                _table(int(numbers[n]), packets[n].tobytes(), pids, lines)
        _private(packets, lines)
        _filling(packets[numbers == _EMPTY], lines)
    for number in sorted(counts.keys() - pids.tracks - pids.programs - {_TABLE, _SERVICES, _EMPTY}):
        lines[f"{counts[number]} packets that belong to no track"] += 1
    for line in lines:
        lines[line] = min(lines[line], 1)  # tables are repeated
    return lines


def _packets(path: Path) -> Iterator[tuple[Packets, int]]:
    """Whole packets, and the number of bytes after them that are not packets: the first of these ends it."""
    with path.open("rb") as file:
        while content := file.read(_SIZE * _PACKETS_AT_ONCE):
            packets = np.frombuffer(content[: len(content) // _SIZE * _SIZE], np.uint8).reshape(-1, _SIZE)
            wrong = np.flatnonzero(packets[:, 0] != _SYNC)
            intact = int(wrong[0]) if len(wrong) else len(packets)
            rest = len(content) - intact * _SIZE
            yield packets[:intact], rest + (path.stat().st_size - file.tell() if rest else 0)
            if rest:
                return


def _table(number: int, packet: bytes, pids: _TablePids, lines: Counter[str]) -> None:
    """One packet of a table. Of tables with several packets, only the first one is parsed."""
    if not packet[1] & 0x40 or not packet[3] & 0x10:
        return  # a continuation, or no payload
    at = 5 + packet[4] if packet[3] & 0x20 else 4
    at += 1 + packet[at] if at < _SIZE else 0
    section = packet[at : at + 3 + (int.from_bytes(packet[at + 1 : at + 3], "big") & 0xFFF) - 4]
    if number == _SERVICES:
        if section[:1] in (b"\x42", b"\x46") and not set(_names(section[11:])) <= _UNNAMED:
            lines["the name of a service"] += 1
    elif number == _TABLE:
        pids.programs |= {_number(section[n + 2 : n + 4]) for n in range(8, len(section) - 3, 4)}
    else:
        at = 12 + (_number(section[10:12]) & 0xFFF)
        while at + 5 <= len(section):
            pids.tracks.add(_number(section[at + 1 : at + 3]))
            at += 5 + (int.from_bytes(section[at + 3 : at + 5], "big") & 0xFFF)


def _names(services: bytes) -> Iterator[bytes]:
    """Provider and name of each service (EN 300 468, service descriptor); other descriptors as they are."""
    at = 0
    while at + 5 <= len(services):
        end = at + 5 + (int.from_bytes(services[at + 3 : at + 5], "big") & 0xFFF)
        at += 5
        while at + 2 <= end:
            content = services[at + 2 : at + 2 + services[at + 1]]
            if services[at] == _SERVICE and len(content) > 1:
                provider = content[2 : 2 + content[1]]
                yield provider
                yield content[3 + len(provider) :]
            else:
                yield content or b"?"
            at += 2 + services[at + 1]


def _private(packets: Packets, lines: Counter[str]) -> None:
    """Transport private data in adaptation fields."""
    beside = (packets[:, 3] & 0x20 > 0) & (packets[:, 4] > 0) & (packets[:, 5] & 2 > 0)
    if beside.any():
        lines["private data in packets"] += 1


def _filling(packets: Packets, lines: Counter[str]) -> None:
    if len(packets) and not np.isin(packets[:, 4:], (0, 255)).all():
        lines["data in null packets"] += 1


def _number(two: bytes) -> int:
    return int.from_bytes(two, "big") & 0x1FFF
