"""A site that publishes simulated hours to a fleet, to be killed at any moment.

`site_program.py FOLDER CREDENTIALS BY FIRST HOURS`. Where it was is what its store says. Noise is none, so that what
was published can be computed from what was counted.
"""

import sys
import time
from pathlib import Path

from passerby.config.fleet.uplink import FleetUplinkSettings, PublishedCountsSettings
from passerby.config.uplink import UplinkSettings
from passerby.core.clock import Moment
from passerby.core.kinds import ObjectClass
from passerby.documents.count_records import CountBin, LineCount
from passerby.store import outbox
from passerby.store.counts.events_and_counts import CountStore
from passerby.store.counts.publication import SETTLING_S, Publisher
from passerby.store.database import Database
from passerby.uplink.fleet import mqtt
from passerby.uplink.fleet.health import HealthReporter
from passerby.uplink.service import Uplink
from tests.fleet.running import status_of

CAMERAS = ("gate", "hall")


def people(camera: str, hour: int) -> int:
    return (hour * 7 + len(camera)) % 50


def minute(camera: str, start: int, hour: int) -> CountBin:
    line = LineCount(line="door", object_class=ObjectClass.PERSON, forward=people(camera, hour), backward=hour % 9)
    return CountBin(camera=camera, start=start + 60 * (hour % 60), observed_seconds=60.0, trusted=True, lines=(line,))


def main(folder: Path, credentials: Path, by: str, first: int, hours: int) -> None:
    mqtt.FIRST_RETRY_S, mqtt.MAX_RETRY_S = 0.05, 0.3
    outbox.ACK_TIMEOUT_S, outbox.MAX_BACKOFF_S, outbox.MIN_BACKOFF_S = 1.0, 2.0, 0.2
    fleet = FleetUplinkSettings(credentials=str(credentials), by=by, counts=PublishedCountsSettings(min_count=1))
    with Database.open(folder) as database:
        counts = CountStore(database, "site", {}, boot="simulated")
        publisher = Publisher(
            database, credentials.stem, "Europe/Berlin", fleet.counts, fleet.destination, lambda numbers: numbers
        )
        health = HealthReporter(database, credentials.stem, "Europe/Berlin", {}, fleet.destination)
        with Uplink("site", UplinkSettings(fleet=fleet), {}, database, poll_interval_s=0.05):
            extent = counts.extent()
            begin = 0 if extent is None else (extent[1] - first) // 3600 + 1
            for hour in range(begin, hours):
                start = first + 3600 * hour
                counts.add([minute(camera, start, hour) for camera in CAMERAS], [], Moment(float(hour), start, True))
                publisher.publish_due(Moment(float(hour), start + 3600 + SETTLING_S + 60.0, True))
                health.report(status_of(), Moment(float(hour), time.time(), True))
                time.sleep(0.02)
            publisher.publish_due(Moment(float(hours), first + 3600 * hours + SETTLING_S + 60.0, True))
            print("published", flush=True)
            while True:
                time.sleep(1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
