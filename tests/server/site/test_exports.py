"""Clips: with a reason, and by two persons where the site says so."""

import hashlib
import io
import json

import av
import pytest

from passerby.base.errors import DiskFull
from passerby.server.site.exports import KEPT
from passerby.store.audit import check, read
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
    monkeypatch.setattr("passerby.server.site.place.write", full)
    monkeypatch.setattr("passerby.server.site.viewing.write", full)
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
