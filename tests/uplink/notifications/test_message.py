"""What a notification says, and where it leads."""

import pytest

from passerby.config.notice import Language
from passerby.config.notifications.kinds import NotificationChannel
from passerby.config.site_file import parse_site
from passerby.store.notifications.queue import QueuedNotification
from passerby.uplink.notifications.message import MAX_LISTED, compose, page_address
from tests.store.footage import WALL
from tests.uplink.notifications.fixtures import site_of

EVENT = {"event": "yard/visit/1", "event_kind": "presence", "camera": "yard", "time": WALL, "location": "door"}


def queued(kind="event", body=EVENT, id=1):
    return QueuedNotification(id, 7, NotificationChannel.MAIL, kind, WALL, 0, body)


def test_an_event_in_the_words_and_the_time_of_the_site(tmp_path):
    message = compose([queued()], site_of(tmp_path), Language.EN)
    assert ("Presence in zone Main door (The yard)", "At 2027-01-15 09:00 CET.") == (message.title, message.body)
    assert "https://cameras.example.org/#/events" == message.url
    german = compose([queued()], site_of(tmp_path), Language.DE)
    assert ("Anwesenheit in Zone Main door (The yard)", "Um 15.01.2027 09:00 CET.") == (german.title, german.body)


@pytest.mark.parametrize(
    ("kind", "body", "title", "page"),
    [
        ("event", {**EVENT, "location": "picture"}, "Presence in the picture (The yard)", "events"),
        ("tamper", {"event_kind": "covered", "camera": "yard", "time": WALL}, "Lens covered (The yard)", "events"),
        ("camera_lost", {"event_kind": "lost", "camera": "yard", "time": WALL}, "Camera offline (The yard)", "live"),
        ("camera_back", {"camera": "yard", "time": WALL, "since": WALL}, "Camera back (The yard)", "live"),
        ("check_failed", {"camera": "gone", "time": WALL}, "Check of the detection failed (gone)", "health"),
        ("clip_waits", {"approval": 1, "camera": "yard", "start": WALL, "end": WALL, "time": WALL},
         "A clip waits for your approval (The yard)", "exports"),
        ("account_waits", {"approval": 1, "time": WALL}, "A change of accounts waits for an auditor", "accounts"),
        ("storage", {"event_kind": "storage", "time": WALL}, "The disk needs attention", "health"),
        ("clock", {"event_kind": "clock", "time": WALL}, "The clock is not synchronised", "health"),
        ("update", {"version": "9.1", "current": "9.0"}, "passerby 9.1 is available", "administration"),
        ("test", {}, "This is a test", ""),
    ],
)  # fmt: skip
def test_each_kind(tmp_path, kind, body, title, page):
    message = compose([queued(kind, body)], site_of(tmp_path), Language.EN)
    assert title == message.title
    assert message.url == f"https://cameras.example.org/{f'#/{page}' if page else ''}"
    assert "{" not in message.title + message.body


def test_several_come_in_one(tmp_path):
    many = [queued(id=number) for number in range(MAX_LISTED + 5)]
    message = compose(many, site_of(tmp_path), Language.EN)
    lines = message.body.split("\n")
    assert f"{MAX_LISTED + 5} notifications" == message.title
    assert (MAX_LISTED + 1, "and 5 more") == (len(lines), lines[-1])
    assert "2027-01-15 09:00 CET  Presence in zone Main door (The yard)" == lines[0]
    clock = queued("clock", {"event_kind": "clock", "time": WALL}, 2)
    mixed = compose([queued(), clock], site_of(tmp_path), Language.DE)
    assert "https://cameras.example.org/" == mixed.url


def test_the_same_ones_have_the_same_key(tmp_path):
    site = site_of(tmp_path)
    assert compose([queued()], site, Language.EN).key == compose([queued()], site, Language.DE).key
    assert compose([queued()], site, Language.EN).key != compose([queued(id=2)], site, Language.EN).key


@pytest.mark.parametrize(
    ("web", "address"),
    [
        ("", None),
        ("web: {host: 0.0.0.0}", None),
        ("web: {host: 192.0.2.7}", "https://192.0.2.7:8443"),
        ("web: {host: '2001:db8::1', port: 443}", "https://[2001:db8::1]:443"),
        ("notifications: {address: 'https://n.example'}", "https://n.example"),
    ],
)
def test_the_address_of_the_pages_where_it_is_known(tmp_path, web, address):
    text = f"cameras: {{yard: {{url: 'rtsp://h/a'}}}}\n{web}"
    assert address == page_address(parse_site(text, tmp_path / "site.yaml", {}))
