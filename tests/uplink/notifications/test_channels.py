"""Each channel sends what was chosen, where it was allowed; a picture only where the site allows it, and logged."""

import pytest

from passerby.config.notice import Language
from passerby.config.notifications.kinds import NotificationChannel
from passerby.config.secrets.site_secrets import secret_host
from passerby.config.secrets.stored_secrets import StoredSecrets
from passerby.store.audit.log import read
from passerby.store.notifications.preferences import NotificationPreferences, Preferences
from passerby.store.notifications.queue import QueuedNotification
from passerby.uplink.notifications.channels import AccountChannelSender
from passerby.uplink.notifications.message import compose
from passerby.uplink.notifications.push import create_key
from passerby.uplink.notifications.send_error import SendError, SendProblem
from passerby.uplink.notifications.webhook import webhook_secret
from tests.store.footage import WALL
from tests.uplink.notifications.fixtures import site_of, wanting
from tests.uplink.notifications.test_push import Browser

MAIL, PUSH, NTFY, WEBHOOK = NotificationChannel
EVENT = QueuedNotification(
    1, 1, MAIL, "event", WALL, 0, {"event": "yard/visit/1", "event_kind": "presence", "camera": "yard", "time": WALL}
)


class Media:
    def __init__(self, picture=b"\xff\xd8 masked"):
        self.picture, self.asked = picture, []

    def read(self, kind, camera, start, end, at):
        self.asked.append((kind, camera, at))
        return self.picture


def send(database, clock, folder, channel, notifications, chosen, queued=(EVENT,), media=None):
    site = site_of(folder, notifications)
    (account,) = [wanting(database)] if not Preferences(database).all() else [_account(database)]
    sender = AccountChannelSender(lambda: site, database, media or Media(), clock, "first")
    sender.send(channel, account, NotificationPreferences(**chosen), compose(queued, site, Language.EN), queued)


def _account(database):
    from passerby.store.accounts.accounts import Accounts

    return Accounts(database).get("jo")


def views(database):
    with database.read_transaction() as connection:
        return [(entry.actor, entry.action, entry.details["camera"]) for _, entry in read(connection)]


def mail_settings(port, more=""):
    return f"  mail: {{host: 127.0.0.1, port: {port}, security: none, sender: c@h.example}}\n{more}"


@pytest.mark.parametrize("channel", NotificationChannel)
def test_what_is_not_set_up_is_told(database, clock, tmp_path, channel):
    with pytest.raises(SendError) as raised:
        send(database, clock, tmp_path, channel, "  thumbnails: false", {})
    assert SendProblem.NOT_CONFIGURED == raised.value.problem


def test_no_picture_unless_the_site_allows_it(database, clock, tmp_path, mailbox):
    box, port = mailbox
    media = Media()
    send(database, clock, tmp_path, MAIL, mail_settings(port), {"mail_address": "jo@h.example"}, media=media)
    assert ([], []) == (media.asked, views(database))
    assert not box.mails[0].is_multipart()


def test_where_it_does_the_picture_is_logged_as_viewed(database, clock, tmp_path, mailbox):
    box, port = mailbox
    settings, chosen = mail_settings(port, "  thumbnails: true"), {"mail_address": "jo@h.example"}
    send(database, clock, tmp_path, MAIL, settings, chosen)
    assert [("account:jo", "viewed", "yard")] == views(database)
    assert b"\xff\xd8 masked" == list(box.mails[0].iter_parts())[1].get_content()
    send(database, clock, tmp_path, MAIL, settings, chosen, media=Media(None))  # nothing was recorded
    send(database, clock, tmp_path, MAIL, settings, chosen, (EVENT, EVENT))  # several: no picture
    lost = QueuedNotification(2, 1, MAIL, "camera_lost", WALL, 0, {**EVENT.body, "event_kind": "lost"})
    send(database, clock, tmp_path, MAIL, settings, chosen, (lost,))
    assert [True, False, False, False] == [mail.is_multipart() for mail in box.mails]
    assert 1 == len(views(database))


def test_what_cannot_be_logged_is_not_shown(database, clock, tmp_path, mailbox, monkeypatch):
    box, port = mailbox

    def full(*_):
        raise OSError("no space left")

    monkeypatch.setattr("passerby.uplink.notifications.channels.write", full)
    settings = mail_settings(port, "  thumbnails: true")
    send(database, clock, tmp_path, MAIL, settings, {"mail_address": "jo@h.example"})
    assert not box.mails[0].is_multipart()


def test_ntfy_has_a_topic_of_the_account(database, clock, tmp_path, web):
    requests, address = web
    send(database, clock, tmp_path, NTFY, f"  ntfy: {{server: '{address}'}}", {"ntfy_topic": "jo-hall"})
    assert b'"topic": "jo-hall"' in requests.received[0][2]


def test_a_webhook_only_to_hosts_that_are_allowed(database, clock, tmp_path, web):
    requests, address = web
    chosen = {"webhook_url": f"{address}/hook"}
    StoredSecrets(tmp_path / "data").put(webhook_secret(1), "s" * 20, secret_host(address))
    allowed = f"  webhook_hosts: ['{address.partition('//')[2]}']"
    send(database, clock, tmp_path, WEBHOOK, allowed, chosen)
    assert 1 == len(requests.received)
    with pytest.raises(SendError) as raised:  # it was allowed when it was chosen, and is not any more
        send(database, clock, tmp_path, WEBHOOK, "  webhook_hosts: []", chosen)
    assert (SendProblem.NOT_ALLOWED, 1) == (raised.value.problem, len(requests.received))


def test_push_goes_to_all_browsers_and_those_that_are_gone_are_forgotten(database, clock, tmp_path, web):
    requests, address = web
    settings = f"  push: {{contact: a@h.example, hosts: ['{address.partition('//')[2]}']}}"
    create_key(StoredSecrets(tmp_path / "data"))
    browsers = [Browser(f"{address}/{number}") for number in range(2)]
    wanting(database)
    preferences = Preferences(database)
    for browser in browsers:
        one = browser.subscription
        preferences.add_browser(1, one.endpoint, one.p256dh, one.auth, "Firefox", 1.0)
    preferences.add_browser(1, "https://not.allowed.example/x", one.p256dh, one.auth, "Other", 1.0)
    send(database, clock, tmp_path, PUSH, settings, {})
    assert ["/0", "/1"] == [path for path, _, _ in requests.received]
    assert "North hall: Presence in zone  (The yard)" == browsers[1].read(requests.received[1][2])["title"]
    requests.status = 410
    with pytest.raises(SendError) as raised:
        send(database, clock, tmp_path, PUSH, settings, {})
    assert SendProblem.NOT_ALLOWED == raised.value.problem
    assert ["Other"] == [browser.label for browser in preferences.browsers(1)]
