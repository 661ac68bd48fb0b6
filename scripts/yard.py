"""A yard that never was, for the pictures of the guide: drawn film of it, a site that watches it, counts of the day."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np

from passerby.config.counting_config import EventKind
from passerby.config.roles import Role
from passerby.core.clock import SystemClock
from passerby.core.kinds import ObjectClass
from passerby.demo.portrait import portrait
from passerby.demo.sample import Picture, _car, _place, _read, _scenery
from passerby.documents.count_records import Bin, Event, LineCount, ZoneCount
from passerby.store.accounts.accounts import Accounts
from passerby.store.accounts.passwords import hashed
from passerby.store.counts.events_and_counts import Counts
from passerby.store.database import Database

SITE = """\
# The depot of the town. Who changes this file tells the works council.
name: Town depot
timezone: Europe/Berlin
status: {{port: 0}}
keep: {{days: 3}}
pages: {{two_persons: true}}
notice:
  controller: Town of Northby, 1 Market Square, 12345 Northby
  contact: privacy@northby.example
  purposes: [Bicycles and tools are not stolen]
  basis: legitimate_interests
  grounds: The property of the town and of those who work here
  views: {{yard: "Yard, towards the road", stairs: Stairs to the store}}
cameras:
  yard:
    url: {clip}
    hide: [face, plate]
    frames_a_second: 5
    longest_side: 960
    counting:
      zones:
        - {{name: gate, polygon: [[0.27, 0.1], [0.62, 0.1], [0.66, 0.76], [0.22, 0.76]], count: [person]}}
      lines:
        - {{name: kerb, points: [[0.5, 0.6], [0.5, 0.99]], count: [car]}}
      rules:
        - {{name: somebody, kind: presence, zone: gate, hold: 1, count: [person]}}
  # The key to it is with the caretaker.
  stairs:
    url: rtsp://127.0.0.1:9/stream1
"""
#: Who has an account, and how their passwords end.
PEOPLE = {"adam": Role.ADMINISTRATOR, "olga": Role.OPERATOR, "vera": Role.VIEWER, "audra": Role.AUDITOR}
ENDS = "and nine small lanterns"
SIZE, RATE, SECONDS = (960, 540), 10, 30
HOUR, DAY = 3600, 86400


def make_yard(path: Path) -> None:
    """Film of it, from a camera that stands still: a poster that is a portrait for a while, and a car that passes."""
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"crf": "20", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for picture in _pictures():
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(*SIZE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _pictures() -> Iterator[Picture]:
    face, car = _read(portrait()), _car()
    there, gone = _scenery(face), _scenery(np.full_like(face, 190))
    for number in range(RATE * SECONDS):
        world = (there if number < 0.6 * RATE * SECONDS else gone).copy()
        _place(world, *car, 2400 - 2900 * number / (RATE * SECONDS), 830, 0.7)
        yield world


def fill(data: Path, now: float) -> None:
    """A data folder with accounts, and with counts and events of yesterday and today."""
    with Database.open(data, make=True) as database:
        for name, role in PEOPLE.items():
            Accounts(database).add(name, role, now - 9 * DAY, password=hashed(f"{name} {ENDS}"))
        begins = now // DAY * DAY - DAY
        bins = [_bin(start) for start in range(int(begins), int(now) - 120, 60) if not _unwatched(start - begins)]
        moments = (now - 5 * HOUR, now - 3 * HOUR)
        events = [
            Event(
                id=f"yard/dark/{int(at * 1000)}", camera="yard", rule="dark", kind=EventKind.DARK, at=at, trusted=True
            )
            for at in moments
        ]
        Counts(database, "Town-depot").add(bins, events, SystemClock().now())


def _unwatched(since: float) -> bool:
    """The power was off in the second night, and for an hour at noon of the first day."""
    return 12 * HOUR <= since < 13 * HOUR or 26 * HOUR <= since < 29.5 * HOUR


def _bin(start: int) -> Bin:
    busy = max(0.0, math.sin(math.pi * ((start % DAY) / HOUR - 4) / 15)) * (1 + 0.5 * math.sin(start / 1900))
    people, cars = round(2 * busy + 0.4 * math.sin(start / 77)), round(1.6 * busy + 0.6 * math.sin(start / 131))
    came = max(0, people)
    dwell = (came, 0, 0, 0, 0, 0, 0, 0)
    zones = tuple(
        ZoneCount(zone=zone, sort=ObjectClass.PERSON, mean=came / 3, most=came, came=came, left=came, dwell=dwell)
        for zone in ("gate", "picture")
    )
    line = LineCount(line="kerb", sort=ObjectClass.CAR, forward=max(0, cars), back=max(0, cars - 1))
    return Bin(camera="yard", start=start, covered=60.0, trusted=True, zones=zones, lines=(line,))
