"""The result of a dry run as it is written and read."""

import pytest
from pydantic import ValidationError

from passerby.core.kinds import Kind
from passerby.documents.dry_run import DryRun
from passerby.documents.report import HiddenSummary, TimeRange


def test_it_is_read_as_it_was_written():
    hidden = HiddenSummary(kind=Kind.FACE, tracks=2, ranges=(TimeRange(start=0.0, end=1.5),))
    found = DryRun(frames=10, duration=2.0, hidden=(hidden,), seconds=3.5, pictures=("a.preview-1.jpg",))
    assert found == DryRun.model_validate_json(found.model_dump_json())
    with pytest.raises(ValidationError):
        DryRun.model_validate({**found.model_dump(), "who": "somebody"})
