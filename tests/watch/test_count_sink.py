"""Counting in a camera's process: simulated walks, a lost camera, a full disk, an internal error."""

import time
from pathlib import Path

import numpy as np
import pytest

from passerby.config.counting_config import EventKind
from passerby.config.site_file import parse_site
from passerby.core.box import Box
from passerby.core.clock import Moment
from passerby.core.errors import DiskFull
from passerby.core.kinds import Detection, Kind, ObjectClass
from passerby.core.media import Geometry
from passerby.counting.site_rules import SiteRules
from passerby.store.counts.events_and_counts import CountStore
from passerby.store.database import Database
from passerby.watch.count_sink import CameraCountSink
from tests.watch.simulated import captured_frame, textured, video

SITE = """
name: Schule am Park
timezone: Europe/Berlin
timetables:
  - name: open
    hours: [{days: [mon, tue, wed, thu, fri], start: "08:00", end: "18:00"}]
cameras:
  gate:
    url: rtsp://h/a
    counting:
      lines: [{name: door, points: [[0.5, 0.0], [0.5, 1.0]], count: [person, car]}]
      rules: [{name: entry, kind: crossing, line: door}]
uplink:
  mqtt: {host: broker, user: me, password: "${SECRET}"}
  webhooks: [{name: desk, url: "http://h/", secret: "${SECRET}"}]
"""
WALL, GEOMETRY = 1_800_000_000.0, Geometry(640, 360)


class MemoryStore:
    """A store in memory, which is full while `full` is set."""

    def __init__(self):
        self.bins, self.events, self.full = [], [], False

    def add(self, bins, happened, now):
        if self.full:
            raise DiskFull("There is no room left. Free some.")
        self.bins += bins
        self.events += happened


@pytest.fixture
def site(tmp_path):
    return parse_site(SITE, tmp_path / "site.yaml", {"SECRET": "hunter2hunter2hunter2"})


def moment(seconds):
    return Moment(seconds, WALL + seconds, True)


def walker_at(seconds):
    x = 40 + 50 * seconds
    return [Detection(Kind.PERSON, Box(x, 100, x + 60, 280), 0.9, "test", ObjectClass.PERSON)] if x < 600 else []


def feed(sink, seconds, start=0.0):
    for step in range(round(seconds * 5)):
        now = start + step / 5
        sink.frame_processed(moment(now), GEOMETRY, None, walker_at(now) if step % 2 == 0 else None)
        if step % 5 == 0:
            sink.poll(moment(now), False)


def test_a_person_who_crosses_a_line_is_counted_and_raises_an_event(site):
    store = MemoryStore()
    sink = CameraCountSink(site, "gate", store)
    feed(sink, 20)
    sink.close(moment(20))
    (counted,) = store.bins
    assert ["entry"] == [event.rule for event in store.events]
    assert [(ObjectClass.PERSON, 0, 1), (ObjectClass.CAR, 0, 0)] == [
        (line.object_class, line.forward, line.backward) for line in counted.lines
    ]
    assert 19 < counted.observed_seconds <= 20


def test_a_camera_without_frames_raises_an_event(site):
    store = MemoryStore()
    sink = CameraCountSink(site, "gate", store)
    for second in range(30):
        sink.poll(moment(second), True)
    sink.close(moment(30))
    assert [] == store.bins
    assert [EventKind.LOST] == [event.kind for event in store.events]


def test_detections_that_do_not_finish_leave_a_gap(site):
    store = MemoryStore()
    sink = CameraCountSink(site, "gate", store)
    feed(sink, 20)
    for second in range(20, 150):
        sink.poll(moment(second), False)
    feed(sink, 20, start=150)
    sink.close(moment(170))
    assert [WALL, WALL + 120] == [one.start for one in store.bins]
    assert all(one.observed_seconds <= 20 for one in store.bins)


def test_bins_are_queued_while_the_disk_is_full(site):
    store = MemoryStore()
    store.full = True
    sink = CameraCountSink(site, "gate", store)
    feed(sink, 70)
    until = time.monotonic() + 20
    while sink.problem is None and time.monotonic() < until:
        sink.poll(moment(70), False)
    assert "no room left" in sink.problem
    store.full = False
    sink.close(moment(70))
    assert (2, 1) == (len(store.bins), len(store.events))
    assert sink.problem is None


def test_an_error_in_counting_does_not_reach_the_camera(site, monkeypatch):
    sink = CameraCountSink(site, "gate", MemoryStore())
    monkeypatch.setattr("passerby.track.counting_tracker.CountingTracker.update", lambda *_: 1 / 0)
    sink.frame_processed(moment(0), GEOMETRY, None, [])
    assert "ZeroDivisionError" in sink.problem
    sink.close(moment(1))


def test_a_dark_view_raises_an_event(site):
    store = MemoryStore()
    sink = CameraCountSink(site, "gate", store)
    info = video()
    dark = captured_frame(0, np.full((info.geometry.height, info.geometry.width), 16, np.uint8), info).frame
    for step in range(60):
        sink.detection_started(dark, info.geometry)
        sink.frame_processed(moment(step / 2), info.geometry, None, [])
    sink.close(moment(30))
    assert [EventKind.DARK] == [event.kind for event in store.events]


SCRIPTED_SITE = """
cameras:
  gate:
    url: rtsp://h/a
    counting:
      zones: [{name: yard, polygon: [[0, 0], [0.2, 0], [0.2, 0.2], [0, 0.2]]}]
      lines: [{name: door, points: [[0.5, 0.0], [0.5, 1.0]]}]
      rules:
        - {name: entry, kind: crossing, line: door, direction: backward}
        - {name: intruder, kind: presence, zone: yard}
        - {name: full, kind: crowd, zone: picture, max_count: 3}
"""
#: When each event happens, in seconds, and for how long.
SCHEDULE = {"crossing": (30, 12), "presence": (60, 10), "crowd": (90, 12), "covered": (120, 20), "moved": (160, 20)}
SCHEDULE |= {"dark": (200, 20), "lost": (240, 20)}


def event_at(seconds):
    """(event, seconds since it started) at a time; (None, 0) between events."""
    return next(((w, seconds - at) for w, (at, long) in SCHEDULE.items() if 0 <= seconds - at < long), (None, 0))


def scripted_frame(what, since):
    """(luma of the frame, detections) at a time of the script."""
    luma = {"covered": np.full((180, 320), 128, np.uint8), "dark": np.full((180, 320), 16, np.uint8)}.get(what)
    luma = np.roll(textured(7), (9, 9), (0, 1)) if what == "moved" else textured() if luma is None else luma
    boxes = {"presence": [Box(20, 10, 60, 60)], "crowd": [Box(x, 100, x + 40, 280) for x in (350, 420, 490, 560)]}
    detections = [Detection(Kind.PERSON, box, 0.9, "test", ObjectClass.PERSON) for box in boxes.get(what, ())]
    return luma, walker_at(since) if what == "crossing" else detections


def test_every_kind_of_event_is_raised_once_by_its_cause_and_by_nothing_else(tmp_path):
    """Some minutes of a camera and an hour of the site. benchmarks/false_alarms.py measures it on real footage."""
    site, store, info = parse_site(SCRIPTED_SITE, tmp_path / "site.yaml", {}), MemoryStore(), video()
    sink = CameraCountSink(site, "gate", store)
    for step in range(round(290 / 0.5)):
        now, (what, since) = 0.5 * step, event_at(0.5 * step)
        luma, detections = scripted_frame(what, since)
        if what != "lost":
            if step % 2 == 0:
                sink.detection_started(captured_frame(0, luma, info).frame, info.geometry)
            sink.frame_processed(moment(now), GEOMETRY, None, detections)
        sink.poll(moment(now), what == "lost")
    sink.close(moment(290))
    raised = [(event.kind.value, event.time - WALL) for event in store.events]
    assert list(SCHEDULE) == [kind for kind, _ in raised]
    for kind, at in raised:
        assert SCHEDULE[kind][0] <= at <= sum(SCHEDULE[kind]) + 1
    of_site, found = SiteRules({}, site.schedules()), []
    for second in range(0, 3600, 5):
        at = Moment(second, WALL + second, not 1000 <= second < 3000)
        found += of_site.update(at, "the disk is full" if 100 <= second < 900 else None, {})
    assert [(EventKind.STORAGE, 160), (EventKind.CLOCK, 1600)] == [(one.kind, one.time - WALL) for one in found]


def test_counts_are_stored_in_the_data_folder_of_the_site(site):
    Database.open(Path(site.data), create=True).close()
    sink = CameraCountSink(site, "gate")
    feed(sink, 20)
    sink.close(moment(20))
    with Database.open(Path(site.data)) as database:
        assert 1 == len(CountStore(database, site.topic).between(0, 2e9))
    assert "Schule-am-Park" == site.topic
