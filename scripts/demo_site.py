"""A fictional site for the screenshots of the guide: a synthetic camera video, a site.yaml, and counts of a day."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from sqlalchemy import insert

from passerby.config.counting_config import EventKind
from passerby.config.roles import Role
from passerby.core.clock import SystemClock
from passerby.core.kinds import ObjectClass
from passerby.demo.portrait import portrait
from passerby.demo.sample import Image, draw_background, draw_car, overlay, read_image
from passerby.documents.count_records import CountBin, Event, LineCount, ZoneCount
from passerby.store.accounts.accounts import Accounts
from passerby.store.accounts.passwords import hash_password
from passerby.store.administration.tables import disk_history
from passerby.store.counts.events_and_counts import CountStore
from passerby.store.database import Database

SITE = """\
# The depot of the town. Changes to this file are reported to the works council.
name: Town depot
timezone: Europe/Berlin
status: {{port: 0}}
retention: {{days: 3}}
web: {{dual_approval: true}}
notice:
  controller: Town of Northby, 1 Market Square, 12345 Northby
  contact: privacy@northby.example
  purposes: [Bicycles and tools are not stolen]
  basis: legitimate_interests
  grounds: The property of the town and of those who work here
  views: {{yard: "Yard, towards the road", stairs: Stairs to the store}}
notifications:
  mail: {{host: mail.northby.example, sender: cameras@northby.example}}
  push: {{contact: it@northby.example}}
cameras:
  yard:
    url: {clip}
    hide: [face, plate]
    max_fps: 5
    max_dimension: 960
    counting:
      zones:
        - {{name: gate, polygon: [[0.27, 0.1], [0.62, 0.1], [0.66, 0.76], [0.22, 0.76]], count: [person]}}
      lines:
        - {{name: kerb, points: [[0.5, 0.6], [0.5, 0.99]], count: [car]}}
      rules:
        - {{name: somebody, kind: presence, zone: gate, min_duration: 1, count: [person]}}
  # The caretaker has the key.
  stairs:
    url: rtsp://127.0.0.1:9/stream1
"""
#: The accounts, and how their passwords end.
ACCOUNTS = {"adam": Role.ADMINISTRATOR, "olga": Role.OPERATOR, "vera": Role.VIEWER, "audra": Role.AUDITOR}
PASSWORD_SUFFIX = "and nine small lanterns"
SIZE, RATE, SECONDS = (960, 540), 10, 30
HOUR, DAY = 3600, 86400


def write_camera_video(path: Path) -> None:
    """A video of the yard from a fixed camera: a poster with a portrait for a while, and a passing car."""
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"crf": "20", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for picture in _pictures():
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(*SIZE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _pictures() -> Iterator[Image]:
    face, car = read_image(portrait()), draw_car()
    there, gone = draw_background(face), draw_background(np.full_like(face, 190))
    for number in range(RATE * SECONDS):
        world = (there if number < 0.6 * RATE * SECONDS else gone).copy()
        overlay(world, *car, 2400 - 2900 * number / (RATE * SECONDS), 830, 0.7)
        yield world


def fill_data_folder(data: Path, now: float) -> None:
    """Create a data folder with accounts, and with counts and events of yesterday and today."""
    with Database.open(data, create=True) as database:
        for name, role in ACCOUNTS.items():
            Accounts(database).add(name, role, now - 9 * DAY, password_hash=hash_password(f"{name} {PASSWORD_SUFFIX}"))
        begins = now // DAY * DAY - DAY
        bins = [_count_bin(start) for start in range(int(begins), int(now) - 120, 60) if not _is_outage(start - begins)]
        moments = (now - 5 * HOUR, now - 3 * HOUR)
        events = [
            Event(
                id=f"yard/dark/{int(at * 1000)}", camera="yard", rule="dark", kind=EventKind.DARK, time=at, trusted=True
            )
            for at in moments
        ]
        CountStore(database, "Town-depot").add(bins, events, SystemClock().now())
        with database.write_transaction() as connection:
            connection.execute(
                insert(disk_history), [_disk_sample(int(now // HOUR) - hours) for hours in range(1, 200)]
            )


def _disk_sample(hour: int) -> dict[str, int]:
    """A disk of 500 GB that fills up to the limit of three days of recordings."""
    recordings = 2_500_000_000 * min(hour % 200, 72)
    return {"hour": hour, "capacity": 500 * 10**9, "free": 310 * 10**9 - recordings, "recordings": recordings}


def _is_outage(seconds: float) -> bool:
    """A power outage in the second night, and for an hour at noon of the first day."""
    return 12 * HOUR <= seconds < 13 * HOUR or 26 * HOUR <= seconds < 29.5 * HOUR


def _count_bin(start: int) -> CountBin:
    busy = max(0.0, math.sin(math.pi * ((start % DAY) / HOUR - 4) / 15)) * (1 + 0.5 * math.sin(start / 1900))
    people, cars = round(2 * busy + 0.4 * math.sin(start / 77)), round(1.6 * busy + 0.6 * math.sin(start / 131))
    came = max(0, people)
    dwell = (came, 0, 0, 0, 0, 0, 0, 0)
    zones = tuple(
        ZoneCount(
            zone=zone, object_class=ObjectClass.PERSON, mean=came / 3, peak=came, entries=came, exits=came, dwell=dwell
        )
        for zone in ("gate", "picture")
    )
    line = LineCount(line="kerb", object_class=ObjectClass.CAR, forward=max(0, cars), backward=max(0, cars - 1))
    return CountBin(camera="yard", start=start, observed_seconds=60.0, trusted=True, zones=zones, lines=(line,))
