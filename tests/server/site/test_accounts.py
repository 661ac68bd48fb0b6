"""Accounts, administrated; and auditors, whom an administrator alone cannot change."""

import pytest

from passerby.store.audit.log import read
from tests.server.site.conftest import password_of

NEW = {"name": "Jo.Doe", "role": "operator", "password": "eleven green bottles hanging"}


def changes(served):
    with served.place.database.reading() as connection:
        return [(one.who, one.what, dict(one.on)) for _, one in read(connection) if one.on.get("what") == "account"]


def test_an_account_is_made_changed_and_taken_away(served):
    administrator = served.as_("administrator")
    told = administrator.post("/api/accounts", NEW).json()["account"]
    assert ("jo.doe", "operator", True, False) == tuple(told[name] for name in ("name", "role", "password", "totp"))
    browser = served.enter("JO.DOE", password=NEW["password"])
    assert 409 == administrator.post("/api/accounts", NEW).status_code
    assert "viewer" == administrator.put("/api/accounts/jo.doe", {"role": "viewer"}).json()["account"]["role"]
    assert 401 == browser.get("/api/session").status_code  # with the role the sessions have gone
    assert 200 == administrator.put("/api/accounts/jo.doe", {"active": False}).status_code
    answer = served.other().post("/api/login", {"name": "jo.doe", "password": NEW["password"], "purpose": "x"})
    assert 401 == answer.status_code
    assert 200 == administrator.delete("/api/accounts/jo.doe").status_code
    assert 404 == administrator.delete("/api/accounts/jo.doe").status_code
    assert ["add", "change", "change", "remove"] == [on["do"] for _, _, on in changes(served)]
    assert not any(NEW["password"] in str(row) or "argon2" in str(row) for row in changes(served))


@pytest.mark.parametrize(
    "wish",
    [
        {"password": "short"},
        {"password": "jo.doe jo.doe"},
        {"password": None},
        {"oidc": "both"},
        {"name": "../../etc"},
        {"role": "god"},
    ],
)
def test_what_cannot_be_an_account_is_told(served, wish):
    assert 422 == served.as_("administrator").post("/api/accounts", {**NEW, **wish}).status_code


def test_the_last_administrator_stays(served):
    administrator = served.as_("administrator")
    for asked in (
        administrator.put("/api/accounts/administrator", {"role": "viewer"}),
        administrator.put("/api/accounts/administrator", {"active": False}),
        administrator.delete("/api/accounts/administrator"),
    ):
        assert (422, "administrator is the last administrator. Make another one first.") == (
            asked.status_code,
            asked.json()["detail"],
        )


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/api/accounts/auditor", {"role": "viewer"}),
        ("PUT", "/api/accounts/auditor", {"active": False}),
        ("PUT", "/api/accounts/auditor", {"password": "eleven green bottles hanging"}),
        ("PUT", "/api/accounts/auditor", {"totp": False}),
        ("DELETE", "/api/accounts/auditor", None),
        ("PUT", "/api/accounts/administrator", {"role": "auditor"}),
        ("POST", "/api/accounts", {**NEW, "role": "auditor"}),
    ],
)
def test_an_administrator_alone_changes_no_auditor(served, method, path, body):
    administrator = served.as_("administrator")
    before = administrator.get("/api/accounts").json()
    told = administrator.client.request(
        method, path, json=body, headers={"host": "127.0.0.1:8770", "x-passerby": "tests"}
    ).json()
    assert (None, 1) == (told["account"], told["waiting"])
    assert before == administrator.get("/api/accounts").json()
    assert 403 == administrator.post("/api/waiting/1/agree").status_code
    auditor = served.as_("auditor")
    assert "refused" == auditor.post("/api/waiting/1/refuse").json()["state"]
    assert 409 == auditor.post("/api/waiting/1/agree").status_code
    assert before == administrator.get("/api/accounts").json()


def test_an_auditor_agrees_to_another(served):
    administrator, auditor = served.as_("administrator"), served.as_("auditor")
    administrator.post("/api/accounts", {**NEW, "role": "auditor"})
    (waits,) = auditor.get("/api/waiting").json()
    assert ("account:administrator", "jo.doe", 'add (role: "auditor")', "waiting") == tuple(
        waits[name] for name in ("who", "name", "what", "state")
    )
    assert "auditor" == auditor.post("/api/waiting/1/agree").json()["account"]["role"]
    served.enter("jo.doe", password=NEW["password"])
    assert ["changed", "agreed"] == [what for _, what, _ in changes(served)]


def test_the_token_has_no_password(served):
    assert 409 == served.post("/api/own/factor", {"password": password_of("administrator")}).status_code


def test_the_ceiling_is_raised_by_an_auditor_alone(served):
    administrator, auditor = served.as_("administrator"), served.as_("auditor")
    told = administrator.get("/api/retention").json()
    assert (14.0, None, 14.0) == tuple(told[name] for name in ("wanted", "ceiling", "holds"))
    assert 10.0 == administrator.put("/api/retention/ceiling", {"days": 10}).json()["holds"]
    for days in (11, None):
        assert 403 == administrator.put("/api/retention/ceiling", {"days": days}).status_code
    told = auditor.put("/api/retention/ceiling", {"days": 20}).json()
    assert (14.0, 20.0, 14.0, "account:auditor") == tuple(
        told[name] for name in ("wanted", "ceiling", "holds", "set_by")
    )
    revision = administrator.get("/api/settings").json()["revision"]
    answer = administrator.put("/api/settings", {"revision": revision, "keep": {"days": 30}})
    assert (403, "Recordings may stay for 20 days at most. Ask an auditor to raise that ceiling.") == (
        answer.status_code,
        answer.json()["detail"],
    )


def test_an_auditor_reads_the_log(served):
    served.as_("viewer").get("/api/cameras/yard/still.jpg")
    auditor = served.as_("auditor")
    rows = auditor.get("/api/log").json()["rows"]
    assert ["login", "viewed", "login", "login"] == [row["entry"]["what"] for row in rows]
    assert ("account:viewer", "case 7") == (rows[1]["entry"]["who"], rows[1]["entry"]["purpose"])
    assert ["viewed"] == [row["entry"]["what"] for row in auditor.get("/api/log?what=viewed").json()["rows"]]
    older = auditor.get("/api/log", params={"before": rows[1]["number"], "most": 1}).json()
    assert ([1 + 1], True) == ([row["number"] for row in older["rows"]], older["more"])
    told = auditor.get("/api/log/check").json()
    assert (5, []) == (told["rows"], told["flaws"])
    assert [] == auditor.get("/api/log/check", params={"head": told["head"]}).json()["flaws"]
    assert 422 == auditor.get("/api/log/check", params={"head": "nonsense"}).status_code
