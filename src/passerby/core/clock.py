"""What time it is, and how far that can be believed.

Cameras stand on sites where the power fails, on small machines that wake up in 1970, behind uplinks over which the
network's time comes late. So a moment has two faces. Its `monotonic` time never jumps while the machine runs, and all
that is done with times inside a run is done with that. Its `wall` time is what people read; it may be wrong at first,
and is put right later for everything that was recorded in the same run (`store/recordings/boot_sessions.py`).
"""

from __future__ import annotations

import ctypes
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from passerby.core.errors import PasserbyError

#: Where Linux says which run of the machine this is: another text after each start.
_BOOT = Path("/proc/sys/kernel/random/boot_id")
#: What adjtimex(2) returns while nobody has set the clock by a better one.
_NOT_SYNCHRONISED = 5
#: Larger than the kernel's `struct timex`, which is 208 bytes on 64-bit machines. All zeros only asks.
_TIMEX = 512


@dataclass(frozen=True, slots=True)
class Moment:
    """`monotonic`: seconds since the machine was started, the same in all its processes, never jumping.
    `wall`: seconds of Unix time (UTC), as the machine says. `trusted`: whether that is to be believed."""

    monotonic: float
    wall: float
    trusted: bool


class Clock(Protocol):
    """Where moments come from. Tests bring their own."""

    def now(self) -> Moment: ...


class SystemClock:
    """The machine's clock. It is trusted while the kernel says that it is kept by a better one (NTP, GPS), or always
    with `believed`: for machines that have a good clock of their own and no network."""

    def __init__(self, believed: bool = False) -> None:
        self._believed = believed
        self._library = ctypes.CDLL(None, use_errno=True)

    def now(self) -> Moment:
        # Not CLOCK_MONOTONIC, which stands still while the machine sleeps. Both run at the pace of the wall clock when
        # that is being pulled right, and neither follows its jumps.
        monotonic, wall = time.clock_gettime(time.CLOCK_BOOTTIME), time.time()
        return Moment(monotonic, wall, self._believed or self._synchronised())

    def _synchronised(self) -> bool:
        """Setting the clock by hand makes the kernel say no, until it is kept again."""
        state: int = self._library.adjtimex(ctypes.create_string_buffer(_TIMEX))
        return 0 <= state < _NOT_SYNCHRONISED


def boot_id() -> str:
    """Which run of the machine this is. Monotonic times of two runs have nothing to do with each other.

    Raises PasserbyError where the system hides it.
    """
    try:
        return _BOOT.read_text(encoding="ascii").strip()
    except OSError as error:
        raise PasserbyError(
            f"{_BOOT} cannot be read ({error.strerror}), so times of recordings would make no sense. Let the service "
            "see /proc: in a systemd unit, take out ProcSubset=pid."
        ) from error
