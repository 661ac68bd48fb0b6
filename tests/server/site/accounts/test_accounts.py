"""Administration of accounts."""

import pytest

from passerby.store.audit.log import read
from tests.server.site.fixtures import password_of

NEW = {"name": "Jo.Doe", "role": "operator", "password": "eleven green bottles hanging"}


def changes(served):
    with served.context.database.read_transaction() as connection:
        return [
            (one.actor, one.action, dict(one.details))
            for _, one in read(connection)
            if one.details.get("subject") == "account"
        ]


def test_an_account_is_added_changed_and_removed(served):
    administrator = served.as_("administrator")
    body = administrator.post("/api/accounts", NEW).json()["account"]
    assert ("jo.doe", "operator", True, False) == tuple(
        body[name] for name in ("name", "role", "has_password", "has_totp")
    )
    browser = served.enter("JO.DOE", password=NEW["password"])
    assert 409 == administrator.post("/api/accounts", NEW).status_code
    assert "viewer" == administrator.put("/api/accounts/jo.doe", {"role": "viewer"}).json()["account"]["role"]
    assert 401 == browser.get("/api/session").status_code  # with the role the sessions have gone
    assert 200 == administrator.put("/api/accounts/jo.doe", {"active": False}).status_code
    answer = served.other().post("/api/login", {"name": "jo.doe", "password": NEW["password"], "purpose": "x"})
    assert 401 == answer.status_code
    assert 200 == administrator.delete("/api/accounts/jo.doe").status_code
    assert 404 == administrator.delete("/api/accounts/jo.doe").status_code
    assert ["add", "change", "change", "remove"] == [on["operation"] for _, _, on in changes(served)]
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
def test_invalid_accounts_are_rejected(served, wish):
    assert 422 == served.as_("administrator").post("/api/accounts", {**NEW, **wish}).status_code


def test_the_last_administrator_stays(served):
    administrator = served.as_("administrator")
    for invalid in (
        administrator.put("/api/accounts/administrator", {"role": "viewer"}),
        administrator.put("/api/accounts/administrator", {"active": False}),
        administrator.delete("/api/accounts/administrator"),
    ):
        assert (422, "administrator is the last administrator. Add another one first.") == (
            invalid.status_code,
            invalid.json()["detail"],
        )


def test_the_token_has_no_password(served):
    assert 409 == served.post("/api/me/totp", {"password": password_of("administrator")}).status_code
