"""The verify report: what it takes, and that its page explains each field."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from passerby.documents.report import Report
from passerby.documents.verification_report import Proof, SignedProof, Suspicion, Verdict
from tests.verify.factories import proof

PAGE = Path(__file__).parents[2] / "docs" / "ref" / "verify.md"


def properties(schema):
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for value in schema.values():
            yield from properties(value)


def test_every_field_is_explained():
    text = PAGE.read_text(encoding="utf-8")
    own = set(properties(SignedProof.model_json_schema())) - set(properties(Report.model_json_schema()))
    assert own
    assert set() == {name for name in own if f"`{name}`" not in text}


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_person_is_needed_unless_nothing_was_found(verdict):
    expected = verdict in (Verdict.SUSPECT, Verdict.NOTHING_SEEN)
    assert expected is proof(verdict=verdict).needs_a_person


def test_it_survives_being_written_and_read():
    assert proof() == Proof.model_validate_json(proof().model_dump_json())


def test_unknown_fields_and_impossible_numbers_are_refused():
    with pytest.raises(ValidationError):
        Suspicion(number=0, check="faces", what="x")
    with pytest.raises(ValidationError):
        Proof.model_validate(proof().model_dump() | {"picture": "..."})
