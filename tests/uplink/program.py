"""A program that counts a simulated day and sends it, to be killed at any moment: `program.py FOLDER PORT CONFIRM`.

Where it was in the day is what the store says, as behind a camera the day goes on whatever becomes of the program. Each
simulated minute gives a bin for each of two cameras, and some an event.
"""

import sys
import time
from pathlib import Path

from passerby.config.counting_config import CountingSettings, EventKind
from passerby.config.uplink import MqttSettings, UplinkSettings
from passerby.core.clock import Moment
from passerby.core.kinds import ObjectClass
from passerby.documents.count_records import DWELL_BOUNDS_S, CountBin, Event, LineCount, ZoneCount
from passerby.store import outbox
from passerby.store.counts.events_and_counts import CountStore
from passerby.store.database import Database
from passerby.uplink import mqtt
from passerby.uplink.service import Uplink

BEGIN = 1_800_000_000


def minute(camera: str, number: int) -> CountBin:
    people = (number * 7 + len(camera)) % 5
    zone = ZoneCount(
        zone="picture",
        object_class=ObjectClass.PERSON,
        mean=people / 2,
        peak=people,
        entries=people,
        exits=people,
        dwell=(people, *(0,) * len(DWELL_BOUNDS_S)),
    )
    line = LineCount(line="door", object_class=ObjectClass.PERSON, forward=people, backward=number % 3)
    return CountBin(
        camera=camera, start=BEGIN + 60 * number, observed_seconds=60.0, trusted=True, zones=(zone,), lines=(line,)
    )


def event(number: int) -> Event:
    at = float(BEGIN + 60 * number + 7)
    return Event(
        id=f"gate/full/{round(at * 1000)}", camera="gate", rule="full", kind=EventKind.CROWD, time=at, trusted=True
    )


def settings(port: int, confirm: str) -> UplinkSettings:
    return UplinkSettings(mqtt=MqttSettings(host="127.0.0.1", port=port, confirm=confirm))


def main(folder: Path, port: int, confirm: str, minutes: int) -> None:
    # A simulated day is short: waits are as well.
    mqtt.FIRST_RETRY_S, mqtt.MAX_RETRY_S = 0.05, 0.5
    outbox.ACK_TIMEOUT_S, outbox.MAX_BACKOFF_S = 1.0, 4.0
    uplink = settings(port, confirm)
    with Database.open(folder) as database:
        counts = CountStore(database, "school", uplink.destinations())
        cameras = {"gate": CountingSettings(), "hall": CountingSettings()}
        with Uplink("school", uplink, cameras, database, poll_interval_s=0.05):
            extent = counts.extent()
            first = 0 if extent is None else (extent[1] - BEGIN) // 60
            for number in range(first, minutes):
                bins = [minute("gate", number), minute("hall", number)]
                now = time.time()
                counts.add(bins, [event(number)] if number % 10 == 0 else [], Moment(time.monotonic(), now, True))
                time.sleep(0.01)
            print("counted", flush=True)
            while True:
                time.sleep(1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
