from pathlib import Path

import pytest

from passerby.config.settings import Settings
from passerby.documents.plan_parts.made_from import Fingerprint
from passerby.documents.report import OutputSummary, QuickCheck, QuickFinding, Report

FINDING = QuickFinding(time=1.5, description="a face is visible", box=(1, 2, 3, 4), score=0.8)


def report(covered=0, findings=(), ran=True):
    return Report(
        program="passerby test",
        created="2026-03-01T10:30:00+00:00",
        source=Fingerprint(name="a.mp4", sha256="0" * 64, size=5, duration=None, frames=10),
        output=OutputSummary(name="b.mp4", sha256="1" * 64, size=5, codec="libx264", frames=10, covered=covered),
        settings=Settings(),
        weights=(),
        plan_edited=False,
        hidden=(),
        dropped=(),
        warnings=(),
        check=QuickCheck(ran=ran, findings=findings),
    )


@pytest.mark.parametrize(
    ("made", "expected"),
    [(report(), False), (report(ran=False), False), (report(covered=1), True), (report(findings=(FINDING,)), True)],
)
def test_review_is_needed_for_a_finding_or_a_covered_frame(made, expected):
    assert expected is made.needs_review


def test_what_is_saved_can_be_read_again():
    made = report(2, (FINDING,))
    assert made == Report.model_validate_json(made.to_json())


def fields(schema):
    """Names of all fields in a JSON schema."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for value in schema.values():
            yield from fields(value)


def test_every_field_is_explained():
    page = Path(__file__).parents[2] / "docs" / "ref" / "report.md"
    own = set(fields(Report.model_json_schema())) - set(fields(Settings.model_json_schema()))
    assert {"findings", "covered", "ranges"} <= own
    assert set() == {name for name in own if f"`{name}`" not in page.read_text(encoding="utf-8")}
