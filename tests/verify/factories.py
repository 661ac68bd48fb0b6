"""Verification reports and frames for tests: no file, no model."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np

from passerby.config.settings import Settings
from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.documents.case_file import CaseDetails
from passerby.documents.case_report import CaseReport, CaseReportFile, MissingFile, PackedFile, WithheldItem
from passerby.documents.plan import Keyframe, Track
from passerby.documents.plan_parts.made_from import Fingerprint, WeightsUsed
from passerby.documents.redaction_log import DecidedBy, LogAction, LogEntry
from passerby.documents.report import HiddenSummary, TimeRange
from passerby.documents.verification_report import (
    Check,
    CheckedFile,
    CheckOutcome,
    CheckSummary,
    Finding,
    PlanSummary,
    ReleaseSummary,
    Verdict,
    VerificationReport,
    VideoSummary,
)

SHA = "ab" * 32


def _with_finding(check: Check, title: str) -> CheckSummary:
    return CheckSummary(check=check, title=title, outcome=CheckOutcome.FINDINGS, method="Detected.", findings=1)


def _skipped(check: Check, title: str, limitation: str) -> CheckSummary:
    return CheckSummary(
        check=check, title=title, outcome=CheckOutcome.SKIPPED, method="Not done.", limitation=limitation
    )


def example_report(sha256: str = SHA, **changed: object) -> VerificationReport:
    """One with something in every part."""
    made = VerificationReport(
        program="passerby 0.1.0",
        created="2026-03-04T05:06:07+00:00",
        file=CheckedFile(
            name="yard.redacted.mp4",
            sha256=sha256,
            size=123456,
            container="mp4",
            duration=72.0,
            videos=(VideoSummary(width=1280, height=720, frames=1800, analysed=360),),
        ),
        verdict=Verdict.FINDINGS,
        checks=(
            _with_finding(Check.FACES, "Faces"),
            _skipped(Check.MASKS, "Masks", "no plan"),
            _skipped(Check.RANDOM_SAMPLE, "Sample", "no sample"),
        ),
        findings=(
            Finding(
                number=1, check=Check.FACES, description="a face <b>", frame=310, time=12.4, start=12.0, end=13.25,
                kind=Kind.FACE, box=(10.0, 20.5, 60.0, 80.25), score=0.8125,
            ),
        ),
        weights=(WeightsUsed(id="blazeface-full", sha256=SHA),),
        release=ReleaseSummary(
            name="yard.redacted.report.json",
            sha256=SHA,
            created="2026-03-04T04:00:00+00:00",
            program="passerby 0.1.0",
            source=Fingerprint(name="yard.mp4", sha256=SHA, size=99, frames=1800),
            settings=Settings(),
            weights=(WeightsUsed(id="centerface", sha256=SHA),),
            hidden=(
                HiddenSummary(
                    kind=Kind.FACE,
                    tracks=3,
                    ranges=(TimeRange(start=1.5, end=20), TimeRange(start=40, end=41)),
                ),
            ),
            redaction_log=(
                LogEntry(
                    number=1, action=LogAction.MASKED, start=1.5, end=9, kind=Kind.FACE, video=0, track=1,
                    area=(10, 20, 64, 80), reason="FOIA (b)(6)", decided_by=DecidedBy.PERSON, by="A. Clerk",
                ),
                LogEntry(
                    number=2, action=LogAction.SHOWN, start=2, end=3.5, kind=Kind.FACE, video=0, track=9, share=0.25,
                    area=(90, 20, 120, 60), reason="=a request", decided_by=DecidedBy.PERSON, by="J. <Doe>",
                    created="2026-03-04T03:00:00+00:00",
                ),
                LogEntry(
                    number=3, action=LogAction.MUTED, start=4, end=5, reason="a name", decided_by=DecidedBy.PERSON,
                    by="A. Clerk",
                ),
                LogEntry(number=4, action=LogAction.CUT, start=6, end=6, removed=2.5, decided_by=DecidedBy.UNKNOWN),
            ),
            dropped=("sound tracks: 1", "tags: location"),
        ),
        plan=PlanSummary(
            name="yard.plan.json",
            sha256=SHA,
            corrections=1,
        ),
        not_claimed=("That nobody can be told by their gait.",),
    )  # fmt: skip
    return made.model_copy(update=changed)


def textured(size: tuple[int, int] = (320, 240), seed: int = 1) -> np.ndarray:
    """Luma with detail of every size, as a picture has, uint8, (height, width)."""
    width, height = size
    rng = np.random.default_rng(seed)
    total = np.zeros((height, width))
    for cell in (2, 4, 8, 16, 32):
        coarse = rng.normal(0, 12, (height // cell + 1, width // cell + 1))
        total += np.kron(coarse, np.ones((cell, cell)))[:height, :width]
    return np.clip(130 + total, 30, 235).astype(np.uint8)


def showing(number: int, box: Box, kind: Kind = Kind.FACE) -> tuple[Track, Keyframe]:
    key = Keyframe(time=0, box=box, score=0.5, origin="test")
    return Track(number=number, kind=kind, keyframes=(key,)), key


def example_case_report(content: Mapping[str, bytes]) -> CaseReport:
    """One on a case that releases these files, by their paths. The first one is a film, the others lie beside it."""
    packed = [
        PackedFile(path=path, sha256=hashlib.sha256(data).hexdigest(), size=len(data)) for path, data in content.items()
    ]
    film = packed[0]
    return CaseReport(
        program="passerby 0.1.0",
        created="2026-03-04T05:06:07+00:00",
        case=CaseDetails(
            number="24-17 <b>", requestor="J. Roe", requested="2026-02-28", agency="Town", officer="A. Lee"
        ),
        files=(
            CaseReportFile(
                path=film.path, sha256=film.sha256, size=film.size, source="yard.mp4", verdict="review", findings=2
            ),
        ),
        missing=(MissingFile(name="broken.mp4", reason="failed"),),
        withheld=(
            WithheldItem(file=film.path, item="Face 1", start=1.0, end=2.5, code="b(6)", statute="\u20ac \u2028"),
        ),
        package=tuple(packed),
    )
