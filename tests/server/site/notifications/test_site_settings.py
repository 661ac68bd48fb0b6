"""An administrator sets up how accounts can be notified; secrets are stored apart from the file, for one server."""

import pytest

from passerby.config.roles import Role
from passerby.store.audit.log import read
from tests.server.site.fixtures import FILE, serving

PATH = "/api/settings/notifications"
MAIL = {"host": "mail.hall.example", "port": 587, "security": "starttls", "user": "p", "sender": "c@hall.example"}
BLOCK = """\
notifications:
  mail:
    host: mail.hall.example  # that of the city
    user: p
    password: ${GATE_PASSWORD}
    sender: c@hall.example
  push: {contact: a@hall.example, hosts: [push.hall.example]}
"""


@pytest.fixture
def administrator(served):
    return served.as_("administrator")


def change(browser, **values):
    revision = browser.get(PATH).json()["revision"]
    return browser.put(PATH, {"revision": revision, **values})


def test_nothing_is_set_up_at_first(administrator):
    found = administrator.get(PATH).json()
    assert (None, None, None, [], False, "en", 0, None) == tuple(
        found[key]
        for key in (
            "mail", "push_contact", "ntfy", "webhook_hosts", "thumbnails", "language", "failing", "write_problem",
        )
    )  # fmt: skip


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR, Role.AUDITOR])
def test_only_administrators(served, role):
    assert 403 == served.as_(role).get(PATH).status_code
    assert 403 == served.as_(role).put(PATH, {"revision": "x"}).status_code


def test_a_password_is_stored_encrypted_used_at_once_and_never_shown(served, administrator, tmp_path):
    answer = change(administrator, mail={**MAIL, "password": "a secret of the city"}, webhook_hosts=["hooks.example"])
    assert 200 == answer.status_code, answer.text
    assert ({**MAIL, "has_password": True}, ["hooks.example"]) == (
        answer.json()["mail"],
        answer.json()["webhook_hosts"],
    )
    assert "a secret of the city" == served.context.site.notifications.mail.password.get_secret_value()
    with served.context.database.read_transaction() as connection:
        logged = str([entry for _, entry in read(connection)])
    for text in ((tmp_path / "site.yaml").read_text(), logged, administrator.get(PATH).text):
        assert "secret of the city" not in text
    assert b"secret of the city" not in (tmp_path / "data" / "secrets").read_bytes()


def test_it_stays_where_it_is_left_out_and_not_with_another_server(served, administrator):
    change(administrator, mail={**MAIL, "password": "a secret of the city"})
    assert change(administrator, mail={**MAIL, "sender": "d@hall.example"}).json()["mail"]["has_password"]
    assert not change(administrator, mail={**MAIL, "host": "evil.example"}).json()["mail"]["has_password"]
    assert not change(administrator, mail={**MAIL, "security": "tls"}).json()["mail"]["has_password"]
    assert change(administrator, mail=MAIL).json()["mail"]["has_password"]  # the server it was entered for
    assert not change(administrator, mail={**MAIL, "password": ""}).json()["mail"]["has_password"]


def test_comments_and_variables_stay_and_a_variable_does_not_follow(site_data, tmp_path):
    with serving(site_data, tmp_path, FILE + BLOCK) as served:
        browser, file = served.as_("administrator"), tmp_path / "site.yaml"
        kept = change(browser, mail=MAIL, push_contact="b@hall.example", thumbnails=True)
        assert kept.json()["mail"]["has_password"]
        assert ("b@hall.example", ("push.hall.example",)) == (
            served.context.site.notifications.push.contact,
            served.context.site.notifications.push.hosts,
        )
        assert "# that of the city" in file.read_text()
        assert "${GATE_PASSWORD}" in file.read_text().partition("notifications:")[2]
        moved = change(browser, mail={**MAIL, "host": "evil.example"})
        assert not moved.json()["mail"]["has_password"]
        assert "${GATE_PASSWORD}" not in file.read_text().partition("notifications:")[2]


def test_ntfy_and_its_token(served, administrator):
    answer = change(administrator, ntfy={"server": "https://ntfy.hall.example", "token": "tk_1"})
    assert {"server": "https://ntfy.hall.example", "has_token": True} == answer.json()["ntfy"]
    assert "tk_1" == served.context.site.notifications.ntfy.token.get_secret_value()
    assert None is change(administrator).json()["ntfy"]
    assert not change(administrator, ntfy={"server": "https://ntfy.hall.example"}).json()["ntfy"]["has_token"]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"mail": {**MAIL, "security": "none"}}, "starttls or tls"),
        ({"ntfy": {"server": "http://ntfy.hall.example"}}, "https"),
        ({"webhook_hosts": ["https://hooks.example/"]}, "not a host"),
        ({"mail": {**MAIL, "sender": "nobody"}}, "Sender"),
        ({"mail": {**MAIL, "user": "${GATE_PASSWORD}"}}, "by hand"),
    ],
)
def test_what_is_not_accepted_says_why(administrator, wrong, why):
    answer = change(administrator, **wrong)
    assert 422 == answer.status_code
    assert why in answer.json()["detail"]


def test_somebody_else_has_changed_the_file(administrator):
    revision = administrator.get(PATH).json()["revision"]
    change(administrator, thumbnails=True)
    assert 409 == administrator.put(PATH, {"revision": revision}).status_code
