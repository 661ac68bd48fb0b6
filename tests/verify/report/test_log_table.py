"""The redaction log as text, for all formats."""

import csv
import io

import pytest

from passerby.core.kinds import Kind
from passerby.documents.redaction_log import DecidedBy, LogAction, LogEntry
from passerby.verify.report.log_table import ACTIONS, COLUMNS, item_name, log_csv, log_rows, moment, who
from tests.verify.factories import SHA, example_report


def entry(**changed):
    given = {"number": 1, "action": LogAction.MASKED, "start": 0, "end": 1, "decided_by": DecidedBy.PROGRAM}
    return LogEntry.model_validate(given | changed)


def test_every_action_has_its_words():
    assert set(LogAction) == set(ACTIONS)


@pytest.mark.parametrize(
    ("changed", "several", "name"),
    [
        ({"kind": Kind.FACE, "video": 0, "track": 22}, False, "Face 22"),
        ({"kind": Kind.FACE, "video": 1, "track": 22}, True, "Face 22 (video track 2)"),
        ({"kind": Kind.REGION, "video": 0, "track": 5}, False, "Area 5"),
        ({"kind": Kind.PLATE, "video": 0}, False, "Plate"),
        ({"video": 0}, False, "Picture"),
        ({}, False, "Sound"),
        ({"action": LogAction.CUT}, False, "Picture and sound"),
    ],
)
def test_the_item(changed, several, name):
    assert name == item_name(entry(**changed), several)


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({}, "passerby (automatic)"),
        ({"decided_by": DecidedBy.SETTINGS}, "settings of the run"),
        ({"decided_by": DecidedBy.UNKNOWN}, "not stated in the plan"),
        ({"decided_by": DecidedBy.PERSON, "by": "J. Doe"}, "J. Doe"),
        (
            {"decided_by": DecidedBy.PERSON, "by": "J. Doe", "created": "2026-03-04T03:00:00+00:00"},
            "J. Doe, 2026-03-04 03:00:00 UTC",
        ),
    ],
)
def test_who_decided(changed, name):
    assert name == who(entry(**changed))


def test_times_of_a_still_are_pages_from_one():
    assert ("page 3", "0:02.500") == (moment(2, True), moment(2.5, False))


def test_each_line_is_a_row():
    rows = [*log_rows(example_report())]
    assert 4 == len(rows)
    assert {len(COLUMNS)} == {len(row) for row in rows}


def test_csv_has_every_line_and_no_formula():
    rows = [*csv.DictReader(io.StringIO(log_csv(example_report())))]
    assert ["masked", "shown", "muted", "cut"] == [row["action"] for row in rows]
    assert {SHA} == {row["sha256"] for row in rows}
    assert ("1.5", "9.0", "10.0", "64.0", "A. Clerk") == tuple(
        rows[0][name] for name in ("start_s", "end_s", "left", "right", "by")
    )
    assert "2.5" == rows[3]["removed_s"]
    assert "'=a request" == rows[1]["reason"]  # a spreadsheet would run it


def test_without_a_report_of_the_redaction_there_are_no_lines():
    assert [] == [*log_rows(example_report(release=None))]
