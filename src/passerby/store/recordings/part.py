"""A part: up to a second of one camera, masked and encoded. Recordings and live pictures are made of the same parts.

Live pictures come in halves of a second, so that they are soon there. Recordings take whole seconds, halves put
together, since only those begin with a picture that stands alone.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace

from passerby.core.clock import Moment
from passerby.core.errors import UsageError

#: Ticks a second of the times inside parts.
TICKS = 90_000
#: Names of cameras are names of folders and parts of addresses too.
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_LENGTH = struct.Struct(">I")


@dataclass(frozen=True, slots=True)
class Part:
    """`head` is how to play it (ftyp and moov), `body` one fragment or more (moof and mdat).

    `start` and `duration` are microseconds on the camera's own time line, which `body` is stamped with; `at` is when
    its first frame was caught. `covered` of its `frames` were painted over whole. `fresh` says that it does not go on
    where the part before it ended: the first one, one after a gap, one of another size. `independent` says that it
    begins with a picture that stands alone, and `closes` that the part after it will.
    """

    camera: str
    head: bytes
    body: bytes
    start: int
    duration: int
    at: Moment
    frames: int
    covered: int
    width: int
    height: int
    fresh: bool
    independent: bool = True
    closes: bool = True

    def begun_anew(self) -> Part:
        """The same, after one that is missing."""
        return replace(self, fresh=True)

    def to_bytes(self) -> bytes:
        """To be sent to another process."""
        facts = {
            "camera": self.camera,
            "head": len(self.head),
            "start": self.start,
            "duration": self.duration,
            "at": [self.at.monotonic, self.at.wall, self.at.trusted],
            "frames": self.frames,
            "covered": self.covered,
            "size": [self.width, self.height],
            "fresh": self.fresh,
            "independent": self.independent,
            "closes": self.closes,
        }
        told = json.dumps(facts).encode()
        return b"".join((_LENGTH.pack(len(told)), told, self.head, self.body))

    @classmethod
    def from_bytes(cls, data: bytes) -> Part:
        """What `to_bytes` made."""
        (length,) = _LENGTH.unpack_from(data)
        told, rest = json.loads(data[_LENGTH.size : _LENGTH.size + length]), _LENGTH.size + length
        body = rest + told["head"]
        width, height = told["size"]
        return cls(
            camera=told["camera"],
            head=data[rest:body],
            body=data[body:],
            start=told["start"],
            duration=told["duration"],
            at=Moment(*told["at"]),
            frames=told["frames"],
            covered=told["covered"],
            width=width,
            height=height,
            fresh=told["fresh"],
            independent=told["independent"],
            closes=told["closes"],
        )


def whole(parts: Sequence[Part]) -> Part:
    """Parts that follow each other, as one."""
    first, last = parts[0], parts[-1]
    return replace(
        first,
        body=b"".join(part.body for part in parts),
        duration=last.start + last.duration - first.start,
        frames=sum(part.frames for part in parts),
        covered=sum(part.covered for part in parts),
        closes=last.closes,
    )


def camera_name(name: str) -> str:
    """The name, if a camera may be called so. Raises UsageError."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"A camera cannot be called {name!r}. Use small letters, digits, - and _, at most 63, beginning with a "
            "letter or a digit."
        )
    return name


def micros(seconds: float) -> int:
    """Whole microseconds."""
    return round(seconds * 1_000_000)
