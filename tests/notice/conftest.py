"""A site with notice settings, and its data folder."""

from pathlib import Path

import pytest

from passerby.config.site_file import parse_site
from passerby.notice.site_facts import StoreFacts, site_facts
from passerby.notice.view_outline import ViewOutline
from passerby.store.database import Database
from passerby.store.recordings.index import Recordings
from passerby.store.recordings.retention import RetentionPolicy
from passerby.store.recordings.retention_attestation import attest_retention
from tests.notice.scenes import record
from tests.store.footage import Clock

LINES = ViewOutline(480, 270, (((10, 10), (200, 10), (200, 100)),), 6, 0)

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
    with Recordings(Database.open(tmp_path / "data", create=True), boot="first") as opened:
        yield opened


@pytest.fixture
def facts(site, clock):
    return site_facts(site, clock.now(), StoreFacts(), None, {"yard": LINES})


@pytest.fixture
def attestation(recordings, clock):
    """One recording of a second, which is new."""
    record(recordings, clock)
    clock.go(1)
    return attest_retention(recordings.database, RetentionPolicy(days=14), "first", clock.now())
