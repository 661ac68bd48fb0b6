"""Events of a site: storage, clock, and cameras whose process is down."""

from zoneinfo import ZoneInfo

from passerby.config.counting_config import CountingSettings, EventKind
from passerby.config.timetable import Schedules
from passerby.counting.site_rules import SiteRules
from tests.counting.walks import BEGIN, moment


def site():
    cameras = {"gate": CountingSettings(), "hall": CountingSettings()}
    return SiteRules(cameras, Schedules([], ZoneInfo("UTC")))


def test_a_full_disk_and_an_unsynchronised_clock():
    one, events = site(), []
    for second in range(0, 3000, 10):
        full = "no room left" if 100 <= second < 400 else None
        events += one.update(moment(second, trusted=second < 500), full, {})
    assert [EventKind.STORAGE, EventKind.CLOCK] == [event.kind for event in events]
    assert ["no room left", None, None, "site/storage"] == [
        events[0].detail,
        events[0].camera,
        events[0].start,
        events[0].id.rpartition("/")[0],
    ]
    assert [BEGIN + 160, BEGIN + 1100] == [event.time for event in events]


def test_a_camera_whose_process_is_down():
    one, events = site(), []
    for second in range(120):
        events += one.update(moment(second), None, {"hall": "its process died"} if 20 <= second < 90 else {})
    assert [("hall", EventKind.LOST, BEGIN + 30)] == [(event.camera, event.kind, event.time) for event in events]


def test_a_site_in_order_raises_no_event():
    one = site()
    assert [] == [event for second in range(3600) for event in one.update(moment(second), None, {})]
