"""Collects findings: the same object in consecutive frames is one finding, from its first time to its last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, field

from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.documents.verification_report import Check, Finding

#: Seconds without a detection after which the same object is a new finding.
MAX_GAP_S = 1.0
#: Findings listed, at most; their total number is reported as well.
MAX_LISTED = 200


@dataclass(slots=True)
class _Draft:
    """A finding that may still be extended."""

    check: Check
    description: str
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
class FindingCollector:
    """The findings of all checks in one file."""

    _drafts: list[_Draft] = field(default_factory=list)
    _open: dict[Hashable, _Draft] = field(default_factory=dict)

    def add(self, check: Check, description: str, time: float | None = None, video: int = 0) -> None:
        """A finding without a position in the frame."""
        self._drafts.append(_Draft(check, description, video, None, time, time, time, None, None, None, None))

    def add_in_frame(
        self,
        check: Check,
        description: str,
        video: int,
        frame: int,
        seconds: float,
        kind: Kind | None = None,
        box: Box | None = None,
        score: float | None = None,
        track: int | None = None,
        until: float | None = None,
    ) -> None:
        """A finding in one frame. Those with the same check, description and track, without a gap, are one finding,
        whose position is that of its best score, or else of its first frame."""
        key = (check, description, video, track)
        draft = self._open.get(key)
        end = seconds if until is None else until
        if draft is not None and draft.end is not None and seconds <= draft.end + MAX_GAP_S and track is not None:
            draft.end = max(draft.end, end)
            if score is not None and (draft.score is None or score > draft.score):
                draft.frame, draft.time, draft.box, draft.score = frame, seconds, box, score
            return
        draft = _Draft(check, description, video, frame, seconds, seconds, end, kind, box, score, track)
        self._open[key] = draft
        self._drafts.append(draft)

    def set_best_time(self, seconds: float) -> None:
        """When the newest finding is most visible."""
        self._drafts[-1].time = seconds

    def counts(self) -> Counter[Check]:
        return Counter(draft.check for draft in self._drafts)

    def listed(self) -> tuple[Finding, ...]:
        """Numbered: first those without a time, then in order of time."""
        order = list(Check)
        drafts = sorted(self._drafts, key=lambda d: (d.time is not None, d.time or 0.0, order.index(d.check), d.video))
        return tuple(
            Finding(
                number=number,
                check=draft.check,
                description=draft.description,
                video=draft.video,
                frame=draft.frame,
                time=_round(draft.time, 3),
                start=_round(draft.start, 3),
                end=_round(draft.end, 3),
                kind=draft.kind,
                box=None if draft.box is None else Box(*(round(v, 1) for v in draft.box)),
                score=_round(draft.score, 3),
                track=draft.track or None,
            )
            for number, draft in enumerate(drafts[:MAX_LISTED], 1)
        )


def _round(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
