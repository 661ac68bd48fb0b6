"""Collects what is suspicious: a thing in frame after frame is one suspicion, from its first moment to its last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, field

from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.documents.verification_report import Check, Suspicion

#: Seconds without a sign after which the same thing is told anew.
JOINED = 1.0
#: No more than this many are listed; how many there were is told besides.
MOST = 200


@dataclass(slots=True)
class _Run:
    check: Check
    what: str
    video: int
    frame: int | None
    time: float | None
    start: float | None
    end: float | None
    kind: Kind | None
    box: Box | None
    score: float | None
    track: int | None


@dataclass(slots=True)
class Suspects:
    """What was seen in one file, by whichever check."""

    _runs: list[_Run] = field(default_factory=list)
    _open: dict[Hashable, _Run] = field(default_factory=dict)

    def tell(self, check: Check, what: str, time: float | None = None, video: int = 0) -> None:
        """Something that belongs to no place in the picture."""
        self._runs.append(_Run(check, what, video, None, time, time, time, None, None, None, None))

    def see(
        self,
        check: Check,
        what: str,
        video: int,
        frame: int,
        seconds: float,
        kind: Kind | None = None,
        box: Box | None = None,
        score: float | None = None,
        track: int | None = None,
        until: float | None = None,
    ) -> None:
        """Something in one frame. What has the same check, words and track, without a break, is one suspicion, whose
        place is that of its best score, or else its first."""
        key = (check, what, video, track)
        run = self._open.get(key)
        end = seconds if until is None else until
        if run is not None and run.end is not None and seconds <= run.end + JOINED and track is not None:
            run.end = max(run.end, end)
            if score is not None and (run.score is None or score > run.score):
                run.frame, run.time, run.box, run.score = frame, seconds, box, score
            return
        run = _Run(check, what, video, frame, seconds, seconds, end, kind, box, score, track)
        self._open[key] = run
        self._runs.append(run)

    def best_at(self, seconds: float) -> None:
        """The newest one was seen best at this moment."""
        self._runs[-1].time = seconds

    def counts(self) -> Counter[Check]:
        return Counter(run.check for run in self._runs)

    def listed(self) -> tuple[Suspicion, ...]:
        """Numbered, those without a moment first, then in order of time."""
        order = list(Check)
        runs = sorted(self._runs, key=lambda r: (r.time is not None, r.time or 0.0, order.index(r.check), r.video))
        return tuple(
            Suspicion(
                number=number,
                check=run.check,
                what=run.what,
                video=run.video,
                frame=run.frame,
                time=_short(run.time, 3),
                start=_short(run.start, 3),
                end=_short(run.end, 3),
                kind=run.kind,
                box=None if run.box is None else Box(*(round(v, 1) for v in run.box)),
                score=_short(run.score, 3),
                track=run.track or None,
            )
            for number, run in enumerate(runs[:MOST], 1)
        )


def _short(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
