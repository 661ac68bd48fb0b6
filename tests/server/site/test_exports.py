"""Clips: with a reason, and by two persons where the site says so."""

import hashlib
import io
import json
from datetime import UTC, datetime

import av
import pytest
from typer.testing import CliRunner

from passerby.cli.os_user import person
from passerby.cli.recordings import app
from passerby.core.errors import DiskFull, OutputExists, StoreError
from passerby.store.audit.log import check, read
from passerby.store.recordings.approval_clips import KEPT, tell_two
from tests.server.site.conftest import FILE, serving
from tests.store.footage import WALL

WISH = {"camera": "yard", "begins": WALL, "ends": WALL + 4, "purpose": "request 12/2027"}
TWO = FILE + "pages:\n  two_persons: true\n"


def rows(served):
    with served.place.database.reading() as connection:
        assert [] == check(connection).flaws
        return [
            (entry.who.partition(":")[2], entry.what, entry.purpose)
            for _, entry in read(connection)
            if entry.what not in ("login", "logout")
        ]


@pytest.fixture
def two(made, tmp_path):
    with serving(made, tmp_path, TWO) as served:
        yield served


def test_a_clip_is_made_and_taken(served):
    operator = served.as_("operator")
    told = operator.post("/api/exports", WISH).json()
    assert ("done", True, None) == tuple(told[name] for name in ("state", "own", "problem"))
    (file,) = told["files"]
    film = operator.get(file["address"])
    assert (file["sha256"], file["bytes"]) == (hashlib.sha256(film.content).hexdigest(), len(film.content))
    assert f'attachment; filename="{file["name"]}"' == film.headers["content-disposition"]
    with av.open(io.BytesIO(film.content)) as container:
        assert 40 == sum(1 for _ in container.decode(video=0))
    report = json.loads(operator.get(file["report"]).content)
    assert file["sha256"] == report["output"]["sha256"]
    said = [("operator", what, WISH["purpose"]) for what in ("export", "exported", "taken")]
    assert said == rows(served)


def test_a_clip_takes_a_second_person(two):
    asks, agrees = two.as_("operator"), two.as_("administrator")
    told = asks.post("/api/exports", WISH).json()
    assert ("waiting", [], False) == tuple(told[name] for name in ("state", "files", "may_agree"))
    address = f"/api/exports/{told['id']}"
    assert 404 == asks.get(f"{address}/files/0.mp4").status_code
    assert 403 == asks.post(f"{address}/agree").status_code  # not by oneself
    assert 403 == two.as_("operator").post(f"{address}/agree").status_code  # nor in another browser
    assert 403 == two.post(f"{address}/agree").status_code  # the token is no person
    assert 403 == two.as_("viewer").post(f"{address}/agree").status_code
    assert True is agrees.get(address).json()["may_agree"]
    told = agrees.post(f"{address}/agree").json()
    assert ("done", "account:administrator", False) == tuple(told[name] for name in ("state", "by", "own"))
    assert 403 == agrees.get(told["files"][0]["address"]).status_code  # only who asked may take it
    assert 200 == asks.get(told["files"][0]["address"]).status_code
    assert 409 == agrees.post(f"{address}/agree").status_code
    assert [
        ("operator", "export", WISH["purpose"]),
        ("viewer", "denied", "case 7"),
        ("administrator", "agreed", "case 7"),
        ("administrator", "exported", WISH["purpose"]),
        ("operator", "taken", WISH["purpose"]),
    ] == rows(two)


def test_a_clip_that_is_refused_is_never_made(two):
    told = two.as_("operator").post("/api/exports", WISH).json()
    refused = two.as_("administrator").post(f"/api/exports/{told['id']}/refuse").json()
    assert ("refused", []) == (refused["state"], refused["files"])
    assert 409 == two.as_("administrator").post(f"/api/exports/{told['id']}/agree").status_code
    assert ["export", "refused"] == [what for _, what, _ in rows(two)]
    assert [] == list((two.place.config.parent / "data").glob("exports/*"))


@pytest.mark.parametrize("purpose", ["", "   ", "x" * 501])
def test_a_clip_has_a_reason(served, purpose):
    assert 422 == served.as_("operator").post("/api/exports", {**WISH, "purpose": purpose}).status_code


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        ({"begins": WALL + 600, "ends": WALL + 700}, 404),
        ({"camera": "none"}, 404),
        ({"ends": WALL - 1}, 422),
        ({"ends": WALL + 86400}, 422),
    ],
)
def test_what_cannot_be_is_told(served, wish, status):
    assert status == served.as_("operator").post("/api/exports", {**WISH, **wish}).status_code


def test_files_go_after_a_day(served):
    operator = served.as_("operator")
    told = operator.post("/api/exports", WISH).json()
    folder = served.place.config.parent / "data" / "exports" / str(told["id"])
    assert 2 == len(list(folder.iterdir()))
    served.clock.go(KEPT + 1)
    operator = served.as_("operator")
    assert "gone" == operator.get(f"/api/exports/{told['id']}").json()["state"]
    assert 404 == operator.get(told["files"][0]["address"]).status_code
    assert not folder.exists()


def test_what_cannot_be_written_down_is_not_done(served, monkeypatch):
    def full(*_):
        raise DiskFull("no room")

    operator = served.as_("operator")
    monkeypatch.setattr("passerby.server.site.context.write", full)
    monkeypatch.setattr("passerby.server.site.view_audit.write", full)
    assert 507 == operator.post("/api/exports", WISH).status_code
    assert 507 == operator.get("/api/cameras/yard/still.jpg").status_code
    assert 507 == operator.get("/api/recordings/yard/thumbnail.jpg", params={"at": WALL + 1}).status_code
    assert 507 == operator.get("/api/live/yard/live.m3u8").status_code
    monkeypatch.undo()
    assert [] == rows(served)
    assert [] == operator.get("/api/exports").json()


def test_a_clip_that_fails_says_why(served, monkeypatch):
    def full(*_):
        raise DiskFull("There is no room.")

    monkeypatch.setattr(served.place.tools, "clip", full)
    told = served.as_("operator").post("/api/exports", WISH).json()
    assert ("failed", "There is no room.") == (told["state"], told["problem"])


def test_the_command_line_goes_the_same_way(two, tmp_path, monkeypatch):
    """Asked for at the machine itself, agreed to on the pages by somebody else, and taken at the machine."""

    def run(*arguments):
        return CliRunner().invoke(app, [*arguments, "--data", str(folder)], catch_exceptions=False)

    database = two.place.database
    folder = database.folder.path
    tell_two(database, True, two.clock.now(), "second")
    monkeypatch.setattr("passerby.core.clock.SystemClock", lambda: two.clock)
    monkeypatch.chdir(tmp_path)
    stretch = [datetime.fromtimestamp(WALL + seconds, UTC).isoformat() for seconds in (0, 4)]
    assert 3 == run("export", "yard", *stretch, "--purpose", "request 12").exit_code
    with pytest.raises(StoreError, match="still waits"):
        run("take", "1")
    (waiting,) = two.as_("operator").get("/api/exports").json()
    assert (person(), "request 12", True) == tuple(waiting[name] for name in ("who", "purpose", "may_agree"))
    assert "done" == two.as_("operator").post("/api/exports/1/agree").json()["state"]
    taken = run("take", "1", "-o", "got.mp4")
    assert (0, "got.mp4: ") == (taken.exit_code, taken.stdout[:9])
    report = json.loads((tmp_path / "got.recording.json").read_text())
    assert hashlib.sha256((tmp_path / "got.mp4").read_bytes()).hexdigest() == report["output"]["sha256"]
    with pytest.raises(OutputExists):
        run("take", "1", "-o", "got.mp4")
    assert 0 == run("take", "1", "-o", "got.mp4", "--force").exit_code
    with database.reading() as connection:
        said = [(entry.who, entry.what) for _, entry in read(connection) if entry.purpose == "request 12"]
    assert [(person(), "export"), ("account:operator", "exported"), *[(person(), "taken")] * 3] == said
