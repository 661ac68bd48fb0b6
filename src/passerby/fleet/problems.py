"""What is wrong with a site, from what it said last: one list for the pages, the alerts and the metrics."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

#: Seconds without a message after which a site counts as silent: six of its health messages.
SILENT_S = 1800
#: Days until the disk is full, and share of frames covered whole, at which somebody should look.
MIN_DISK_DAYS, MAX_COVERED_SHARE = 2.0, 0.2
#: Messages that wait at a site which sends: more is a line that is too slow. A day has 288 health messages.
MAX_BACKLOG = 300


class ProblemKind(StrEnum):
    """In order of urgency, the most urgent first."""

    SILENT = "silent"
    RETENTION = "retention"  # recordings are past their retention, as the site attests
    CAMERAS = "cameras"  # some do not work
    DISK = "disk"
    COVERED = "covered"  # too many frames are covered whole
    CLOCK = "clock"
    BACKLOG = "backlog"
    VERSION = "version"  # behind the fleet's


#: Of the table of sites: one that is silent comes before one whose version is behind.
URGENCY = {kind: 1 << (len(ProblemKind) - 1 - order) for order, kind in enumerate(ProblemKind)}


@dataclass(frozen=True, slots=True)
class SiteState:
    """What a site said last; None where it never said anything."""

    received: int | None
    clock_trusted: bool | None
    version: str | None
    cameras: int | None
    cameras_up: int | None
    covered: float | None
    disk_days: float | None
    backlog: int | None
    verdict: str | None


def problems_of(state: SiteState, now: float, current_version: str) -> tuple[ProblemKind, ...]:
    """In order of urgency. Of a silent site nothing else is known to be true still."""
    if state.received is None or now - state.received > SILENT_S:
        return (ProblemKind.SILENT,)
    found = {
        ProblemKind.RETENTION: state.verdict == "violated",
        ProblemKind.CAMERAS: (state.cameras_up or 0) < (state.cameras or 0),
        ProblemKind.DISK: state.disk_days is not None and state.disk_days < MIN_DISK_DAYS,
        ProblemKind.COVERED: (state.covered or 0.0) > MAX_COVERED_SHARE,
        ProblemKind.CLOCK: not state.clock_trusted,
        ProblemKind.BACKLOG: (state.backlog or 0) > MAX_BACKLOG,
        ProblemKind.VERSION: is_behind(state.version or "", current_version),
    }
    return tuple(kind for kind in ProblemKind if found.get(kind, False))


def is_behind(version: str, current: str) -> bool:
    """Is a version earlier than the current one? By the numbers at its beginning; a part that is none ends them."""
    return _numbers(version) < _numbers(current)


def _numbers(version: str) -> tuple[int, ...]:
    found = []
    for part in version.split("."):
        if not part.isdecimal():
            break
        found.append(int(part))
    return tuple(found)
