"""`passerby counts validate`: draws minutes, tells how many are to be counted, and then the signed result."""

import json

import pytest
from typer.testing import CliRunner

from passerby.cli.app import app
from passerby.cli.common import count_validation
from passerby.core.clock import Moment
from passerby.core.errors import StoreError, UsageError, VerificationError
from passerby.documents.count_validation import DirectionCounts
from passerby.store.audit.log import read
from passerby.store.counts.validations import Validations
from passerby.store.database import Database
from passerby.verify.report.signing import load_key, sign_validation
from tests.uplink.program import BEGIN

MINUTES = {
    int(BEGIN) + 60 * number: DirectionCounts(forward=3 + number % 2, backward=number // 60) for number in range(120)
}


@pytest.fixture
def data(tmp_path, monkeypatch):
    folder = tmp_path / "data"
    Database.open(folder, create=True).close()
    monkeypatch.setattr(count_validation, "find_minutes", lambda recordings, counts, subject: MINUTES)
    return folder


def run(*arguments, code=0, fails=None):
    result = CliRunner().invoke(app, ["counts", "validate", *map(str, arguments)])
    if fails is not None:
        assert fails is type(result.exception)
        return str(result.exception)
    assert code == result.exit_code, result.output
    return result.output


def count_all(data, key):
    """As a person does on the page, who sees one more forward each minute."""
    with Database.open(data) as database:
        validations = Validations(database)
        while (stretch := validations.next(1)) is not None:
            program = MINUTES[stretch.start]
            seen = DirectionCounts(forward=program.forward + 1, backward=program.backward)
            validations.save(1, stretch.number, seen)
        validations.finish(1, "hall", Moment(1, BEGIN, True).wall, lambda report: sign_validation(report, key))


def test_from_the_draw_to_a_result_that_can_be_checked(data, tmp_path):
    door = ("--line", "gate/door", "--data", data)
    assert "Add --stretches 30" in run(*door, fails=StoreError)
    assert "0 of 24 minutes are counted" in run(*door, "--stretches", 24, code=3)
    with Database.open(data) as database, database.read_transaction() as connection:
        [entry] = [entry for _, entry in read(connection)]
    assert ("changed", "count_validation", 24) == (entry.action, entry.details["subject"], entry.details["stretches"])
    assert "0 of 24" in run(*door, code=3)
    assert "has begun already" in run(*door, "--stretches", 24, fails=UsageError)
    key = load_key(tmp_path / "config")
    count_all(data, key)
    file = tmp_path / "door.json"
    said = run(*door, "--output", file)
    assert said.startswith("gate/door: counts ")
    assert "% too few (95 %: -" in said
    assert "from 24 of 24 minutes that were drawn, on 2027-01-15" in said
    assert "backward: too little was counted" in said
    assert "Genuine. hall, gate/door: counts " in run("--check", file, "--key", key.fingerprint)
    changed = json.loads(file.read_text())
    changed["report"]["both"]["bias"] = 0.0
    file.write_text(json.dumps(changed))
    assert "changed after it was signed" in run("--check", file, "--key", key.fingerprint, fails=VerificationError)


def test_what_is_missing_is_said(data, tmp_path):
    assert "--line CAMERA/LINE" in run("--data", data, fails=UsageError)
    assert "--line CAMERA/LINE" in run("--line", "gate", "--data", data, fails=UsageError)
    assert "--key FILE" in run("--check", tmp_path / "no.json", fails=UsageError)
    assert "cannot be read" in run("--check", tmp_path / "no.json", "--key", "0" * 64, fails=UsageError)
