"""What a person decided to show: a detection there is no suspicion."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass

from passerby.config.regions import Region
from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.documents.plan import Plan, Track
from passerby.documents.redaction_log import LogAction, LogEntry
from passerby.redaction_log.shown import subjects

#: A detection is that of a shown track where so much of it lies there...
MIN_CONTAINMENT = 0.3
#: ...and where it has at least this share of its area: tracks are padded.
MIN_SIZE = 0.1
#: Times of a log have milliseconds, as those of some containers.
ROUNDING_S = 0.002


@dataclass(frozen=True, slots=True)
class ShownHere:
    """What is shown on purpose in one frame: kinds and boxes of tracks, and regions that are kept visible."""

    areas: Sequence[tuple[Kind, Box]] = ()
    regions: Sequence[Region] = ()

    def explains(self, kind: Kind, box: Box) -> bool:
        """Is that what is detected here? A large track does not explain what is much smaller, or of another kind."""
        return any(region.contains(*box.centre) for region in self.regions) or any(
            kind is shown and box.containment(area) > MIN_CONTAINMENT and box.area >= MIN_SIZE * area.area
            for shown, area in self.areas
        )


class ShownInLog:
    """Of one video track of a release: what the redaction log of a signed report says, where no plan is given."""

    def __init__(self, log: Sequence[LogEntry], video: int, keep: Sequence[Region]) -> None:
        self._keep = keep
        self._shown = [
            entry for entry in log if entry.action is LogAction.SHOWN and entry.video == video and entry.path
        ]

    def at(self, seconds: float) -> ShownHere:
        """In the frame at this time of the release."""
        shown = [one for one in self._shown if one.start - ROUNDING_S <= seconds < one.end + ROUNDING_S]
        areas = [(one.kind, _position(one, seconds)) for one in shown if one.kind is not None]
        return ShownHere(areas, [region for region in self._keep if region.active_at(seconds)])


def _position(entry: LogEntry, seconds: float) -> Box:
    """Where an entry is: straight between two points of its path."""
    place = bisect.bisect_right(entry.path, seconds, key=lambda point: point[0])
    before, after = entry.path[max(0, place - 1)], entry.path[min(place, len(entry.path) - 1)]
    length = after[0] - before[0]
    share = 0.0 if length <= 0 else min(1.0, max(0.0, (seconds - before[0]) / length))
    return Box(*before[1:]).lerp(Box(*after[1:]), share)


class ShownOnPurpose:
    """Of one video track of a plan: where tracks are kept visible, or were removed altogether. Where a box was only
    moved, or a track ends earlier, nobody has decided that what is bare may be seen: that stays a suspicion."""

    def __init__(self, plan: Plan, video: int, keep: Sequence[Region]) -> None:
        self._keep, self._base = keep, plan.videos[video].time_base
        current = {track.number for track in plan.tracks(video)}
        changed = subjects(plan, video)
        self._removed: list[Track] = [one.track for one in changed if one.track.number not in current]
        self._visible: list[Track] = [track for track in plan.tracks(video) if track.visible]

    def at(self, tick: int) -> ShownHere:
        """In the frame at this time of the source."""
        visible = [t for t in self._visible if any(span.start <= tick <= span.end for span in t.visible)]
        found = [(track.kind, track.interpolate(tick)) for track in (*self._removed, *visible)]
        seconds = float(tick * self._base)
        regions = [region for region in self._keep if region.active_at(seconds)]
        return ShownHere([(kind, key.box) for kind, key in found if key is not None], regions)
