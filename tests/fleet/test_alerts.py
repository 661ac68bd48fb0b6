"""What is wrong is told once, and once more when it is over."""

import pytest

from passerby.config.counting_config import Day, Hours
from passerby.config.fleet.alerts import AlertChannel
from passerby.documents.fleet_messages import CameraReport
from passerby.fleet.alerts import AlertEngine
from passerby.fleet.problems import SILENT_S
from passerby.fleet.store.intake import Intake, site_ids_of
from tests.fleet.messages import NOW, health

DOWN = (CameraReport(camera="gate", up=False),)
UP = (CameraReport(camera="gate", up=True),)


class Sent(list):
    """In place of channels. `fails`: raise instead."""

    fails = False

    def __call__(self, channel, notice):
        if self.fails:
            raise OSError("no route to host")
        self.append((channel.name, notice.site, notice.kind.value, notice.over))


@pytest.fixture
def store(fleet):
    with fleet.reading() as connection:
        ids = site_ids_of(connection)
    numbers = iter(range(1, 1000))

    def store(at, **sites):
        """Health of these sites: their cameras. The others say that they are fine."""
        found = {"north": UP, "south": UP, "west": UP} | sites
        messages = [
            health(site, number=next(numbers), sent=at, cameras=cameras)
            for site, cameras in found.items()
            if cameras is not None
        ]
        Intake(fleet).store(messages, ids, at)

    return store


def engine(fleet, sent, *channels, **settings):
    channels = channels or (AlertChannel(name="office", webhook="http://x/", after=0, **settings),)
    return AlertEngine(fleet, channels, "UTC", "0.1.0", sent)


def test_once_and_once_more_when_it_is_over(fleet, store):
    sent = Sent()
    alerts = engine(fleet, sent)
    store(NOW, north=DOWN)
    for step in range(4):
        alerts.poll(NOW + step)
    assert [("office", "north", "cameras", False)] == sent
    store(NOW + 60)
    for step in range(4):
        alerts.poll(NOW + 60 + step)
    assert [("office", "north", "cameras", True)] == sent[1:]
    # And again, when it comes again; a new program knows what was told.
    store(NOW + 120, north=DOWN)
    for step in range(4):
        engine(fleet, sent).poll(NOW + 120 + step)
    assert [("office", "north", "cameras", False)] == sent[2:]


def test_what_does_not_last_is_not_told(fleet, store):
    sent = Sent()
    alerts = engine(fleet, sent, AlertChannel(name="office", webhook="http://x/", after=100))
    store(NOW, north=DOWN)
    alerts.poll(NOW)
    alerts.poll(NOW + 99)
    store(NOW + 99)
    alerts.poll(NOW + 100)
    alerts.poll(NOW + 200)
    assert [] == sent


def test_a_silent_site_says_nothing_is_over(fleet, store):
    sent = Sent()
    alerts = engine(fleet, sent)
    store(NOW, north=DOWN)
    alerts.poll(NOW)
    alerts.poll(NOW + 1)
    late = NOW + SILENT_S + 10
    store(late, north=None)
    alerts.poll(late)
    alerts.poll(late + 1)
    assert [("cameras", False), ("silent", False)] == [(kind, over) for _, site, kind, over in sent if site == "north"]
    store(late + 60)
    alerts.poll(late + 61)
    assert {("cameras", True), ("silent", True)} == {(kind, over) for _, _, kind, over in sent[2:]}


def test_each_channel_has_its_kinds_and_its_hours(fleet, store):
    weekday = [Day.MON, Day.TUE, Day.WED, Day.THU, Day.FRI, Day.SAT, Day.SUN][(NOW // 86400 + 3) % 7]
    at = NOW // 86400 * 86400 + 12 * 3600
    morning = AlertChannel(
        name="day", webhook="http://x/", after=0, hours=(Hours(days=(weekday,), start="13:00", end="17:00"),)
    )
    disk = AlertChannel(name="disk", webhook="http://x/", after=0, kinds=("disk",))
    sent = Sent()
    alerts = engine(fleet, sent, morning, disk)
    store(at, north=DOWN)
    alerts.poll(at)
    alerts.poll(at + 60)
    assert [] == sent
    store(at + 3600, north=DOWN)
    alerts.poll(at + 3600)
    assert [("day", "north", "cameras", False)] == sent


def test_what_cannot_be_sent_is_told_and_tried_again(fleet, store):
    sent = Sent()
    alerts = engine(fleet, sent)
    store(NOW, north=DOWN)
    sent.fails = True
    alerts.poll(NOW)
    alerts.poll(NOW + 1)
    assert {"office": "OSError: no route to host"} == alerts.problems
    sent.fails = False
    alerts.poll(NOW + 2)  # too early
    assert [] == sent
    alerts.poll(NOW + 120)
    assert 1 == len(sent)
    assert {} == alerts.problems


def test_who_was_not_told_that_it_began_is_not_told_that_it_is_over(fleet, store):
    sent = Sent()
    alerts = engine(fleet, sent)
    store(NOW, north=DOWN)
    sent.fails = True
    alerts.poll(NOW)
    alerts.poll(NOW + 1)
    sent.fails = False
    store(NOW + 50)
    alerts.poll(NOW + 60)
    alerts.poll(NOW + 600)
    assert [] == sent
