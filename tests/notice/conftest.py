"""A site that says what people may know, and its data folder."""

from pathlib import Path

import pytest

from passerby.config.site_file import parse_site
from passerby.store.database import Database
from passerby.store.recordings.index import Recordings
from tests.store.footage import Clock

SITE = """
name: North hall
timezone: Europe/Berlin
data: data
notice:
  controller: Example School, 1 High Street
  contact: privacy@example.org
  purposes: [Bicycles are not stolen, "Nobody <b>falls</b> & is not found"]
  basis: legitimate_interests
  grounds: Property of pupils
  url: https://school.example.org/notice
  languages: [en, de]
  views: {yard: "Yard, towards the gate"}
cameras:
  yard: {url: "rtsp://10.0.0.5/s", hide_regions: [[[0.7, 0.1], [0.95, 0.1], [0.95, 0.5], [0.7, 0.5]]]}
  hall: {url: "rtsp://10.0.0.6/s", hide: [person, plate]}
"""


@pytest.fixture
def site(tmp_path):
    return parse_site(SITE, Path(tmp_path / "site.yaml"), {})


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def recordings(tmp_path):
    with Recordings(Database.open(tmp_path / "data", make=True), boot="first") as opened:
        yield opened
