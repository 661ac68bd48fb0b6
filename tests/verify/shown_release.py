"""A release in which somebody is shown on purpose, and its report."""

from __future__ import annotations

from pathlib import Path

from passerby import redact
from passerby.core.kinds import Kind
from passerby.documents.plan import Correction
from passerby.documents.plan_parts.spans import VisibleSpan
from passerby.documents.redaction_log import LogAction
from tests.plans import permanent_track, plan_for
from tests.white_patch import PATCH


def shown_on_purpose(source: Path, *, kept: bool = True) -> tuple[Path, Path]:
    """(the released file, with its report beside it; the plan): "B" has kept track 1 visible, or removed its mask."""
    face = permanent_track(1, PATCH, Kind.FACE)
    visible = face.model_copy(update={"visible": (VisibleSpan(start=0, end=10**9),)})
    made = Correction(
        author="B",
        created="2026-03-01T10:30:00+00:00",
        video=0,
        action="replace" if kept else "remove",
        number=1,
        track=visible if kept else None,
        reason="agreed",
    )
    plan = plan_for(source, face).model_copy(update={"corrections": (made,)})
    out, plan_file = source.with_name("out.mp4"), source.with_name("p.json")
    plan_file.write_text(plan.to_json())
    report = redact(source, out, plan=plan, verify=False)
    assert (False, [LogAction.SHOWN]) == (report.needs_review, [entry.action for entry in report.redaction_log])
    out.with_name("out.report.json").write_text(report.to_json())
    return out, plan_file
