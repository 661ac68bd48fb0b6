"""Fixed regions as tracks, and detections that a person wants to keep visible."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from passerby.config.regions import Region
from passerby.core.kinds import Detection, Kind
from passerby.documents.plan import Keyframe, Track

#: The origin of the keyframes of a fixed region.
REGION_ORIGIN = "region"


def region_tracks(regions: Sequence[Region], times: Sequence[int], time_base: Fraction) -> list[Track]:
    """One track for each region that is active in some frame; `times` are those of all frames, in order.

    A region is active from the first frame at or after its start to the last one at or before its end.
    """
    tracks = []
    for region in regions:
        shown = [time for time in times if region.active_at(float(time * time_base))]
        if shown:
            tracks.append(Track(number=1, kind=Kind.REGION, keyframes=tuple(_keyframes(region, shown[0], shown[-1]))))
    return tracks


def _keyframes(region: Region, start: int, end: int) -> Iterable[Keyframe]:
    polygon = None if region.is_box else region.polygon
    for time in dict.fromkeys((start, end)):
        yield Keyframe(time=time, box=region.hull, score=1.0, origin=REGION_ORIGIN, polygon=polygon)


def suppress_in_keep_regions(
    detections: Iterable[Detection], keep: Sequence[Region], seconds: float
) -> list[Detection]:
    """The detections whose centre lies in no region that is to be kept visible at this time.

    A detection is suppressed or it is not: no pixel is taken out of the mask of something else.
    """
    return [d for d in detections if _region_of(d, keep, seconds) is None]


def kept_visible(detections: Iterable[Detection], keep: Sequence[Region], seconds: float) -> list[tuple[int, Kind]]:
    """The others, for the report: in which region, counted from 1, and of which kind."""
    regions = [(_region_of(d, keep, seconds), d.kind) for d in detections]
    return [(number, kind) for number, kind in regions if number is not None]


def _region_of(detection: Detection, keep: Sequence[Region], seconds: float) -> int | None:
    centre = detection.box.centre
    return next((n for n, one in enumerate(keep, 1) if one.active_at(seconds) and one.contains(*centre)), None)
