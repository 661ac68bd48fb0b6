"""What a person has judged about a release: the frames of the spot check, and the findings of the verification.

Both are kept in NAME.review.json and belong to one very file, by its SHA-256: what was said about an earlier export
says nothing about this one. `passerby verify` reads them from there too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from passerby.core.errors import VerificationError
from passerby.documents.verification_report import Finding, FindingAnswer, FrameSample, UpperBound, VerificationReport
from passerby.review.errors import ReviewError
from passerby.review.notes import ReviewNotes, ReviewSample

#: An answer counts from so many seconds on after the frame was sent to the page, and after the last answer: whoever
#: answers faster has not looked. The page waits for a second.
MIN_SHOWN_S = 0.8


class ShownFrames:
    """When each frame of the spot check was last sent to be shown."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._shown: dict[int, float] = {}
        self._answered: float | None = None

    def clear(self) -> None:
        """Other frames are to be judged."""
        self._shown.clear()

    def show(self, number: int) -> None:
        self._shown[number] = self._clock()

    def require_seen(self, number: int) -> None:
        """An answer is given: raises ReviewError unless the frame was shown for a moment."""
        now, shown = self._clock(), self._shown.get(number)
        waited = min(now - shown if shown is not None else 0.0, now - self._answered if self._answered else MIN_SHOWN_S)
        if waited < MIN_SHOWN_S:
            raise ReviewError("frame_not_seen")
        self._answered = now


def bound_of(sample: ReviewSample) -> UpperBound | None:
    """The upper bound that follows from a judged sample; None while a frame is not judged. The reviewers are those who
    judged, the time is that of the last judgement."""
    from passerby.verify.report import random_draw

    if any(frame.number not in sample.judgements for frame in sample.frames):
        return None
    leaks = {number: judgement.leak for number, judgement in sample.judgements.items()}
    reviewers = ", ".join(sorted({judgement.reviewer for judgement in sample.judgements.values()}))
    last = max(judgement.time for judgement in sample.judgements.values())
    return random_draw.bound_from_answers(FrameSample.model_validate_json(sample.verify_sample), leaks, reviewers, last)


def bound_for(notes: ReviewNotes, output: Path, sha256: str) -> UpperBound | None:
    """The bound of the spot check of this very file, if it is complete. The frames are drawn again: notes from which
    frames were taken out are refused. Raises VerificationError."""
    from passerby.verify.report import random_draw

    bound = bound_of(notes.sample) if notes.sample is not None and notes.sample.sha256 == sha256 else None
    if bound is not None and random_draw.draw_sample(output, len(bound.sample.frames)) != bound.sample:
        raise VerificationError(
            f"The frames that were judged are not those that are drawn from {output.name}. Make the spot check again."
        )
    return bound


def finding_key(finding: Finding) -> str:
    """What a finding is about, so that it is known again when the same file is verified again."""
    box = "" if finding.box is None else ",".join(f"{side:g}" for side in finding.box)
    return f"{finding.check.value}|{finding.description}|{finding.video}|{finding.time}|{box}"


def answers_for(notes: ReviewNotes, report: VerificationReport) -> Mapping[int, FindingAnswer]:
    """The answers to the findings of a report, by their number: none, where they were given about another file."""
    if notes.answers_sha256 != report.file.sha256:
        return {}
    known = notes.answers
    return {f.number: known[key] for f in report.findings if (key := finding_key(f)) in known}
