"""What a person should look at first: where the program itself is in doubt, the worst first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Literal

from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.core.model import FrozenModel
from passerby.documents.plan import Track, VideoPlan
from passerby.review.track_edits import frame_at, is_hand_made

#: Below this mean score of its best sightings a track is uncertain.
UNCERTAIN = 0.5
#: Sightings that count for that.
BEST = 3
#: Shorter than this (seconds) is short.
SHORT = 0.4
#: Displayed pixels from the picture's rim that count as at the edge.
RIM = 2.0

Why = Literal["uncertain", "short", "edge", "suspect", "not_analysed"]
_WEIGHT: dict[str, float] = {"suspect": 4.0, "not_analysed": 3.0, "uncertain": 2.0, "short": 1.0, "edge": 0.5}


class Entry(FrozenModel):
    """One thing to look at. `frame` is where to look; `track` its number, where it is about one."""

    id: str
    video: int
    frame: int
    seconds: float
    track: int | None = None
    kind: Kind | None = None
    why: tuple[Why, ...]
    what: str = ""
    box: tuple[float, float, float, float] | None = None
    certainty: float | None = None
    done: bool = False


def certainty(track: Track) -> float:
    """0 to 1: the mean score of the best sightings; 1 for what a person drew."""
    if is_hand_made(track) or track.kind is Kind.REGION:
        return 1.0
    best = sorted((key.score for key in track.keyframes), reverse=True)[:BEST]
    seen = [score for score in best if score > 0]
    return sum(seen) / len(seen) if seen else 0.0


def entries(
    number: int, video: VideoPlan, tracks: Iterable[Track], times: Sequence[int], base: Fraction
) -> list[Entry]:
    """What is doubtful in one video track by its plan alone."""
    found = [_of_track(number, video, track, times, base) for track in tracks]
    listed = [entry for entry in found if entry is not None]
    return sorted([*listed, *_unseen(number, video, times, base)], key=urgency)


def urgency(entry: Entry) -> tuple[float, float]:
    """Small comes first: by what is wrong, then by time."""
    weight = sum(_WEIGHT[why] for why in entry.why) + (1 - (1 if entry.certainty is None else entry.certainty))
    return -weight, entry.seconds


def _of_track(number: int, video: VideoPlan, track: Track, times: Sequence[int], base: Fraction) -> Entry | None:
    if is_hand_made(track) or track.kind is Kind.REGION:
        return None
    sure, why = certainty(track), list[Why]()
    if sure < UNCERTAIN:
        why.append("uncertain")
    if float((track.end - track.start) * base) < SHORT:
        why.append("short")
    if any(_at_rim(key.box, video) for key in track.keyframes):
        why.append("edge")
    if not why or (why == ["edge"] and sure >= UNCERTAIN + 0.2):
        return None  # somebody plainly seen who walks out of the picture
    best = max(track.keyframes, key=lambda key: key.score)
    frame = frame_at(times, best.time)
    return Entry(
        id=f"track-{number}-{track.number}",
        video=number,
        frame=frame,
        seconds=float(times[frame] * base),
        track=track.number,
        kind=track.kind,
        why=tuple(why),
        certainty=round(sure, 3),
    )


def _at_rim(box: Box, video: VideoPlan) -> bool:
    return box.x1 <= RIM or box.y1 <= RIM or box.x2 >= video.width - RIM or box.y2 >= video.height - RIM


def _unseen(number: int, video: VideoPlan, times: Sequence[int], base: Fraction) -> Iterable[Entry]:
    """Stretches that were not looked at: they are covered whole, which somebody should know."""
    following = 0
    for run in (*video.analysed, None):
        begins = run.first_frame if run is not None else len(times)
        if begins > following:
            yield Entry(
                id=f"unseen-{number}-{following}",
                video=number,
                frame=following,
                seconds=float(times[following] * base),
                why=("not_analysed",),
                what=str(begins - following),
            )
        following = run.last_frame + 1 if run is not None else following
