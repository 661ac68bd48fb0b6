import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from passerby.core.version import PROGRAM
from passerby.jobs.events.run_event import RUN_EVENT, InterruptedEvent, StartedEvent, print_event

SCHEMA = Path(__file__).parents[3] / "docs" / "ref" / "events.schema.json"


def test_an_event_is_one_line_with_version_and_program():
    lines = []
    print_event(InterruptedEvent(signal="SIGTERM", exit_code=143), lines.append)
    (line,) = lines
    expected = {"schema_version": 1, "program": PROGRAM, "event": "interrupted", "signal": "SIGTERM", "exit_code": 143}
    assert expected == json.loads(line)
    assert "\n" not in line


def test_lines_are_read_by_their_event():
    assert StartedEvent(files=2, unsupported=0) == RUN_EVENT.validate_json(
        '{"event": "started", "files": 2, "unsupported": 0}'
    )
    with pytest.raises(ValidationError):
        RUN_EVENT.validate_python({"event": "recognised"})


def test_the_published_schema_is_that_of_the_program():
    assert RUN_EVENT.json_schema() == json.loads(SCHEMA.read_text())
