"""Which frames may be released masked, and which are covered whole: the rule, on timestamps and flags alone.

A frame is released masked when the detector ran on it, or when it lies between two detections at most
MAX_DETECTION_GAP_S apart with reliable motion all the way between them. Otherwise it is covered, and the reason is
recorded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from passerby.documents.status import CoverReason

#: Maximum seconds between two detections for the frames between them to be released masked.
MAX_DETECTION_GAP_S = 1.5


@dataclass(slots=True)
class FrameVerdict:
    """What the gate knows of one frame. `at` in seconds; `linked`: reliable motion leads here from the previous frame.

    `reason` is why it must be covered, None when it may be released masked. Until a detection settles it, it is LATE.
    """

    at: float
    linked: bool
    damaged: bool = False
    reason: CoverReason | None = CoverReason.LATE


@dataclass(slots=True)
class ReleaseGate:
    """Takes frames in order, and settles them with each detection that finishes."""

    _last_detected: FrameVerdict | None = None
    _unsettled: list[FrameVerdict] = field(default_factory=list)
    _failed: CoverReason | None = None

    def settle(self, verdicts: Iterable[FrameVerdict], failed: CoverReason | None) -> None:
        """Settle the frames up to and including the next one the detector ran on, in order. `failed` is why that
        detection gave no result, None when it gave one."""
        verdicts = list(verdicts)
        for verdict in verdicts:
            if not verdict.linked:
                self._break_continuity()
            if verdict.damaged:
                verdict.reason = CoverReason.DAMAGED
            self._unsettled.append(verdict)
        if failed is not None:
            self._failed = failed
            for verdict in self._unsettled:
                verdict.reason = failed if verdict.reason is CoverReason.LATE else verdict.reason
            return
        detected = self._unsettled[-1]
        for verdict in self._unsettled[:-1]:
            if verdict.reason is not CoverReason.DAMAGED:
                verdict.reason = self._between(detected)
        if not detected.damaged:
            detected.reason = None
            self._last_detected = detected
        self._unsettled, self._failed = [], None

    def _between(self, detected: FrameVerdict) -> CoverReason | None:
        """Why frames between the last detection and `detected` must be covered; None when they need not."""
        if self._last_detected is None:
            return CoverReason.START
        if detected.at - self._last_detected.at > MAX_DETECTION_GAP_S:
            return self._failed or CoverReason.LATE
        return None

    def _break_continuity(self) -> None:
        """A new scene begins, or frames are missing: frames after the last detection lie between no two detections."""
        for verdict in self._unsettled:
            if verdict.reason is CoverReason.LATE:
                verdict.reason = CoverReason.START if self._last_detected is None else CoverReason.MOTION
        self._unsettled, self._last_detected, self._failed = [], None, None
