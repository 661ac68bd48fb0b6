"""From what happens to what arrives, by a real mail server: paced, in one message, tried again, and told."""

import time
from contextlib import contextmanager

import pytest

from passerby.config.counting_config import EventKind
from passerby.config.notifications.kinds import NotificationChannel
from passerby.config.roles import Role
from passerby.core.errors import DiskFull
from passerby.documents.count_records import Event
from passerby.documents.status import CameraHealth, CameraState, CoverReason
from passerby.store.accounts.accounts import Accounts
from passerby.store.counts.events_and_counts import CountStore
from passerby.store.notifications.facts import Facts
from passerby.store.notifications.queue import NotificationQueue
from passerby.uplink.notifications import service as module
from passerby.uplink.notifications.planner import NotificationPlanner
from passerby.uplink.notifications.service import CHECK_FAILED_AFTER_S, CHECK_FINE_AFTER_S, NotificationService
from tests.store.footage import WALL
from tests.uplink.notifications.fixtures import site_of, wanting

MAIL = NotificationChannel.MAIL
LIVE = CameraHealth(state=CameraState.LIVE, last_frame_age=0.2)


def mail_settings(port):
    return f"  mail: {{host: 127.0.0.1, port: {port}, security: none, sender: c@h.example}}"


@pytest.fixture
def arranged(database, clock, tmp_path, mailbox):
    """The service, without its threads; whoever wants mail; and the box."""
    box, port = mailbox
    wanting(database, channels=("mail",), mail_address="jo@h.example")
    service = NotificationService(site_of(tmp_path, mail_settings(port)), database, None, clock, "first")
    return service, box


def happened(database, clock, number, kind=EventKind.PRESENCE):
    id = f"yard/{kind.value}/{number}"
    event = Event(
        id=id, camera="yard", rule=kind.value, kind=kind, time=clock.wall, trusted=True, location="door", count=1
    )
    CountStore(database, "hall", boot="first").add([], [event], clock.now())


def step(service, database, clock, tmp_path, seconds=0):
    clock.go(seconds)
    NotificationPlanner(database).plan(service._site, clock.wall)
    service.send_due(MAIL)


def test_the_first_comes_at_once_and_the_next_together(arranged, database, clock, tmp_path):
    service, box = arranged
    happened(database, clock, 1)
    step(service, database, clock, tmp_path)
    assert ["North hall: Presence in zone Main door (The yard)"] == [mail["Subject"] for mail in box.mails]
    for number in range(2, 5):
        happened(database, clock, number)
        step(service, database, clock, tmp_path, 10)
    assert 1 == len(box.mails)
    step(service, database, clock, tmp_path, 31)
    assert "North hall: 3 notifications" == box.mails[-1]["Subject"]
    assert 3 == box.mails[-1].get_content().count("Main door")
    step(service, database, clock, tmp_path, 100)
    assert 2 == len(box.mails)


def test_in_the_language_of_the_account(arranged, database, clock, tmp_path):
    service, box = arranged
    Accounts(database).set_language("jo", "de")
    happened(database, clock, 1, EventKind.DARK)
    step(service, database, clock, tmp_path)
    assert "North hall: Kamera dunkel (The yard)" == box.mails[0]["Subject"]
    assert "Seit 15.01.2027 09:00 CET ist das Bild dunkel." in box.mails[0].get_content()


def test_a_test_comes_at_once_in_quiet_hours_too(arranged, database, clock, tmp_path):
    service, box = arranged
    for _ in range(3):
        NotificationQueue(database).put_test(1, MAIL, clock.wall)
    service.send_due(MAIL)
    assert ["North hall: This is a test"] == [mail["Subject"] for mail in box.mails]
    assert "Notifications of North hall arrive here." in box.mails[0].get_content()
    result = NotificationQueue(database).results(1)[MAIL]
    assert (WALL, None, 0) == (result.sent_at, result.problem, result.waiting)


def test_a_server_that_is_away_is_tried_again_and_that_is_told(arranged, database, clock, tmp_path):
    service, box = arranged
    box.refuse = "451 come back later"
    happened(database, clock, 1)
    step(service, database, clock, tmp_path)
    result = NotificationQueue(database).results(1)[MAIL]
    assert ("address_refused 451 come back later", WALL, 1) == (result.problem, result.problem_since, result.waiting)
    step(service, database, clock, tmp_path, 1)
    box.refuse = None
    step(service, database, clock, tmp_path, 200)
    assert 1 == len(box.mails)
    assert NotificationQueue(database).results(1)[MAIL].problem is None


def test_an_address_that_does_not_exist_is_given_up(arranged, database, clock, tmp_path, caplog):
    service, box = arranged
    box.refuse = "550 no such user"
    happened(database, clock, 1)
    step(service, database, clock, tmp_path)
    result = NotificationQueue(database).results(1)[MAIL]
    assert (1, 0) == (result.dropped, result.waiting)
    own = [record.getMessage() for record in caplog.records if record.name.startswith("passerby")]
    assert "1 notifications by mail were given up: address_refused 550 no such user" == own[-1]
    assert "jo@" not in " ".join(own)


def test_a_camera_that_was_lost_is_told_to_be_back_once(arranged, database, clock, tmp_path):
    service, box = arranged
    service.update({"yard": LIVE})
    happened(database, clock, 1, EventKind.LOST)
    step(service, database, clock, tmp_path)
    service.update({"yard": CameraHealth(state=CameraState.LOST)})
    service.update({"yard": CameraHealth(state=CameraState.LIVE, last_frame_age=30.0)})
    step(service, database, clock, tmp_path, 100)
    assert ["North hall: Camera offline (The yard)"] == [mail["Subject"] for mail in box.mails]
    for _ in range(3):
        service.update({"yard": LIVE})
    step(service, database, clock, tmp_path, 100)
    assert "North hall: Camera back (The yard)" == box.mails[-1]["Subject"]
    assert "It was offline since 2027-01-15 09:00 CET." in box.mails[-1].get_content()
    assert 2 == len(box.mails)


def test_a_camera_that_was_removed_never_comes_back(arranged, database, clock, tmp_path):
    service, _ = arranged
    happened(database, clock, 1, EventKind.LOST)
    step(service, database, clock, tmp_path)
    service.update({})
    assert {} == Facts(database).outages()


def test_a_model_that_fails_is_told_once_until_it_has_worked_again(arranged, database, clock, tmp_path):
    service, box = arranged
    failing = {"yard": CameraHealth(state=CameraState.LIVE, last_frame_age=0.1, covered_now=CoverReason.MODELS)}
    service.update(failing)
    step(service, database, clock, tmp_path)
    assert [] == box.mails  # at a start it takes a moment
    for _ in range(5):
        clock.go(CHECK_FAILED_AFTER_S)
        service.update(failing)
    step(service, database, clock, tmp_path)
    assert ["North hall: Check of the detection failed (The yard)"] == [mail["Subject"] for mail in box.mails]
    for state in ({"yard": LIVE}, failing):
        clock.go(CHECK_FINE_AFTER_S + 1)
        service.update(state)
    clock.go(CHECK_FAILED_AFTER_S)
    service.update(failing)
    step(service, database, clock, tmp_path, 100)
    assert 2 == len(box.mails)


@contextmanager
def running(service):
    with service:
        yield


def test_its_threads_do_it_by_themselves_and_take_a_changed_site(database, tmp_path, mailbox, clock):
    box, port = mailbox
    wanting(database, channels=("mail",), mail_address="jo@h.example")
    service = NotificationService(site_of(tmp_path), database, None, clock, "first", 0.02, 0.0)
    with running(service):
        service.apply(site_of(tmp_path, mail_settings(port)))
        happened(database, clock, 1)
        end = time.monotonic() + 60
        while not box.mails:
            assert time.monotonic() < end
            time.sleep(0.02)
    assert not any(thread.is_alive() for thread in service._threads)


def test_a_fault_ends_no_thread(database, tmp_path, mailbox, clock, monkeypatch, caplog):
    box, port = mailbox
    wanting(database, channels=("mail",), mail_address="jo@h.example")
    service = NotificationService(site_of(tmp_path, mail_settings(port)), database, None, clock, "first", 0.02, 0.0)
    attempts = []

    def send_due(channel, usual=service.send_due):
        attempts.append(channel)
        if len(attempts) < 20:
            raise ZeroDivisionError
        usual(channel)

    monkeypatch.setattr(service, "send_due", send_due)
    happened(database, clock, 1)
    with running(service):
        end = time.monotonic() + 60
        while not box.mails:
            assert time.monotonic() < end
            time.sleep(0.02)
    assert "this is a fault of passerby" in caplog.text


BAD_ADDRESSES = ("a..b@h.example", "ä@h.example", "a@h.")


@pytest.mark.parametrize("bad", BAD_ADDRESSES)
def test_an_address_that_cannot_be_is_given_up_and_others_get_their_mail(database, clock, tmp_path, mailbox, bad):
    """As it is stored by older versions."""
    box, port = mailbox
    for name, address in (("first", bad), ("second", "second@h.example")):
        wanting(database, name, channels=("mail",), mail_address=address)
    service = NotificationService(site_of(tmp_path, mail_settings(port)), database, None, clock, "first")
    happened(database, clock, 1)
    step(service, database, clock, tmp_path)
    assert ["second@h.example"] == box.recipients
    result = NotificationQueue(database).results(1)[MAIL]
    assert ("address_refused", 1, 0) == (result.problem, result.dropped, result.waiting)


def test_a_fault_in_one_message_does_not_hold_up_those_of_others(database, clock, tmp_path, mailbox, monkeypatch):
    box, port = mailbox
    for name in ("first", "second"):
        wanting(database, name, channels=("mail",), mail_address=f"{name}@h.example")

    def compose(queued, site, language, usual=module.compose):
        if queued[0].account == 1:
            raise ZeroDivisionError
        return usual(queued, site, language)

    monkeypatch.setattr(module, "compose", compose)
    service = NotificationService(site_of(tmp_path, mail_settings(port)), database, None, clock, "first")
    happened(database, clock, 1)
    step(service, database, clock, tmp_path)
    assert ["second@h.example"] == box.recipients
    result = NotificationQueue(database).results(1)[MAIL]
    assert ("failed", 1, 0) == (result.problem, result.dropped, result.waiting)


def test_a_full_disk_gives_up_nothing(database, clock, tmp_path, mailbox, monkeypatch):
    wanting(database, channels=("mail",), mail_address="jo@h.example")
    service = NotificationService(site_of(tmp_path, mail_settings(mailbox[1])), database, None, clock, "first")
    happened(database, clock, 1)

    def full(*_):
        raise DiskFull("The disk is full.")

    monkeypatch.setattr(module, "compose", full)
    with pytest.raises(DiskFull):
        step(service, database, clock, tmp_path)
    assert 1 == NotificationQueue(database).results(1)[MAIL].waiting


def test_an_account_that_lost_the_right_meanwhile_is_not_told(arranged, database, clock, tmp_path):
    """Quiet hours and failed attempts hold a notification for a day."""
    service, box = arranged
    Accounts(database).add("other", Role.ADMINISTRATOR, 1.0)
    box.refuse = "451 come back later"
    happened(database, clock, 1)
    step(service, database, clock, tmp_path)
    box.refuse = None
    Accounts(database).change("jo", clock.wall, role=Role.AUDITOR)  # who sees no events
    NotificationQueue(database).put_test(1, MAIL, clock.wall)
    step(service, database, clock, tmp_path, 200)
    assert ["North hall: This is a test"] == [mail["Subject"] for mail in box.mails]
    assert 0 == NotificationQueue(database).results(1)[MAIL].waiting
