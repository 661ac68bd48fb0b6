"""`passerby events`: listed, acknowledged, resolved."""

import json

import pytest
from typer.testing import CliRunner

from passerby.cli.app import app
from passerby.core.clock import Moment
from passerby.core.errors import UsageError
from passerby.store.counts.events_and_counts import CountStore
from passerby.store.database import Database
from tests.uplink.program import BEGIN, event


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    with Database.open(folder, create=True) as database:
        CountStore(database, "school").add([], [event(0), event(1)], Moment(1.0, BEGIN, True))
    return folder


def run(*arguments, fails=None):
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if fails is not None:
        assert fails is type(result.exception)
        return str(result.exception)
    assert 0 == result.exit_code, result.output
    return result.output


def test_events_are_listed_acknowledged_and_resolved(data):
    listed = [json.loads(line) for line in run("events", "list", "--data", data, "--json").splitlines()]
    assert [event(1).id, event(0).id] == [one["id"] for one in listed]
    assert {"new"} == {one["state"] for one in listed}
    run("events", "acknowledge", event(0).id, "--data", data)
    run("events", "resolve", event(1).id, "--data", data)
    listed = [json.loads(line) for line in run("events", "list", "--data", data, "--json").splitlines()]
    assert ["resolved", "acknowledged"] == [one["state"] for one in listed]
    (line,) = run("events", "list", "--data", data, "--state", "acknowledged", "--json").splitlines()
    assert event(0).id == json.loads(line)["id"]
    assert "crowd" in run("events", "list", "--data", data)
    assert "passerby events list" in run("events", "acknowledge", "gate/none/1", "--data", data, fails=UsageError)


def test_an_event_of_the_site_has_no_clip(data):
    of_site = event(3).model_copy(update={"id": "site/clock/1", "camera": None})
    with Database.open(data) as database:
        CountStore(database, "school").add([], [of_site], Moment(1.0, BEGIN, True))
    message = run("events", "clip", of_site.id, "--data", data, "--purpose", "case 7", fails=UsageError)
    assert "it has no clip" in message
