"""The current time, and whether it can be trusted.

Cameras run on sites where the power fails, on small machines that start in 1970, behind uplinks over which NTP is slow
to synchronise. So a moment has two readings. Its `monotonic` time never jumps while the machine runs, and all
computation within a run uses it. Its `wall` time is what people read; it may be wrong at first, and is corrected later
for everything that was recorded in the same run (`store/recordings/boot_sessions.py`).
"""

from __future__ import annotations

import ctypes
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from passerby.core.errors import PasserbyError

#: Where Linux identifies the current boot: another text after each start.
_BOOT = Path("/proc/sys/kernel/random/boot_id")
#: What adjtimex(2) returns while the clock is not synchronised (TIME_ERROR).
_NOT_SYNCHRONISED = 5
#: Larger than the kernel's `struct timex`, which is 208 bytes on 64-bit machines. All zeros only reads it.
_TIMEX = 512


@dataclass(frozen=True, slots=True)
class Moment:
    """`monotonic`: seconds since boot, the same in all processes of the machine, without jumps. `wall`: Unix time in
    seconds (UTC) by the clock of the machine. `trusted`: whether that clock is synchronised."""

    monotonic: float
    wall: float
    trusted: bool


class Clock(Protocol):
    """The source of moments. Tests pass in their own."""

    def now(self) -> Moment: ...


class SystemClock:
    """The clock of the machine. It is trusted while the kernel reports that it is synchronised (NTP, GPS), or always
    with `always_trusted`: for machines that have a good clock of their own and no network."""

    def __init__(self, always_trusted: bool = False) -> None:
        self._always_trusted = always_trusted
        self._library = ctypes.CDLL(None, use_errno=True)

    def now(self) -> Moment:
        # Not CLOCK_MONOTONIC, which stops while the machine sleeps. Both follow the slewing of the wall clock, and
        # neither follows its steps.
        monotonic, wall = time.clock_gettime(time.CLOCK_BOOTTIME), time.time()
        return Moment(monotonic, wall, self._always_trusted or self._synchronised())

    def _synchronised(self) -> bool:
        """False after the clock was set by hand, until it is synchronised again."""
        state: int = self._library.adjtimex(ctypes.create_string_buffer(_TIMEX))
        return 0 <= state < _NOT_SYNCHRONISED


def boot_id() -> str:
    """Identifies the current boot of the machine. Monotonic times of two boots cannot be compared.

    Raises PasserbyError where the system hides it.
    """
    try:
        return _BOOT.read_text(encoding="ascii").strip()
    except OSError as error:
        raise PasserbyError(
            f"{_BOOT} cannot be read ({error.strerror}), so recordings could not be timed. Give the service access to "
            "/proc: in a systemd unit, remove ProcSubset=pid."
        ) from error
