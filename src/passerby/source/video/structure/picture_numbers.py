"""Pictures that are missing in a stream without a container, told by the numbers that the encoder gave them.

Such a stream has no times by which a gap could be seen, and what was coded after lost pictures is decodable often
enough. H.264 counts the pictures that others are predicted from (frame_num); H.264 and H.265 number all pictures in the
order in which they are shown (picture order count). What is missing between two groups of pictures cannot be told.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

_START_CODE = re.compile(rb"\x00\x00\x01")
#: Bytes of a NAL unit in which the fields that are read lie.
_HEAD_BYTES = 400
_MAX_NUMBER_BITS = 16
#: Share of neighbouring pictures that are one step apart, from which on a larger distance is a gap, and of how many.
_MIN_REGULAR_SHARE, _MIN_PICTURES = 0.5, 8
#: H.264 profiles whose parameters have the fields of high profiles (H.264, 7.3.2.1.1).
_HIGH_PROFILES = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})


class _Bits:
    """Reads a NAL unit bit by bit, without the bytes that keep start codes out of it. Raises IndexError at its end."""

    def __init__(self, unit: bytes) -> None:
        self._data = unit.replace(b"\x00\x00\x03", b"\x00\x00")
        self._at = 0

    def u(self, count: int) -> int:
        value = 0
        for _ in range(count):
            value = value << 1 | self._data[self._at >> 3] >> (7 - (self._at & 7)) & 1
            self._at += 1
        return value

    def ue(self) -> int:
        zeros = 0
        while not self.u(1):
            zeros += 1
            if zeros > 31:
                raise IndexError
        return (1 << zeros) - 1 + self.u(zeros)

    def se(self) -> int:
        value = self.ue()
        return (value + 1) // 2 if value & 1 else -(value // 2)


class _Order:
    """Distances between neighbouring pictures in the order in which they are shown."""

    def __init__(self) -> None:
        self._distances: Counter[int] = Counter()
        self._counts = array("q")
        self._msb = self._lsb = 0

    def begin(self) -> None:
        """A picture that nothing before it is predicted from: the count begins anew."""
        counts = sorted(self._counts)
        self._distances.update(b - a for a, b in pairwise(counts) if b > a)
        self._counts = array("q")
        self._msb = self._lsb = 0

    def add(self, lsb: int, bits: int, *, anchor: bool) -> None:
        """The lower `bits` of a picture's count (H.264, 8.2.1.1; H.265, 8.3.1). `anchor`: later ones follow it."""
        half, msb = 1 << (bits - 1), self._msb
        if lsb < self._lsb and self._lsb - lsb >= half:
            msb += 1 << bits
        elif lsb > self._lsb and lsb - self._lsb > half:
            msb -= 1 << bits
        self._counts.append(msb + lsb)
        if anchor:
            self._msb, self._lsb = msb, lsb

    @property
    def missing(self) -> int:
        self.begin()
        total = self._distances.total()
        if total < _MIN_PICTURES:
            return 0
        step = min(self._distances)
        if self._distances[step] < _MIN_REGULAR_SHARE * total:
            return 0  # this encoder does not number its pictures one by one
        return sum((distance // step - 1) * count for distance, count in self._distances.items())


class H264Numbers:
    """Counts what is missing among the pictures of an H.264 stream; give it all packets in order."""

    def __init__(self) -> None:
        #: By their numbers: (bits of frame_num, of the order count or 0, whether gaps are allowed, frames only,
        #: whether the planes are coded apart), and to which of them picture parameters belong.
        self._sequences: dict[int, tuple[int, int, bool, bool, bool]] = {}
        self._sequence_of: dict[int, int] = {}
        self._last_reference: int | None = None
        self._order, self._fields = _Order(), False
        self._gaps = 0

    @property
    def missing(self) -> int:
        return max(self._gaps, 0 if self._fields else self._order.missing)

    def add(self, packet: bytes) -> None:
        for unit in _units(packet):
            bits, type = _Bits(unit[1:]), unit[0] & 0x1F
            try:
                if type == 7:
                    self._read_sequence(bits)
                elif type == 8:
                    number = bits.ue()
                    self._sequence_of[number] = bits.ue()
                elif type in (1, 2, 5):
                    self._read_slice(bits, reference=bool(unit[0] & 0x60), first_of_all=type == 5)
            except (IndexError, KeyError):  # it is cut off, or its parameters are
                continue

    def _read_sequence(self, bits: _Bits) -> None:
        profile = bits.u(8)
        bits.u(16)
        number, separate = bits.ue(), False
        if profile in _HIGH_PROFILES:
            chroma = bits.ue()
            separate = chroma == 3 and bool(bits.u(1))
            bits.ue()
            bits.ue()
            bits.u(1)
            if bits.u(1):
                for index in range(8 if chroma != 3 else 12):
                    if bits.u(1):
                        _skip_scaling_list(bits, 16 if index < 6 else 64)
        frame_bits, order_bits, kind = _number_bits(bits), 0, bits.ue()
        if kind == 0:
            order_bits = _number_bits(bits)
        elif kind == 1:
            bits.u(1)
            bits.se()
            bits.se()
            for _ in range(bits.ue()):
                bits.se()
        bits.ue()
        gaps_allowed = bool(bits.u(1))
        bits.ue()
        bits.ue()
        self._sequences[number] = (frame_bits, order_bits, gaps_allowed, bool(bits.u(1)), separate)

    def _read_slice(self, bits: _Bits, *, reference: bool, first_of_all: bool) -> None:
        if bits.ue():
            return  # not the first slice of its picture
        bits.ue()
        frame_bits, order_bits, gaps_allowed, frames_only, separate = self._sequences[self._sequence_of[bits.ue()]]
        if separate:
            bits.u(2)
        number = bits.u(frame_bits)
        if not frames_only and bits.u(1):
            self._fields = True
        if first_of_all:
            bits.ue()
            self._order.begin()
            self._last_reference = 0
        elif self._last_reference is not None and not gaps_allowed:
            gap = (number - self._last_reference - 1) % (1 << frame_bits)
            # Of the two fields of a picture, the second has its number; the highest ones are those of a new beginning.
            if number != self._last_reference and gap < 1 << (frame_bits - 1):
                self._gaps += gap
                self._last_reference = (number - 1) % (1 << frame_bits)  # several may follow that are no references
        if reference:
            self._last_reference = number
        if order_bits and not self._fields:
            self._order.add(bits.u(order_bits), order_bits, anchor=reference)


class HevcNumbers:
    """The same for H.265."""

    def __init__(self) -> None:
        #: By their numbers: (bits of the order count, whether the planes are coded apart), and (sequence, further bits
        #: of a slice's header, whether output is stated) of picture parameters.
        self._sequences: dict[int, tuple[int, bool]] = {}
        self._pictures: dict[int, tuple[int, int, bool]] = {}
        self._order = _Order()

    @property
    def missing(self) -> int:
        return self._order.missing

    def add(self, packet: bytes) -> None:
        for unit in _units(packet):
            type, layer = unit[0] >> 1 & 0x3F, unit[1] & 7 if len(unit) > 1 else 1
            bits = _Bits(unit[2:])
            try:
                if type == 33:
                    self._read_sequence(bits)
                elif type == 34:
                    number, sequence = bits.ue(), bits.ue()
                    bits.u(1)
                    states_output = bool(bits.u(1))
                    self._pictures[number] = (sequence, bits.u(3), states_output)
                elif type < 10 or 16 <= type < 22:
                    self._read_slice(bits, type, layer)
            except (IndexError, KeyError):
                continue

    def _read_sequence(self, bits: _Bits) -> None:
        bits.u(4)
        layers = bits.u(3)
        bits.u(1 + 96)
        present = [(bits.u(1), bits.u(1)) for _ in range(layers)]
        if layers:
            bits.u(2 * (8 - layers))
        for profile, level in present:
            bits.u(88 * profile + 8 * level)
        number = bits.ue()
        separate = bits.ue() == 3 and bool(bits.u(1))
        bits.ue()
        bits.ue()
        if bits.u(1):
            for _ in range(4):
                bits.ue()
        bits.ue()
        bits.ue()
        self._sequences[number] = (_number_bits(bits), separate)

    def _read_slice(self, bits: _Bits, type: int, layer: int) -> None:
        if not bits.u(1):
            return  # not the first of its picture
        if type >= 16:
            bits.u(1)
        sequence, extra, states_output = self._pictures[bits.ue()]
        order_bits, separate = self._sequences[sequence]
        bits.u(extra)
        bits.ue()
        bits.u(states_output + 2 * separate)
        if 16 <= type <= 20:  # a picture before which nothing is needed, and after which nothing goes back behind it
            self._order.begin()
        # Not leading pictures, nor those that others in their layer are not predicted from.
        anchor = layer == 1 and not (type < 16 and type % 2 == 0) and type not in range(6, 10)
        self._order.add(0 if type in (19, 20) else bits.u(order_bits), order_bits, anchor=anchor)


def numbers_of(codec: str) -> H264Numbers | HevcNumbers | None:
    """What counts the pictures of a stream of this codec; None where its pictures have no numbers."""
    return H264Numbers() if codec == "h264" else HevcNumbers() if codec == "hevc" else None


def _units(packet: bytes) -> Iterator[bytes]:
    """The first bytes of each NAL unit."""
    starts = [match.end() for match in _START_CODE.finditer(packet)]
    for start, following in pairwise([*starts, len(packet) + 3]):
        if unit := packet[start : min(following - 3, start + _HEAD_BYTES)]:  # damage puts start codes side by side
            yield unit


def _number_bits(bits: _Bits) -> int:
    """How long numbers are: 4 to 16 bits (H.264, 7.4.2.1.1; H.265, 7.4.3.2.1). Raises IndexError for anything else:
    it is damage."""
    stated = bits.ue()
    if stated > _MAX_NUMBER_BITS - 4:
        raise IndexError
    return stated + 4


def _skip_scaling_list(bits: _Bits, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.se()) % 256
        last = following or last
