"""What is restored and what is left alone: the machine, its accounts, and what an auditor must approve."""

import pytest

from passerby.config.roles import Role
from passerby.config.site_edit import SiteText
from passerby.config.site_file import parse_site
from passerby.core.errors import UsageError
from passerby.server.site.administration.backup import (
    _account_rows,
    _secrets_of,
    accounts_of,
    restore_accounts,
    restored_secrets,
    restored_text,
)
from passerby.store.accounts.accounts import Accounts
from passerby.store.accounts.passwords import hash_password
from passerby.store.database import Database

PRESENT = "name: Here\ndata: /srv/here\nweb: {dual_approval: true}\ncameras: {old: {url: 'rtsp://h/1'}}\n"
BACKUP = """\
# That of the hall.
name: Hall
data: /elsewhere
web: {dual_approval: false, host: 0.0.0.0}
status: {port: 1}
cameras:
  gate: {url: 'rtsp://192.0.2.1/a', user: u, password: '${GATE}'}
uplink:
  mqtt: {host: broker, user: u, password: '${MQTT}'}
  webhooks:
    - {name: a, url: 'https://a.example/', secret: '${HOOK}'}
    - {name: b, url: 'https://b.example/', secret: '${HOOK}'}
notifications:
  mail: {host: mail.example, user: u, password: '${SMTP}', sender: a@b.example}
"""
VALUES = {"GATE": "gate secret", "MQTT": "m", "HOOK": "h" * 20, "SMTP": "smtp secret"}


def text_of(backup, present, folder):
    return restored_text({"site_yaml": backup}, SiteText(present, folder / "site.yaml"), folder / "site.yaml")


def test_the_machine_stays_and_so_does_who_must_approve(tmp_path):
    text, left_out = text_of(BACKUP, PRESENT, tmp_path)
    site = parse_site(text, tmp_path / "site.yaml", {})
    assert ("Hall", "/srv/here", True, "127.0.0.1", 8770) == (
        site.name,
        site.data,
        site.web.dual_approval,
        site.web.host,
        site.status.port,
    )
    assert ["gate"] == list(site.cameras)
    assert "# That of the hall." in text
    assert ["uplink.mqtt.password", "uplink.webhooks.0", "uplink.webhooks.0"] == left_out
    assert () == site.uplink.webhooks


def test_variables_that_are_known_here_stay(tmp_path):
    present = BACKUP.replace("name: Hall", "name: Here")
    text, left_out = text_of(BACKUP, present, tmp_path)
    assert [] == left_out
    assert "${HOOK}" in text
    assert 2 == len(parse_site(text, tmp_path / "site.yaml", VALUES).uplink.webhooks)


def test_secrets_from_the_environment_are_stored_for_their_hosts(tmp_path):
    made = {
        change.name: [change.value, change.host] for change in _secrets_of(parse_site(BACKUP, tmp_path / "s", VALUES))
    }
    assert {"cameras.gate.password", "notifications.mail.password"} == set(made)
    text, _ = text_of(BACKUP, PRESENT, tmp_path)
    site = parse_site(text, tmp_path / "site.yaml", {})
    content = {"secrets": made | {"notifications.push.key": ["k", "push"], "cameras.other.password": ["x", "h"]}}
    stored = {change.name: (change.value, change.host) for change in restored_secrets(content, site)}
    assert {
        "cameras.gate.password": ("gate secret", "rtsp://192.0.2.1:None"),
        "notifications.mail.password": ("smtp secret", "smtp+starttls://mail.example:587"),
    } == stored


def restore(content, database):
    return restore_accounts(accounts_of(content, database), database, "account:root", 5.0, lambda _: None)


def row(name, role, **more):
    row = {"name": name, "role": role, "password_hash": hash_password("seven lonely geese"), "totp_secret": None}
    return row | {"oidc_subject": None, "active": True, "language": None, "notifications": None} | more


@pytest.fixture
def database(tmp_path):
    with Database.open(tmp_path / "data", create=True) as opened:
        yield opened


def test_accounts_are_added_and_those_that_are_there_are_left_alone(database):
    Accounts(database).add("jo", Role.VIEWER, 1.0)
    rows = [
        row("jo", "administrator"),
        row("al", "operator", totp_secret="A" * 32, language="de", notifications={"mail_address": "al@h.example"}),
        row("off", "viewer", active=False),
    ]
    restored = restore({"accounts": rows}, database)
    assert (("al", "off"), ("jo",), ()) == (restored.added, restored.existing, restored.auditors)
    accounts = Accounts(database)
    assert Role.VIEWER == accounts.get("jo").role
    al = accounts.authenticate("al", "seven lonely geese")
    assert (True, "de", ("account:root",)) == (al.has_totp, al.language, al.credentials_by)
    assert not accounts.get("off").active


def test_an_auditor_is_restored_only_where_there_is_none(database):
    """Else whoever makes a backup could make an auditor, which an auditor must approve."""
    restored = restore({"accounts": [row("audra", "auditor")]}, database)
    assert ("audra",) == restored.added
    restored = restore({"accounts": [row("second", "auditor")]}, database)
    assert ((), ("second",)) == (restored.added, restored.auditors)
    assert None is Accounts(database).find("second")


@pytest.mark.parametrize(
    "wrong", [{}, {"accounts": None}, {"accounts": [{}]}, {"accounts": [row("x", "king")]}, {"accounts": ["x"]}]
)
def test_what_is_not_complete_is_refused(database, wrong):
    with pytest.raises(UsageError, match="not complete"):
        accounts_of(wrong, database)


def test_a_backup_without_a_configuration_is_refused(tmp_path):
    with pytest.raises(UsageError, match="not complete"):
        restored_text({}, SiteText(PRESENT, tmp_path), tmp_path)
    site = parse_site(PRESENT, tmp_path / "site.yaml", {})
    for secrets in (None, {"cameras.old.password": 5}):
        with pytest.raises(UsageError, match="not complete"):
            restored_secrets({"secrets": secrets}, site)


@pytest.mark.parametrize(
    ("address", "elsewhere", "variable", "left_out"),
    [
        ("rtsp://192.0.2.1/a", "rtsp://evil.example/a", "${GATE}", []),
        ("rtsp://192.0.2.1/a", "http://192.0.2.1/a", "${GATE}", []),
        ("host: broker", "host: evil.example", "${MQTT}", ["uplink.mqtt.password"]),
        ("host: broker", "host: broker, port: 1999", "${MQTT}", ["uplink.mqtt.password"]),
        ("mail.example", "evil.example", "${SMTP}", []),
        ("rtsp://192.0.2.1:8554/m", "rtsp://evil.example/m", "${MASKED}", ["cameras.gate.restream.password"]),
        ("https://ntfy.example", "https://evil.example", "${NTFY}", []),
    ],
)
def test_a_variable_is_not_sent_to_another_host(tmp_path, address, elsewhere, variable, left_out):
    """Whoever brings a backup chooses its hosts: the same variable at the same place reads a secret of this machine."""
    restream = "restream: {url: 'rtsp://192.0.2.1:8554/m', user: m, password: '${MASKED}'}"
    present = BACKUP.replace("password: '${GATE}'", f"password: '${{GATE}}', {restream}")
    present += "  ntfy: {server: 'https://ntfy.example', token: '${NTFY}'}\n"
    text, found = text_of(present.replace(address, elsewhere), present, tmp_path)
    assert left_out == found
    assert variable not in text
    values = VALUES | {"MASKED": "m", "NTFY": "n"}
    assert {name for name in values if f"${{{name}}}" in text} == set(values) - {variable[2:-1]}
    assert text_of(present, present, tmp_path)[1] == []
    parse_site(text, tmp_path / "site.yaml", values)


def test_a_first_password_stays_one(database, tmp_path):
    made = row("al", "viewer", initial_password=True)
    restore({"accounts": [made]}, database)
    assert Accounts(database).get("al").initial_password
    assert [True] == [one["initial_password"] for one in _account_rows(database)]


def test_every_account_is_told_before_it_is_added(database):
    told = []

    def before_add(account):
        assert Accounts(database).find(account.name) is None
        told.append((account.name, account.role))

    content = {"accounts": [row("al", "operator"), row("jo", "viewer")]}
    restore_accounts(accounts_of(content, database), database, "account:root", 5.0, before_add)
    assert [("al", Role.OPERATOR), ("jo", Role.VIEWER)] == told


@pytest.mark.parametrize(
    "wrong",
    [
        row("two words", "viewer"),
        row("x", "viewer", language="xx"),
        row("x", "viewer", active=None),
        row("x", "viewer", password_hash=5),
        row("x", "viewer", notifications={"unknown": 1}),
        row("al", "viewer"),
        row("x", "viewer", oidc_subject="al@idp"),
    ],
)
def test_one_wrong_account_is_found_before_any_is_added(database, wrong):
    with pytest.raises(UsageError, match="not complete"):
        accounts_of({"accounts": [row("al", "viewer", oidc_subject="al@idp"), wrong]}, database)


def test_a_login_that_another_account_has_is_found_before_any_is_added(database):
    Accounts(database).add("here", Role.VIEWER, 1.0, oidc_subject="al@idp")
    with pytest.raises(UsageError, match="account here has the login"):
        accounts_of({"accounts": [row("al", "viewer", oidc_subject="al@idp")]}, database)
    assert 1 == len(accounts_of({"accounts": [row("here", "viewer", oidc_subject="al@idp")]}, database))
