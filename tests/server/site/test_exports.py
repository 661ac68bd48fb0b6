"""Clips: with a purpose, and approved by a second person where the site requires it."""

import hashlib
import io
import json

import av
import pytest

from passerby.store.audit.log import check, read
from tests.server.site.fixtures import FILE, password_of, serving
from tests.store.footage import WALL

WISH = {"camera": "yard", "start": WALL, "end": WALL + 4, "purpose": "request 12/2027"}


TWO = FILE + "web:\n  dual_approval: true\n"


def rows(served):
    with served.context.database.read_transaction() as connection:
        assert [] == check(connection).flaws
        return [
            (entry.actor.partition(":")[2], entry.action, entry.purpose)
            for _, entry in read(connection)
            if entry.action not in ("login", "logout")
        ]


@pytest.fixture
def two(site_data, tmp_path):
    with serving(site_data, tmp_path, TWO) as served:
        yield served


def test_a_clip_is_exported_and_downloaded(served):
    operator = served.as_("operator")
    body = operator.post("/api/exports", WISH).json()
    assert ("done", True, None) == tuple(body[name] for name in ("state", "own_request", "problem"))
    (file,) = body["files"]
    download = operator.get(file["url"])
    assert (file["sha256"], file["bytes"]) == (hashlib.sha256(download.content).hexdigest(), len(download.content))
    assert f'attachment; filename="{file["name"]}"' == download.headers["content-disposition"]
    with av.open(io.BytesIO(download.content)) as container:
        assert 40 == sum(1 for _ in container.decode(video=0))
    report = json.loads(operator.get(file["report_url"]).content)
    assert file["sha256"] == report["output"]["sha256"]
    expected_rows = [
        ("operator", what, WISH["purpose"]) for what in ("export_requested", "export_completed", "export_downloaded")
    ]
    assert expected_rows == rows(served)


def test_a_clip_needs_the_approval_of_a_second_person(two):
    asks, agrees = two.as_("operator"), two.as_("administrator")
    body = asks.post("/api/exports", WISH).json()
    assert ("pending", [], False) == tuple(body[name] for name in ("state", "files", "can_approve"))
    address = f"/api/exports/{body['id']}"
    assert 404 == asks.get(f"{address}/files/0.mp4").status_code
    assert 403 == asks.post(f"{address}/approve").status_code  # not by oneself
    assert 403 == two.as_("operator").post(f"{address}/approve").status_code  # nor in another browser
    assert 403 == two.post(f"{address}/approve").status_code  # the token is no person
    assert 403 == two.as_("viewer").post(f"{address}/approve").status_code
    assert True is agrees.get(address).json()["can_approve"]
    body = agrees.post(f"{address}/approve").json()
    assert ("done", "account:administrator", False) == tuple(
        body[name] for name in ("state", "decided_by", "own_request")
    )
    assert 403 == agrees.get(body["files"][0]["url"]).status_code  # only who asked may take it
    assert 200 == asks.get(body["files"][0]["url"]).status_code
    assert 409 == agrees.post(f"{address}/approve").status_code
    assert [
        ("operator", "export_requested", WISH["purpose"]),
        ("viewer", "access_denied", "case 7"),
        ("administrator", "approved", "case 7"),
        ("administrator", "export_completed", WISH["purpose"]),
        ("operator", "export_downloaded", WISH["purpose"]),
    ] == rows(two)


def test_a_rejected_clip_is_never_written(two):
    body = two.as_("operator").post("/api/exports", WISH).json()
    refused = two.as_("administrator").post(f"/api/exports/{body['id']}/reject").json()
    assert ("rejected", []) == (refused["state"], refused["files"])
    assert 409 == two.as_("administrator").post(f"/api/exports/{body['id']}/approve").status_code
    assert ["export_requested", "rejected"] == [what for _, what, _ in rows(two)]
    assert [] == list((two.context.config.parent / "data").glob("exports/*"))


@pytest.mark.parametrize("purpose", ["", "   ", "x" * 501])
def test_a_clip_needs_a_purpose(served, purpose):
    assert 422 == served.as_("operator").post("/api/exports", {**WISH, "purpose": purpose}).status_code


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        ({"start": WALL + 600, "end": WALL + 700}, 404),
        ({"camera": "none"}, 404),
        ({"end": WALL - 1}, 422),
        ({"end": WALL + 86400}, 422),
    ],
)
def test_invalid_clip_requests_are_rejected(served, wish, status):
    assert status == served.as_("operator").post("/api/exports", {**WISH, **wish}).status_code


def made(two, name, maker="administrator", role="operator"):
    """An account that somebody makes, and its browser, with a password of its own."""
    wish = {"name": name, "role": role, "password": password_of(name)}
    assert 200 == two.as_(maker).post("/api/accounts", wish).status_code
    change = {"old": password_of(name), "new": password_of(f"{name} own")}
    assert 204 == two.enter(name).put("/api/me/password", change).status_code
    return two.enter(name, password=change["new"])


def test_an_administrator_does_not_agree_with_an_account_of_their_own(two):
    before = made(two, "before")
    administrator = two.as_("administrator")
    own = f"/api/exports/{administrator.post('/api/exports', WISH).json()['id']}"
    theirs = f"/api/exports/{before.post('/api/exports', WISH).json()['id']}"
    two.clock.go(1)
    after = made(two, "after")
    for browser, address in ((before, own), (after, own), (administrator, theirs), (after, theirs)):
        assert 403 == browser.post(f"{address}/approve").status_code
        assert 403 == browser.post(f"{address}/reject").status_code
    assert 200 == two.as_("operator").post(f"{own}/approve").status_code
    assert 200 == two.as_("operator").post(f"{theirs}/approve").status_code


def test_two_older_accounts_of_one_administrator_do_not_agree(two):
    """Nor through an administrator of their making, who is removed then."""
    one, other = made(two, "one"), made(two, "other")
    made(two, "helper", role="administrator")
    again = two.enter("helper", password=password_of("helper own"))
    assert (
        200
        == again.post(
            "/api/accounts", {"name": "third", "role": "operator", "password": password_of("third")}
        ).status_code
    )
    change = {"old": password_of("third"), "new": password_of("third own")}
    assert 204 == two.enter("third").put("/api/me/password", change).status_code
    third = two.enter("third", password=change["new"])
    assert 200 == two.as_("administrator").delete("/api/accounts/helper").status_code
    two.clock.go(1)
    address = f"/api/exports/{one.post('/api/exports', WISH).json()['id']}"
    for browser in (other, third, two.as_("administrator")):
        answer = browser.post(f"{address}/approve")
        assert (403, True) == (answer.status_code, "could be one person" in answer.json()["detail"])
    assert 200 == two.as_("operator").post(f"{address}/approve").status_code


def test_an_account_that_was_reset_since_does_not_agree_or_download(two):
    operator = two.as_("operator")
    body = operator.post("/api/exports", WISH).json()
    assert 200 == two.as_("administrator").post(f"/api/exports/{body['id']}/approve").status_code
    two.clock.go(1)
    reset = {"password": password_of("reset")}
    assert 200 == two.as_("administrator").put("/api/accounts/operator", reset).status_code
    change = {"old": reset["password"], "new": password_of("operator again")}
    assert 204 == two.enter("operator", password=reset["password"]).put("/api/me/password", change).status_code
    again = two.enter("operator", password=change["new"])
    assert 403 == again.get(f"/api/exports/{body['id']}/files/0.mp4").status_code
