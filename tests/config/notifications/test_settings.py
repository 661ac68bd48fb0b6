"""Nothing is sent unencrypted to another machine, nor to an address that the administrator did not allow."""

import pytest
from pydantic import ValidationError

from passerby.config.notifications.settings import (
    PUSH_SERVICES,
    MailServerSettings,
    NotificationSettings,
    NtfySettings,
    PushSettings,
    is_allowed_url,
)
from passerby.config.secrets.site_secrets import forget_moved_passwords
from passerby.config.secrets.stored_secrets import StoredSecrets
from passerby.config.site_file import parse_site
from passerby.core.errors import UsageError

SITE = """
cameras: {gate: {url: 'rtsp://h/a'}}
notifications:
  mail: {host: mail.example.org, user: passerby, sender: cameras@example.org}
  ntfy: {server: 'https://ntfy.example.org'}
"""


def test_by_default_nobody_can_be_notified():
    settings = NotificationSettings()
    assert (None, None, None, (), False) == (
        settings.mail,
        settings.push,
        settings.ntfy,
        settings.webhook_hosts,
        settings.thumbnails,
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_a_mail_server_on_this_machine_needs_no_tls(host):
    assert MailServerSettings(host=host, security="none", sender="a@b.example").security == "none"


def test_another_one_does():
    with pytest.raises(ValidationError, match="starttls"):
        MailServerSettings(host="mail.example.org", security="none", sender="a@b.example")
    with pytest.raises(ValidationError, match="https"):
        NtfySettings(server="http://ntfy.example.org")


@pytest.mark.parametrize(
    ("url", "hosts", "allowed"),
    [
        ("https://hooks.example.org/a?b=c", ("hooks.example.org",), True),
        ("https://a.hooks.example.org/", (".hooks.example.org",), True),
        ("https://hooks.example.org/", (".hooks.example.org",), False),
        ("https://evil-hooks.example.org/", ("hooks.example.org",), False),
        ("https://hooks.example.org.evil.example/", ("hooks.example.org",), False),
        ("https://hooks.example.org@192.0.2.1/", ("hooks.example.org",), False),
        ("https://user:secret@hooks.example.org/", ("hooks.example.org",), False),
        ("http://hooks.example.org/", ("hooks.example.org",), False),
        ("https://hooks.example.org:8443/", ("hooks.example.org",), False),
        ("https://hooks.example.org:8443/", ("hooks.example.org:8443",), True),
        ("http://127.0.0.1:9000/", ("127.0.0.1:9000",), True),
        ("http://127.0.0.1:9000/", (), False),
        ("file:///etc/passwd", ("",), False),
        ("https://[bad", ("bad",), False),
        ("https://fcm.googleapis.com/fcm/send/abc", PUSH_SERVICES, True),
        ("https://wns2-par02p.notify.windows.com/w/?token=x", PUSH_SERVICES, True),
        ("https://169.254.169.254/latest", PUSH_SERVICES, False),
    ],
)
def test_where_an_account_may_send_to(url, hosts, allowed):
    assert allowed is is_allowed_url(url, hosts)


def test_stored_secrets_are_used_for_their_server_alone(tmp_path):
    (tmp_path / "data").mkdir()
    stored = StoredSecrets(tmp_path / "data")
    stored.put("notifications.mail.password", "a stored password", "smtp+starttls://mail.example.org:587")
    stored.put("notifications.ntfy.token", "tk_stored", "https://ntfy.example.org:None")
    found = parse_site(SITE, tmp_path / "site.yaml", {}).notifications
    assert "a stored password" == found.mail.password.get_secret_value()
    assert "tk_stored" == found.ntfy.token.get_secret_value()
    moved = SITE.replace("mail.example.org", "mail.evil.example").replace("ntfy.example", "ntfy.evil.example")
    found = parse_site(moved, tmp_path / "site.yaml", {}).notifications
    assert (None, None) == (found.mail.password, found.ntfy.token)
    weaker = SITE.replace("sender:", "security: tls, sender:")
    assert parse_site(weaker, tmp_path / "site.yaml", {}).notifications.mail.password is None


def test_a_variable_stands_in_the_fields_for_secrets_alone(tmp_path):
    text = SITE.replace("user: passerby,", "user: passerby, password: '${SMTP}',")
    assert "s3" == parse_site(text, tmp_path / "s", {"SMTP": "s3"}).notifications.mail.password.get_secret_value()
    with pytest.raises(UsageError):
        parse_site(SITE.replace("cameras@example.org", "'${SMTP}@example.org'"), tmp_path / "s", {"SMTP": "s3"})


def test_a_password_does_not_follow_to_another_server():
    """Whoever may change the server on the page must not get the password that site.yaml takes from the environment."""
    mail = {"host": "mail.example.org", "user": "p", "password": "${SMTP}"}
    before = {"notifications": {"mail": mail, "ntfy": {"server": "https://n.example", "token": "${T}"}}}
    assert [] == forget_moved_passwords(before, before)
    for change in ({"host": "evil.example"}, {"port": 25}, {"security": "tls"}):
        after = {"notifications": {"mail": mail | change, "ntfy": {"server": "https://evil.example", "token": "${T}"}}}
        assert [("notifications", "mail", "password"), ("notifications", "ntfy", "token")] == forget_moved_passwords(
            before, after
        )


@pytest.mark.parametrize("address", ["a..b@x.de", "ä@x.de", "a@x.", ".a@x.de", "a@x..de", "a(b@x.de", "a(b)@x.de"])
def test_what_no_mail_can_be_addressed_to_is_refused(address):
    with pytest.raises(ValidationError, match="is not an e-mail address"):
        PushSettings(contact=address)


@pytest.mark.parametrize("address", ["jo@example.org", "o'neil+site@mail.example.org", "root@localhost"])
def test_usual_addresses(address):
    assert address == PushSettings(contact=address).contact
