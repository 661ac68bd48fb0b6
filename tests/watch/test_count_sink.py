"""What a camera's process counts and keeps: walks across a made picture, a camera that is lost, a disk that is full."""

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
from passerby.counting.site_rules import SiteEvents
from passerby.store.counts.events_and_counts import Counts
from passerby.store.database import Database
from passerby.watch.count_sink import CameraCounting
from tests.watch.simulated import caught, textured, video

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
BEGIN, GEOMETRY = 1_800_000_000.0, Geometry(640, 360)


class Kept:
    """A store that is full for as long as `full` is set."""

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
    return Moment(seconds, BEGIN + seconds, True)


def walker(seconds):
    x = 40 + 50 * seconds
    return [Detection(Kind.PERSON, Box(x, 100, x + 60, 280), 0.9, "test", ObjectClass.PERSON)] if x < 600 else []


def watched(counting, seconds, begin=0.0):
    for step in range(round(seconds * 5)):
        now = begin + step / 5
        counting.passed(moment(now), GEOMETRY, None, walker(now) if step % 2 == 0 else None)
        if step % 5 == 0:
            counting.tend(moment(now), False)


def test_who_walks_by_is_counted_and_told(site):
    kept = Kept()
    counting = CameraCounting(site, "gate", kept)
    watched(counting, 20)
    counting.close(moment(20))
    (made,) = kept.bins
    assert ["entry"] == [event.rule for event in kept.events]
    assert [(ObjectClass.PERSON, 0, 1), (ObjectClass.CAR, 0, 0)] == [(line.sort, line.forward, line.back) for line in made.lines]
    assert 19 < made.covered <= 20


def test_a_camera_that_gives_no_picture_is_told(site):
    kept = Kept()
    counting = CameraCounting(site, "gate", kept)
    for second in range(30):
        counting.tend(moment(second), True)
    counting.close(moment(30))
    assert [] == kept.bins
    assert [EventKind.LOST] == [event.kind for event in kept.events]


def test_looks_that_do_not_end_leave_a_gap(site):
    kept = Kept()
    counting = CameraCounting(site, "gate", kept)
    watched(counting, 20)
    for second in range(20, 150):
        counting.tend(moment(second), False)
    watched(counting, 20, begin=150)
    counting.close(moment(170))
    assert [BEGIN, BEGIN + 120] == [one.start for one in kept.bins]
    assert all(one.covered <= 20 for one in kept.bins)


def test_what_the_disk_does_not_take_is_kept_until_it_does(site):
    kept = Kept()
    kept.full = True
    counting = CameraCounting(site, "gate", kept)
    watched(counting, 70)
    until = time.monotonic() + 20
    while counting.problem is None and time.monotonic() < until:
        counting.tend(moment(70), False)
    assert "no room left" in counting.problem
    kept.full = False
    counting.close(moment(70))
    assert (2, 1) == (len(kept.bins), len(kept.events))
    assert counting.problem is None


def test_a_fault_in_counting_does_not_reach_the_camera(site, monkeypatch):
    counting = CameraCounting(site, "gate", Kept())
    monkeypatch.setattr("passerby.track.counting_tracker.Bodies.step", lambda *_: 1 / 0)
    counting.passed(moment(0), GEOMETRY, None, [])
    assert "ZeroDivisionError" in counting.problem
    counting.close(moment(1))


def test_how_the_camera_sees_is_measured(site):
    kept = Kept()
    counting = CameraCounting(site, "gate", kept)
    info = video()
    dark = caught(0, np.full((info.geometry.height, info.geometry.width), 16, np.uint8), info).frame
    for step in range(60):
        counting.glance(dark, info.geometry)
        counting.passed(moment(step / 2), info.geometry, None, [])
    counting.close(moment(30))
    assert [EventKind.DARK] == [event.kind for event in kept.events]


STORY = """
cameras:
  gate:
    url: rtsp://h/a
    counting:
      zones: [{name: yard, polygon: [[0, 0], [0.2, 0], [0.2, 0.2], [0, 0.2]]}]
      lines: [{name: door, points: [[0.5, 0.0], [0.5, 1.0]]}]
      rules:
        - {name: entry, kind: crossing, line: door, way: back}
        - {name: intruder, kind: presence, zone: yard}
        - {name: full, kind: crowd, zone: picture, most: 3}
"""
#: What happens when, in seconds, for how long.
HAPPENS = {"crossing": (30, 12), "presence": (60, 10), "crowd": (90, 12), "covered": (120, 20), "moved": (160, 20)}
HAPPENS |= {"dark": (200, 20), "lost": (240, 20)}


def happening(seconds):
    """(what, seconds since it began) at a moment; (None, 0) while all is quiet."""
    return next(((w, seconds - at) for w, (at, long) in HAPPENS.items() if 0 <= seconds - at < long), (None, 0))


def scripted(what, since):
    """(luma of the picture, who is there) of a moment in the story."""
    luma = {"covered": np.full((180, 320), 128, np.uint8), "dark": np.full((180, 320), 16, np.uint8)}.get(what)
    luma = np.roll(textured(7), (9, 9), (0, 1)) if what == "moved" else textured() if luma is None else luma
    boxes = {"presence": [Box(20, 10, 60, 60)], "crowd": [Box(x, 100, x + 40, 280) for x in (350, 420, 490, 560)]}
    who = [Detection(Kind.PERSON, box, 0.9, "test", ObjectClass.PERSON) for box in boxes.get(what, ())]
    return luma, walker(since) if what == "crossing" else who


def test_every_kind_is_told_once_by_what_happens_and_by_nothing_else(tmp_path):
    """Some minutes of a camera and an hour of the site. benchmarks/quiet.py shows the same of pictures of people."""
    site, kept, info = parse_site(STORY, tmp_path / "site.yaml", {}), Kept(), video()
    counting = CameraCounting(site, "gate", kept)
    for step in range(round(290 / 0.5)):
        now, (what, since) = 0.5 * step, happening(0.5 * step)
        luma, who = scripted(what, since)
        if what != "lost":
            if step % 2 == 0:
                counting.glance(caught(0, luma, info).frame, info.geometry)
            counting.passed(moment(now), GEOMETRY, None, who)
        counting.tend(moment(now), what == "lost")
    counting.close(moment(290))
    told = [(event.kind.value, event.at - BEGIN) for event in kept.events]
    assert list(HAPPENS) == [kind for kind, _ in told]
    for kind, at in told:
        assert HAPPENS[kind][0] <= at <= sum(HAPPENS[kind]) + 1
    of_site, found = SiteEvents({}, site.schedules()), []
    for second in range(0, 3600, 5):
        at = Moment(second, BEGIN + second, not 1000 <= second < 3000)
        found += of_site.see(at, "the disk is full" if 100 <= second < 900 else None, {})
    assert [(EventKind.STORAGE, 160), (EventKind.CLOCK, 1600)] == [(one.kind, one.at - BEGIN) for one in found]


def test_it_is_kept_in_the_data_folder_with_what_is_to_be_sent(site):
    Database.open(Path(site.data), make=True).close()
    counting = CameraCounting(site, "gate")
    watched(counting, 20)
    counting.close(moment(20))
    with Database.open(Path(site.data)) as database:
        assert 1 == len(Counts(database, site.topic).between(0, 2e9))
    assert "Schule-am-Park" == site.topic


def test_no_secret_reaches_a_camera(site):
    from passerby.watch.camera_process import Order

    told = Order.of(site, "gate").model_dump_json()
    assert "hunter2" not in told
    assert {"mqtt", "webhook:desk"} == set(Order.model_validate_json(told).site.uplink.destinations())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("timezone: Europe/Berlin", "timezone: Mars/Olympus"), "Mars/Olympus"),
        (("kind: crossing, line: door", "kind: crossing, line: door, outside: night"), "timetable night"),
        (("line: door}", "line: gate}"), "line gate, which is not there"),
    ],
)
def test_a_site_that_makes_no_sense_is_refused(tmp_path, change, said):
    from passerby.core.errors import UsageError

    with pytest.raises(UsageError, match=said):
        parse_site(SITE.replace(*change), tmp_path / "site.yaml", {"SECRET": "hunter2hunter2hunter2"})


def test_the_guide_shows_a_site_that_is_one(tmp_path):
    text = (Path(__file__).parents[2] / "docs" / "guide" / "counts.md").read_text(encoding="utf-8")
    example = text.partition("```yaml\n")[2].partition("```")[0]
    site = parse_site(example, tmp_path / "site.yaml", {"MQTT_PASSWORD": "x", "HOOK_SECRET": "s" * 20})
    assert ["intruder", "full", "entry"] == [rule.name for rule in site.cameras["hall"].counting.rules]
    assert {"mqtt", "webhook:desk"} == set(site.uplink.destinations())
