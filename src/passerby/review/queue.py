"""The review queue: where detection is uncertain, the most urgent entries first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Literal

from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.core.model import FrozenModel
from passerby.documents.plan import Track, VideoPlan
from passerby.review.track_edits import best_time, frame_at, is_manual

# These sort a queue; nothing is hidden or shown because of them. They were chosen by hand on a few files.
#: A track is uncertain below this confidence.
UNCERTAIN_CONFIDENCE = 0.5
#: Confidence is the mean score of so many of its best detections.
BEST_DETECTIONS = 3
#: A shorter track is short, seconds.
SHORT_S = 0.4
#: A box this close to the edge of the frame is at the edge, displayed pixels.
EDGE_MARGIN_PX = 2.0
#: A track that only touches the edge is not worth an entry above this confidence: a person walks out of the frame.
PLAIN_CONFIDENCE = 0.7

ReviewReason = Literal["uncertain", "short", "edge", "finding", "not_analysed"]
_WEIGHT: dict[str, float] = {"finding": 4.0, "not_analysed": 3.0, "uncertain": 2.0, "short": 1.0, "edge": 0.5}


class QueueEntry(FrozenModel):
    """One item to check. `frame` is its frame, `seconds` its time; `track` the number of the track, if it is about
    one."""

    id: str
    video: int
    frame: int
    seconds: float
    track: int | None = None
    kind: Kind | None = None
    reasons: tuple[ReviewReason, ...]
    detail: str = ""
    box: tuple[float, float, float, float] | None = None
    confidence: float | None = None
    reviewed: bool = False


def confidence(track: Track) -> float:
    """0 to 1: the mean score of the best detections; 1 for a track that a person created."""
    if is_manual(track) or track.kind is Kind.REGION:
        return 1.0
    best = sorted((key.score for key in track.keyframes), reverse=True)[:BEST_DETECTIONS]
    detected = [score for score in best if score > 0]
    return sum(detected) / len(detected) if detected else 0.0


#: What a track gave, by the video track and its number: it gives the same for as long as it is the same.
KnownEntries = dict[tuple[int, int], tuple[Track, "QueueEntry | None"]]


def queue_entries(
    number: int,
    video: VideoPlan,
    tracks: Iterable[Track],
    times: Sequence[int],
    base: Fraction,
    *,
    still: bool = False,
    known: KnownEntries | None = None,
) -> list[QueueEntry]:
    """What is uncertain in one video track by its plan alone. `times` of all frames in ticks of `base` seconds. In a
    `still` nothing is seen only briefly. `known` is filled, and saves looking at tracks again that did not change: an
    hour has thousands, and an edit changes one."""
    shortest = 0.0 if still else SHORT_S
    known = {} if known is None else known
    entries = []
    for track in tracks:
        before = known.get((number, track.number))
        if before is None or before[0] is not track:
            before = track, _track_entry(number, video, track, times, base, shortest)
            known[number, track.number] = before
        if before[1] is not None:
            entries.append(before[1])
    return sorted([*entries, *_not_analysed_entries(number, video, times, base)], key=priority)


def priority(entry: QueueEntry) -> tuple[float, float]:
    """Sort key, most urgent first: by weight of the reasons, then by time."""
    weight = sum(_WEIGHT[reason] for reason in entry.reasons)
    weight += 1 - (1 if entry.confidence is None else entry.confidence)
    return -weight, entry.seconds


def _track_entry(
    number: int, video: VideoPlan, track: Track, times: Sequence[int], base: Fraction, shortest: float
) -> QueueEntry | None:
    if is_manual(track) or track.kind is Kind.REGION:
        return None
    score, reasons = confidence(track), list[ReviewReason]()
    if score < UNCERTAIN_CONFIDENCE:
        reasons.append("uncertain")
    if float((track.end - track.start) * base) < shortest:
        reasons.append("short")
    if any(_at_edge(key.box, video) for key in track.keyframes):
        reasons.append("edge")
    if not reasons or (reasons == ["edge"] and score >= PLAIN_CONFIDENCE):
        return None
    frame = frame_at(times, best_time(track))
    return QueueEntry(
        id=f"track-{number}-{track.number}",
        video=number,
        frame=frame,
        seconds=float(times[frame] * base),
        track=track.number,
        kind=track.kind,
        reasons=tuple(reasons),
        confidence=round(score, 3),
    )


def _at_edge(box: Box, video: VideoPlan) -> bool:
    right, bottom = video.width - EDGE_MARGIN_PX, video.height - EDGE_MARGIN_PX
    return box.x1 <= EDGE_MARGIN_PX or box.y1 <= EDGE_MARGIN_PX or box.x2 >= right or box.y2 >= bottom


def _not_analysed_entries(number: int, video: VideoPlan, times: Sequence[int], base: Fraction) -> Iterable[QueueEntry]:
    """Frames that were not analysed: they are covered whole, which a person should know."""
    next_frame = 0
    for analysed in (*video.analysed, None):
        start = analysed.first_frame if analysed is not None else len(times)
        if start > next_frame:
            yield QueueEntry(
                id=f"not-analysed-{number}-{next_frame}",
                video=number,
                frame=next_frame,
                seconds=float(times[next_frame] * base),
                reasons=("not_analysed",),
                detail=str(start - next_frame),
            )
        next_frame = analysed.last_frame + 1 if analysed is not None else next_frame
