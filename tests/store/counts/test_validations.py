"""A validation from the draw to the signed result."""

import json

import pytest
from sqlalchemy import select

from passerby.core.clock import Moment
from passerby.core.errors import UsageError, VerificationError
from passerby.core.kinds import ObjectClass
from passerby.documents.count_records import CountBin, LineCount
from passerby.documents.count_validation import DirectionCounts
from passerby.store.counts.events_and_counts import CountStore
from passerby.store.counts.retention import CountsRetentionEnforcer
from passerby.store.counts.tables import validation_stretches
from passerby.store.counts.validation_draw import CountSubject
from passerby.store.counts.validations import Validations
from passerby.store.database import Database
from passerby.verify.report.signing import load_key, sign_validation, verify_validation

HOUR = 1_800_000_000 // 3600 * 3600
DOOR = CountSubject("gate", "door", "line", ObjectClass.PERSON)
#: Every minute of three hours, busier with each.
MINUTES = {
    HOUR + 60 * minute: DirectionCounts(forward=2 + minute // 60, backward=1 + minute // 60) for minute in range(180)
}


@pytest.fixture
def database(tmp_path):
    with Database.open(tmp_path / "data", create=True) as database:
        yield database


@pytest.fixture
def key(tmp_path):
    return load_key(tmp_path / "config")


def count_all(validations, id, missed=0):
    """A person who sees `missed` more in each direction than the program did."""
    while (stretch := validations.next(id)) is not None:
        program = MINUTES[stretch.start]
        validations.save(
            id,
            stretch.number,
            DirectionCounts(forward=program.forward + missed, backward=program.backward + missed),
        )


def test_from_the_draw_to_the_result(database, key):
    validations = Validations(database)
    id = validations.begin(DOOR, MINUTES, 30, HOUR)
    assert validations.finish(id, "Hall", HOUR, lambda report: sign_validation(report, key)) is None
    assert (30, 0, None) == ((state := validations.newest(DOOR)).drawn, state.done, state.signed)
    first = validations.next(id)
    validations.save(id, first.number, None)
    count_all(validations, id, missed=1)
    signed = validations.finish(id, "Hall", HOUR + 9, lambda report: sign_validation(report, key))
    report = signed.report
    counted = [one for one in report.stretches if one.person is not None]
    program, person = (sum(getattr(one, who).both for one in counted) for who in ("program", "person"))
    assert program / person - 1 == pytest.approx(report.both.bias, abs=0.02), "of strata of nearly the same size"
    assert report.both.low < report.both.bias < report.both.high < 0, "too few, and told so"
    assert report.forward.bias > report.backward.bias
    assert (29, 180, HOUR, HOUR + 179 * 60) == (len(counted), report.eligible_minutes, report.first, report.last)
    assert signed == validations.newest(DOOR).signed
    assert (30, 30, 1) == ((state := validations.state(id)).drawn, state.done, state.not_countable)
    again = validations.finish(id, "Hall", HOUR + 99, lambda report: sign_validation(report, key))
    assert signed == again, "it is signed once"


def test_the_signature_is_of_this_result_and_this_key(database, key, tmp_path):
    validations = Validations(database)
    id = validations.begin(DOOR, MINUTES, 20, HOUR)
    count_all(validations, id)
    signed = validations.finish(id, "Hall", HOUR, lambda report: sign_validation(report, key))
    content = signed.model_dump_json().encode()
    assert signed == verify_validation(content, key.fingerprint)
    changed = json.loads(content)
    changed["report"]["both"]["bias"] = 0.01
    with pytest.raises(VerificationError, match="changed after it was signed"):
        verify_validation(json.dumps(changed).encode(), key.fingerprint)
    with pytest.raises(VerificationError, match="another key"):
        verify_validation(content, load_key(tmp_path / "other").fingerprint)
    with pytest.raises(VerificationError, match="not a validation"):
        verify_validation(b"{}", key.fingerprint)


def test_one_at_a_time_and_each_minute_once(database):
    """A draw that could be thrown away could be drawn until it pleases."""
    validations = Validations(database)
    id = validations.begin(DOOR, MINUTES, 20, HOUR)
    with pytest.raises(UsageError, match="has begun already"):
        validations.begin(DOOR, MINUTES, 20, HOUR)
    other = CountSubject("gate", "door", "line", ObjectClass.BICYCLE)
    assert id != validations.begin(other, MINUTES, 20, HOUR)
    nothing = DirectionCounts(forward=0, backward=0)
    validations.save(id, 0, nothing)
    with pytest.raises(UsageError, match="counted already"):
        validations.save(id, 0, nothing)
    with pytest.raises(UsageError, match="counted already"):
        validations.save(id, 20, nothing)
    assert 1 == validations.next(id).number


def test_too_few_minutes_are_refused(database):
    validations = Validations(database)
    with pytest.raises(UsageError, match="Choose 20 to 500"):
        validations.begin(DOOR, MINUTES, 19, HOUR)
    with pytest.raises(UsageError, match="Only 10 minutes"):
        validations.begin(DOOR, dict(list(MINUTES.items())[:10]), 20, HOUR)
    assert [] == validations.states()


def test_it_is_kept_no_longer_than_the_counts(database):
    """Its numbers are those of single minutes."""
    line = LineCount(line="door", object_class="person", forward=1, backward=0)
    bins = [
        CountBin(camera="gate", start=start, observed_seconds=60.0, trusted=True, lines=(line,)) for start in MINUTES
    ]
    CountStore(database, "hall", boot="b").add(bins, [], Moment(100.0, HOUR, True))
    validations = Validations(database)
    validations.begin(DOOR, MINUTES, 20, HOUR)
    kept = CountSubject("yard", "door", "line", ObjectClass.PERSON)
    validations.begin(kept, MINUTES, 20, HOUR)
    retention = CountsRetentionEnforcer(database, 1, 1, "b")
    retention.expire(Moment(200.0, HOUR + 100, True))
    assert 2 == len(validations.states())
    retention.expire(Moment(100.0 + 2 * 86400, HOUR + 2 * 86400, True))
    assert [kept] == [state.subject for state in validations.states()]
    with database.read_transaction() as connection:
        assert 20 == len(connection.execute(select(validation_stretches)).all())
