import pytest
from pydantic import ValidationError

from passerby.core.kinds import Kind
from passerby.documents.kept import KeptSpan, kept_spans


def test_detections_of_a_kind_in_a_region_become_spans():
    found = [(time, 1, Kind.FACE) for time in (100, 0, 40, 40)] + [(0, 2, Kind.FACE), (10, 1, Kind.PLATE)]
    assert (
        KeptSpan(kind=Kind.FACE, region=1, start=-20, end=60),
        KeptSpan(kind=Kind.FACE, region=2, start=-20, end=20),
        KeptSpan(kind=Kind.PLATE, region=1, start=-10, end=30),
        KeptSpan(kind=Kind.FACE, region=1, start=80, end=120),
    ) == kept_spans(found, 20)


def test_those_that_touch_are_one():
    found = [(time, 1, Kind.FACE) for time in (0, 40, 80)]
    assert [(-20, 100)] == [(span.start, span.end) for span in kept_spans(found, 20)]
    assert () == kept_spans([], 20)


def test_a_span_goes_forward():
    with pytest.raises(ValidationError, match="cannot end before"):
        KeptSpan(kind=Kind.FACE, region=1, start=2, end=1)
