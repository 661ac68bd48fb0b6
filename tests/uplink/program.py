"""A program that counts a simulated day and sends it, to be killed at any moment: `program.py FOLDER PORT CONFIRM`.

Where it was in the day is what the store says, as behind a camera the day goes on whatever becomes of the program. Each
simulated minute gives a bin for each of two cameras, and some an event.
"""

import sys
import time
from pathlib import Path

from passerby.config.counting_config import Counting, EventKind
from passerby.config.uplink import Mqtt, UplinkSettings
from passerby.core.clock import Moment
from passerby.core.kinds import ObjectClass
from passerby.documents.count_records import DWELL, Bin, Event, LineCount, ZoneCount
from passerby.store import outbox
from passerby.store.counts.events_and_counts import Counts
from passerby.store.database import Database
from passerby.uplink import mqtt
from passerby.uplink.service import Uplink

BEGIN = 1_800_000_000


def minute(camera: str, number: int) -> Bin:
    people = (number * 7 + len(camera)) % 5
    zone = ZoneCount(
        zone="picture",
        sort=ObjectClass.PERSON,
        mean=people / 2,
        most=people,
        came=people,
        left=people,
        dwell=(people, *(0,) * len(DWELL)),
    )
    line = LineCount(line="door", sort=ObjectClass.PERSON, forward=people, back=number % 3)
    return Bin(camera=camera, start=BEGIN + 60 * number, covered=60.0, trusted=True, zones=(zone,), lines=(line,))


def event(number: int) -> Event:
    at = float(BEGIN + 60 * number + 7)
    return Event(
        id=f"gate/full/{round(at * 1000)}", camera="gate", rule="full", kind=EventKind.CROWD, at=at, trusted=True
    )


def settings(port: int, confirm: str) -> UplinkSettings:
    return UplinkSettings(mqtt=Mqtt(host="127.0.0.1", port=port, confirm=confirm))


def main(folder: Path, port: int, confirm: str, minutes: int) -> None:
    # A simulated day is short: pauses are as well.
    mqtt.FIRST_PAUSE, mqtt.LONGEST_PAUSE = 0.05, 0.5
    outbox.UNHEARD, outbox.LONGEST_PAUSE = 1.0, 4.0
    told = settings(port, confirm)
    with Database.open(folder) as database:
        counts = Counts(database, "school", told.destinations())
        cameras = {"gate": Counting(), "hall": Counting()}
        with Uplink("school", told, cameras, database, pause=0.05):
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
