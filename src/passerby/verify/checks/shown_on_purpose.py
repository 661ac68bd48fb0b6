"""What a person decided to show: a detection there is no suspicion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from passerby.config.regions import Region
from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.documents.plan import Plan, Track
from passerby.redaction_log.shown import subjects

#: A detection is that of a shown track where so much of it lies there...
MIN_CONTAINMENT = 0.3
#: ...and where it has at least this share of its area: tracks are padded.
MIN_SIZE = 0.1


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
