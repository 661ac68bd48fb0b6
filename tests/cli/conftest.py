"""Recordings that commands are tried on."""

from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from passerby.cli.recordings import app
from passerby.store.audit import log as audit
from passerby.store.database import Database
from passerby.store.recordings.index import Recordings
from tests.store.footage import WALL, Clock, parts

FROM, TO = (datetime.fromtimestamp(WALL + seconds, UTC).isoformat() for seconds in (-5, 5))


def run(data, *arguments):
    if arguments[0] == "export" and "--purpose" not in arguments:
        arguments = (*arguments, "--purpose", "case 7")
    return CliRunner().invoke(app, [*arguments, "--data", str(data)], catch_exceptions=False)


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A data folder in which `yard` was recorded twice, with a pause. The working folder is an empty one beside it."""
    folder, clock = tmp_path / "data", Clock()
    with Recordings(Database.open(folder, create=True), boot="first") as recordings:
        for _ in range(2):
            writer = recordings.writer("yard")
            for part in parts(clock):
                writer.append(part)
            writer.close()
            clock.go(60)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return folder


def log(data):
    with Database.open(data) as database, database.read_transaction() as connection:
        assert [] == audit.check(connection).flaws
        return [entry for _, entry in audit.read(connection)]
