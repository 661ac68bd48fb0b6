"""A part: up to a second of one camera, masked and encoded. Recordings and the live view are made of the same parts.

The live view uses fifths of a second, for low latency. Recordings use whole seconds, fifths joined, since only those
begin with a keyframe.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace

from passerby.core.clock import Moment
from passerby.core.errors import UsageError
from passerby.core.names import NAME_RULE, is_name

#: Ticks per second of the timestamps inside parts.
TIMESCALE = 90_000
_LENGTH = struct.Struct(">I")


@dataclass(frozen=True, slots=True)
class Part:
    """`init` is the initialisation section (ftyp and moov), `body` one fragment or more (moof and mdat).

    `start` and `duration` are microseconds on the camera's own timeline, in which `body` is timestamped; `captured_at`
    is the capture time of its first frame. `covered` of its `frames` were covered whole. `discontinuity`: it does not
    continue the part before it: the first part, one after a gap, one of another size. `independent`: it begins with a
    keyframe; `ends_gop`: the next part will.
    """

    camera: str
    init: bytes
    body: bytes
    start: int
    duration: int
    captured_at: Moment
    frames: int
    covered: int
    width: int
    height: int
    discontinuity: bool
    independent: bool = True
    ends_gop: bool = True

    def with_discontinuity(self) -> Part:
        """The same part, after one that is missing."""
        return replace(self, discontinuity=True)

    def to_bytes(self) -> bytes:
        """Serialised, for sending it to another process."""
        fields = {
            "camera": self.camera,
            "init_size": len(self.init),
            "start": self.start,
            "duration": self.duration,
            "captured_at": [self.captured_at.monotonic, self.captured_at.wall, self.captured_at.trusted],
            "frames": self.frames,
            "covered": self.covered,
            "size": [self.width, self.height],
            "discontinuity": self.discontinuity,
            "independent": self.independent,
            "ends_gop": self.ends_gop,
        }
        header = json.dumps(fields).encode()
        return b"".join((_LENGTH.pack(len(header)), header, self.init, self.body))

    @classmethod
    def from_bytes(cls, data: bytes) -> Part:
        """The inverse of `to_bytes`."""
        (length,) = _LENGTH.unpack_from(data)
        fields, rest = json.loads(data[_LENGTH.size : _LENGTH.size + length]), _LENGTH.size + length
        body = rest + fields["init_size"]
        width, height = fields["size"]
        return cls(
            camera=fields["camera"],
            init=data[rest:body],
            body=data[body:],
            start=fields["start"],
            duration=fields["duration"],
            captured_at=Moment(*fields["captured_at"]),
            frames=fields["frames"],
            covered=fields["covered"],
            width=width,
            height=height,
            discontinuity=fields["discontinuity"],
            independent=fields["independent"],
            ends_gop=fields["ends_gop"],
        )


def join_parts(parts: Sequence[Part]) -> Part:
    """Consecutive parts, as one."""
    first, last = parts[0], parts[-1]
    return replace(
        first,
        body=b"".join(part.body for part in parts),
        duration=last.start + last.duration - first.start,
        frames=sum(part.frames for part in parts),
        covered=sum(part.covered for part in parts),
        ends_gop=last.ends_gop,
    )


def camera_name(name: str) -> str:
    """The name, if it is a valid camera name. Raises UsageError."""
    if not is_name(name):
        raise UsageError(f"{name!r} is not a valid camera name. Use {NAME_RULE}, beginning with a letter or a digit.")
    return name


def to_us(seconds: float) -> int:
    """Whole microseconds."""
    return round(seconds * 1_000_000)
