"""Changes of auditors need the approval of an auditor."""

import pytest

from passerby.store.audit.log import read

NEW = {"name": "Jo.Doe", "role": "operator", "password": "eleven green bottles hanging"}


def changes(served):
    with served.context.database.read_transaction() as connection:
        return [
            (one.actor, one.action, dict(one.details))
            for _, one in read(connection)
            if one.details.get("subject") == "account"
        ]


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
def test_an_administrator_alone_cannot_change_an_auditor(served, method, path, body):
    administrator = served.as_("administrator")
    before = administrator.get("/api/accounts").json()
    response_body = administrator.client.request(
        method, path, json=body, headers={"host": "127.0.0.1:8770", "x-passerby": "tests"}
    ).json()
    assert (None, 1) == (response_body["account"], response_body["approval"])
    assert before == administrator.get("/api/accounts").json()
    assert 403 == administrator.post("/api/approvals/1/approve").status_code
    auditor = served.as_("auditor")
    assert "rejected" == auditor.post("/api/approvals/1/reject").json()["state"]
    assert 409 == auditor.post("/api/approvals/1/approve").status_code
    assert before == administrator.get("/api/accounts").json()


def test_an_auditor_approves_another(served):
    administrator, auditor = served.as_("administrator"), served.as_("auditor")
    administrator.post("/api/accounts", {**NEW, "role": "auditor"})
    (waits,) = auditor.get("/api/approvals").json()
    assert ("account:administrator", "jo.doe", 'add (role: "auditor")', "pending") == tuple(
        waits[name] for name in ("requested_by", "name", "summary", "state")
    )
    assert "auditor" == auditor.post("/api/approvals/1/approve").json()["account"]["role"]
    served.enter("jo.doe", password=NEW["password"])
    assert ["changed", "approved"] == [what for _, what, _ in changes(served)]
