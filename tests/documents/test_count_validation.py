"""The document on a validation: as JSON and back, and nothing in it that cannot be."""

import pytest
from pydantic import ValidationError

from passerby.documents.count_validation import CountValidation, DirectionCounts, ValidatedStretch

REPORT = {
    "program": "1.0",
    "site": "Hall",
    "camera": "gate",
    "location": "door",
    "kind": "line",
    "object_class": "person",
    "seed": "a1",
    "eligible_minutes": 40,
    "first": 1_800_000_000,
    "last": 1_800_002_340,
    "drawn": 1_800_003_000.0,
    "finished": 1_800_004_000.0,
    "stretches": [
        {
            "start": 1_800_000_060,
            "stratum": 0,
            "stratum_minutes": 40,
            "program": {"forward": 3, "backward": 1},
            "person": None,
        }
    ],
    "both": {"bias": -0.04, "low": -0.07, "high": -0.01},
    "forward": None,
    "backward": None,
}


def test_it_is_the_same_after_it_was_written():
    report = CountValidation.model_validate(REPORT)
    assert report == CountValidation.model_validate_json(report.model_dump_json())
    assert REPORT | {"schema_version": 1} == report.model_dump(mode="json")


def test_both_directions_add_up():
    assert 4 == CountValidation.model_validate(REPORT).stretches[0].program.both


def test_counts_are_not_negative():
    with pytest.raises(ValidationError):
        DirectionCounts(forward=-1, backward=0)
    with pytest.raises(ValidationError):
        ValidatedStretch.model_validate(REPORT["stretches"][0] | {"stratum_minutes": 0})
