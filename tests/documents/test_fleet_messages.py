"""What a site may say to a fleet, and that nothing else is a message."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.documents.fleet_messages import (
    MAX_MESSAGE_BYTES,
    Acknowledgement,
    CountsMessage,
    HealthMessage,
    InvalidMessage,
    PublishedValidation,
    batches,
    parse_acknowledgement,
    parse_message,
)
from tests.fleet.messages import body, counts, health, signed_validation


def changed(message, **values):
    return json.dumps(json.loads(body(message)) | values).encode()


def test_a_message_comes_back_as_it_was():
    assert health() == parse_message("health", body(health()))
    assert counts() == parse_message("counts", body(counts()))


@pytest.mark.parametrize(
    ("kind", "wrong", "reason"),
    [
        ("health", changed(health(), picture="..."), "picture: an unknown field"),
        ("counts", changed(counts(), note="two people"), "note: an unknown field"),
        ("health", b"\xff\xd8\xff\xe0" + bytes(100), "a picture or a film"),
        ("counts", b"\x00\x00\x00\x20ftypisom" + bytes(100), "a picture or a film"),
        ("health", b'{"id": "' + b"x" * MAX_MESSAGE_BYTES + b'"}', "larger than"),
        ("health", b"[]", "Input should be an object"),
        ("health", b"nonsense", "Invalid JSON"),
        ("health", body(counts()), "number: Field required"),
        ("health", changed(health(), id="north/health/2/1"), "the id does not follow"),
        ("health", changed(health(), site="../other"), "site: String should match"),
        ("health", changed(health(), version="<b>"), "version: String should match"),
        ("health", changed(health(), disk_days=float("inf")), "disk_days"),
        ("health", changed(health(), cameras=[{"camera": "gate", "up": True}] * 2), "twice"),
        ("counts", changed(counts(), start=counts().start + 1), "the id does not follow"),
        ("counts", changed(counts(), epsilon=0), "epsilon"),
        ("counts", changed(counts(), interval_s=60), "interval_s"),
        ("counts", changed(counts(), min_count=13), "a number below min_count was not suppressed"),
        ("counts", changed(counts(), cells=[]), "cells"),
    ],
)
def test_anything_else_is_refused_with_the_reason(kind, wrong, reason):
    with pytest.raises(InvalidMessage, match=reason):
        parse_message(kind, wrong)


VALIDATED = PublishedValidation.of(signed_validation())


def test_a_validation_comes_with_the_counts_and_is_rounded_to_three_digits():
    message = counts(validations=(VALIDATED,))
    assert message == parse_message("counts", body(message))
    assert (30, 29, -0.041, None) == (VALIDATED.minutes, VALIDATED.counted, VALIDATED.both.bias, VALIDATED.backward)
    assert b"program" not in body(message)  # neither a minute nor a count
    assert None is PublishedValidation.of(signed_validation().model_copy(update={"summary": None}))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"minutes": 31}, "not signed"),
        ({"both": {"bias": 0.0, "low": -0.07, "high": -0.01}}, "not signed"),
        ({"backward": {"bias": 0.0, "low": 0.0, "high": 0.0}}, "not signed"),
        ({"public_key": "1" * 64}, "not signed"),
        ({"signature": "1" * 128}, "not signed"),
        ({"location": "gate"}, "of no line"),
        ({"class": "car"}, "of no line"),
        ({"stretches": []}, "an unknown field"),
        ({"both": {"bias": -1.5, "low": -2.0, "high": 0.0}}, "greater than or equal to -1"),
    ],
)
def test_a_validation_that_its_site_did_not_sign_so_is_refused(changes, reason):
    sent = json.loads(body(counts(validations=(VALIDATED,))))
    sent["validations"][0] |= changes
    with pytest.raises(InvalidMessage, match=reason):
        parse_message("counts", json.dumps(sent).encode())


def test_a_validation_of_another_camera_is_refused():
    with pytest.raises(InvalidMessage, match="not signed"):
        parse_message("counts", changed(counts(camera="yard"), validations=[json.loads(VALIDATED.model_dump_json())]))
    with pytest.raises(InvalidMessage, match="one twice"):
        parse_message("counts", changed(counts(), validations=[json.loads(VALIDATED.model_dump_json())] * 2))


def test_a_refusal_names_the_id_that_it_can_read():
    with pytest.raises(InvalidMessage) as refused:
        parse_message("health", changed(health(), picture="x"))
    assert health().id == refused.value.id


def texts(schema, definitions):
    """All fields that take a text, in a JSON schema."""
    match schema:
        case {"$ref": name}:
            yield from texts(definitions[name.rpartition("/")[2]], definitions)
        case {"type": "string"}:
            yield schema
        case dict():
            for value in schema.values():
                yield from texts(value, definitions)
        case list():
            for value in schema:
                yield from texts(value, definitions)


@pytest.mark.parametrize("model", [HealthMessage, CountsMessage])
def test_no_text_can_hold_a_picture(model):
    """Each is one of a few words, or has a pattern or a length."""
    schema = model.model_json_schema()
    fields = list(texts(schema["properties"], schema.get("$defs", {})))
    assert 5 < len(fields) or model is CountsMessage
    assert [] == [field for field in fields if not {"enum", "const", "pattern", "maxLength"} & set(field)]


def test_health_has_no_counts():
    text = json.dumps(HealthMessage.model_json_schema()["properties"])
    assert not {"entries", "forward", "backward", "cells"} & set(text.replace('"', " ").split())


def test_ids_are_acknowledged_in_batches():
    found = batches([str(n) for n in range(1050)])
    assert [500, 500, 50] == [len(one.received) for one in found]
    assert found[0] == parse_acknowledgement(found[0].to_json())


@given(st.binary(max_size=200) | st.recursive(st.none() | st.text() | st.integers(), st.lists, max_leaves=5))
def test_anything_else_is_no_acknowledgement(answer):
    text = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    assert parse_acknowledgement(text) in (None, Acknowledgement())
