"""What the supervisor tells of the site itself, and that it goes out."""

import pytest

from passerby.config.counting_config import EventKind
from passerby.config.site_file import parse_site
from passerby.config.uplink import Budget, Priority
from passerby.core.clock import Moment
from passerby.store.counts.events_and_counts import Counts
from passerby.store.data_folder import DataFolder
from passerby.store.database import Database
from passerby.store.outbox import Draft, Outbox, put
from passerby.watch import site_monitor as telling
from passerby.watch.site_monitor import Telling

SITE = """
cameras:
  gate: {url: 'rtsp://h/a'}
uplink:
  webhooks: [{name: desk, url: 'http://127.0.0.1:9/', secret: '${SECRET}'}]
"""


class Clock:
    def __init__(self):
        self.seconds = 0.0

    def now(self):
        return Moment(self.seconds, 1_800_000_000 + self.seconds, True)


@pytest.fixture
def site(tmp_path):
    DataFolder.make(tmp_path / "data").close()
    return parse_site(SITE, tmp_path / "site.yaml", {"SECRET": "s" * 20})


def test_a_disk_in_trouble_and_a_camera_without_a_process_are_told(site, tmp_path):
    clock, asked = Clock(), []
    one = Telling(site, clock)

    def disk():
        asked.append(clock.seconds)
        return {"problem": "the disk is failing"} if clock.seconds > 20 else {"free": 1}

    for second in range(100):
        clock.seconds = float(second)
        one.tend(lambda: {"gate": "its process died"} if clock.seconds > 40 else {}, disk)
    one.close()
    assert 100 / telling.EVERY == len(asked)
    with Database.open(tmp_path / "data") as database:
        found = Counts(database, site.topic).events()
    assert [(EventKind.STORAGE, None), (EventKind.LOST, "gate")] == [(k.event.kind, k.event.camera) for k in found]
    assert "the disk is failing" == found[0].event.detail


def test_nothing_is_kept_for_a_destination_that_the_site_no_longer_names(site, tmp_path, caplog):
    draft = Draft("clip", Priority.CLIPS, "gate/clip", b"{}", ("gate", 1.0, 2.0))
    with Database.open(tmp_path / "data") as database:
        with database.writing() as connection:
            put(connection, [draft], dict.fromkeys(("mqtt", "webhook:desk"), Budget(send=tuple(Priority))), 0.0)
        Telling(site, Clock()).close()
        assert ["webhook:desk"] == list(Outbox(database).waiting())
    assert "1 pictures waited" in caplog.text
