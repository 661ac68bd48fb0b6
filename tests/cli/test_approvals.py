"""Clips by two persons at the command line: asked for, agreed to on the pages, taken."""

import json

import pytest
from typer.testing import CliRunner

from passerby.cli import approvals as clips
from passerby.cli.events import app as events
from passerby.cli.os_user import person
from passerby.cli.recordings import app
from passerby.cli.site_server import pages
from passerby.config.counting_config import EventKind
from passerby.config.site_file import load_site
from passerby.core.clock import SystemClock, boot_id
from passerby.core.errors import StoreError, UsageError
from passerby.documents.count_records import Event
from passerby.documents.status import SiteStatus
from passerby.store.accounts.approvals import Consents, Kind, Stage
from passerby.store.counts.events_and_counts import Counts
from passerby.store.database import Database
from passerby.store.recordings.approval_clips import takes_two, tell_two
from tests.cli.conftest import FROM, TO, log, run
from tests.store.footage import WALL, Clock

SITE = "data: data\nstatus:\n  port: 0\npages:\n  two_persons: {}\ncameras:\n  gate:\n    url: rtsp://192.0.2.1/\n"


@pytest.fixture
def two(data):
    with Database.open(data) as database:
        tell_two(database, True, SystemClock().now(), boot_id())
    return data


def asked(two, **how):
    return run(two, "export", "yard", FROM, TO, "-o", "got.mp4", "--purpose", "request 12", **how)


def decided(two, number, state, told=None):
    with Database.open(two) as database:
        Consents(database).decide(number, state, "account:olga", 0.0)
        Consents(database).tell(number, state, told or {})


def test_what_the_file_says_is_known_to_the_command_line_and_each_change_is_in_the_log(tmp_path):
    Database.open(tmp_path / "data", make=True).close()
    status = SiteStatus(name="site", since=0, now=0, clock_trusted=True, cameras={})
    for holds in (False, True, True, False):
        (tmp_path / "site.yaml").write_text(SITE.format(str(holds).lower()))
        site = load_site(tmp_path / "site.yaml")
        with (
            pages(tmp_path / "site.yaml", lambda site=site: site, lambda: status, {}, "t" * 32, lambda _: None, print),
            Database.open(tmp_path / "data") as database,
        ):
            assert holds is takes_two(database)
    assert [True, False] == [entry.on["holds"] for entry in log(tmp_path / "data") if entry.what == "changed"]


def test_nothing_is_exported_alone_and_it_is_said_what_to_do(two, tmp_path):
    done = asked(two)
    assert (3, True) == (done.exit_code, "passerby recordings take 1" in done.stdout)
    assert "two_persons" in done.stdout
    assert [] == list((tmp_path / "here").iterdir())
    _, entry = log(two)
    assert ("export", person(), "request 12", True) == (entry.what, entry.who, entry.purpose, entry.on["waits"])
    told = json.loads(run(two, "export", "yard", FROM, TO, "--json").stdout)
    assert {"asked": 2, "state": "waiting"} == told


def test_the_clip_of_an_event_goes_the_same_way(two, tmp_path):
    event = Event(
        id="yard/visit/1",
        camera="yard",
        rule="visit",
        kind=EventKind.PRESENCE,
        at=WALL + 1,
        trusted=True,
        start=WALL,
        end=WALL + 2,
    )
    with Database.open(two) as database:
        Counts(database, "site").add([], [event], Clock().now())
    arguments = ["clip", event.id, "-o", "got.mp4", "--purpose", "request 12", "--data", str(two)]
    done = CliRunner().invoke(events, arguments, catch_exceptions=False)
    assert (3, True) == (done.exit_code, "passerby recordings take 1" in done.stdout)
    assert [] == list((tmp_path / "here").iterdir())


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (Stage.AGREED, "being made"),
        (Stage.REFUSED, "account:olga has refused"),
        (Stage.FAILED, "could not be made: no room"),
        (Stage.GONE, "no longer kept"),
    ],
)
def test_what_cannot_be_taken_is_told(two, state, said):
    asked(two)
    decided(two, 1, state, {"problem": "no room"})
    with pytest.raises(StoreError, match=said):
        run(two, "take", "1")


def test_only_who_asked_may_take_it(two, monkeypatch):
    asked(two)
    decided(two, 1, Stage.DONE, {"files": []})
    monkeypatch.setattr(clips, "person", lambda: "system:somebody-else")
    with pytest.raises(StoreError, match=r"only they may take it\. You are system:somebody-else"):
        run(two, "take", "1")


def test_what_was_never_asked_for_cannot_be_taken(two):
    with Database.open(two) as database:
        Consents(database).ask(Kind.ACCOUNT, person(), "an account", {}, 0.0)
    for number in ("1", "2"):
        with pytest.raises(StoreError, match="No clip was asked for"):
            run(two, "take", number)


def test_files_that_are_gone_and_names_that_are_no_mp4(two, tmp_path):
    asked(two)
    file = {"name": "yard.mp4", "seconds": 1.0, "frames": 10, "sha256": "0" * 64}
    decided(two, 1, Stage.DONE, {"files": [file]})
    with pytest.raises(StoreError, match="no longer kept"):
        run(two, "take", "1", "-o", "got.mp4")
    with pytest.raises(UsageError, match=r"ends in \.mp4"):
        run(two, "take", "1", "-o", "got.mkv")
    assert [] == list((tmp_path / "here").iterdir())


def test_where_one_person_is_enough_it_is_exported_as_ever(data):
    assert 0 == run(data, "export", "yard", FROM, TO, "-o", "got.mp4").exit_code
    assert CliRunner().invoke(app, ["take", "--help"]).exit_code == 0
