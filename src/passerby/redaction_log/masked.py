"""What is painted over in one video track, frame by frame as it is painted: nothing is believed that a plan says of
itself."""

from __future__ import annotations

from collections.abc import Iterator

from passerby.core.kinds import Kind
from passerby.documents.plan import Keyframe, Plan, Track
from passerby.documents.redaction_log import DecidedBy, LogAction, LogEntry
from passerby.redaction_log.areas import hull_between, painted_box
from passerby.redaction_log.decisions import Decisions
from passerby.redaction_log.release_times import ReleaseTimes, Run, runs

NOT_KNOWN = "not analysed, damaged, or decoded differently the second time"


def masked(plan: Plan, video: int, times: ReleaseTimes, decisions: Decisions) -> Iterator[LogEntry]:
    """One entry for each run of frames in which a track is painted, and for each that was covered whole. Their numbers
    are given later."""
    size = plan.videos[video].width, plan.videos[video].height
    for track in plan.tracks(video):
        decision = decisions.of_mask(video, track)
        for run in _painted(track, times, size):
            start, end = times.seconds(run)
            yield LogEntry(
                number=1,
                action=LogAction.BLACKED_OUT if track.kind is Kind.REGION else LogAction.MASKED,
                start=start,
                end=end,
                kind=track.kind,
                video=video,
                track=track.number,
                area=hull_between(track, times.ticks[run[0]], times.ticks[run[1]], *size),
                reason=decision.reason,
                decided_by=decision.decided_by,
                by=decision.by,
                created=decision.created,
            )
    for run, _ in runs([tick in times.covered for tick in times.ticks]) if times.covered else ():
        start, end = times.seconds(run)
        yield LogEntry(
            number=1,
            action=LogAction.COVERED,
            start=start,
            end=end,
            video=video,
            area=(0, 0, *size),
            reason=NOT_KNOWN,
            decided_by=DecidedBy.PROGRAM,
        )


def _painted(track: Track, times: ReleaseTimes, size: tuple[int, int]) -> Iterator[Run]:
    """The runs of frames in which some of the picture is painted because of this track."""
    run = times.between(track.start, track.end)
    if run is None:
        return
    if not track.visible and all(key.polygon is None and _in_picture(key, size) for key in track.keyframes):
        yield run  # a box that moves in a straight line from a picture to the same one does not leave it
        return
    keys = [track.masked_at(tick) for tick in times.ticks[run[0] : run[1] + 1]]
    flags = [key is not None and _in_picture(key, size) for key in keys]
    yield from (found for found, _ in runs(flags, run[0]))


def _in_picture(key: Keyframe, size: tuple[int, int]) -> bool:
    return painted_box(key, *size) is not None
