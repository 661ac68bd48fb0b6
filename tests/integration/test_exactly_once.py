"""A day with a dead broker, a broker and a program that are killed again and again: what arrives is what was counted,
once each. With mosquitto itself, which loses all that it holds when it is killed."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from passerby.store.counts.events_and_counts import CountStore
from passerby.store.database import Database
from passerby.store.outbox import Outbox
from tests.uplink import program
from tests.uplink.broker import Broker, Receiver, needs_broker, until

pytestmark = needs_broker
ROOT = Path(__file__).parents[2]


def started(folder, broker, minutes):
    return subprocess.Popen(
        [sys.executable, "-m", "tests.uplink.program", str(folder), str(broker.port), "receiver", str(minutes)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )


def stored(folder):
    """Everything that was counted and told, as the store has it, by id."""
    with Database.open(folder) as database:
        counts = CountStore(database, "school")
        bins = {
            f"school/{b.camera}/{b.start}/0": b.model_dump(mode="json", by_alias=True) for b in counts.between(0, 2e9)
        }
        events = {f"school/{kept.event.id}": kept.event.model_dump(mode="json") for kept in counts.events()}
    return bins | events


def wait_for_more(folder, minutes):
    """Until the program that was started has counted something more: a kill before that would show nothing."""
    with Database.open(folder) as database:
        counts = CountStore(database, "school")
        before = counts.extent()
        whole = (program.BEGIN, program.BEGIN + 60 * minutes)
        until(lambda: counts.extent() != before or before == whole, 120)


def waiting(folder):
    with Database.open(folder) as database:
        return sum(sum(kinds.values()) for kinds in Outbox(database).pending().values())


def run(tmp_path, kills, minutes, seed):
    rng, broker, folder = random.Random(seed), Broker(tmp_path), tmp_path / "data"
    with Database.open(folder, create=True):
        pass
    receiver = Receiver(broker.port, confirm="passerby/school/received")
    process = started(folder, broker, minutes)
    try:
        for kill in range(kills):
            # The program is killed while the broker is dead, while it is there, and while it comes and goes.
            wait_for_more(folder, minutes)
            time.sleep(rng.uniform(0.1, 1.0))
            if kill % 2:
                broker.start()
                time.sleep(rng.uniform(0.2, 2.0))
            if rng.random() < 0.5:
                process.kill()
                broker.kill()
            else:
                broker.kill()
                process.kill()
            process.wait()
            process = started(folder, broker, minutes)
        with Database.open(folder) as database:
            until(
                lambda: CountStore(database, "school").extent() == (program.BEGIN, program.BEGIN + 60 * minutes), 1200
            )
        broker.start()
        until(lambda: waiting(folder) == 0, 900)
    finally:
        process.kill()
        process.wait()
        receiver.close()
        broker.kill()
    arrived = {key: message.get("bin") or message.get("event") for key, message in receiver.kept.items()}
    expected = stored(folder)
    assert 2 * minutes + (minutes + 9) // 10 == len(expected)
    assert expected == arrived
    return receiver


def test_what_arrives_is_what_was_counted(tmp_path):
    """An hour of two cameras, two kills; and what the ids are for: a receiver that adds up gets the same sum."""
    receiver = run(tmp_path, kills=2, minutes=60, seed=1)
    bins = [message["bin"] for message in receiver.kept.values() if message["type"] == "counts"]
    expected = sum(program.minute(camera, n).lines[0].forward for camera in ("gate", "hall") for n in range(60))
    assert expected == sum(one["lines"][0]["forward"] for one in bins)


@pytest.mark.soak
def test_a_whole_day_and_twenty_kills(tmp_path):
    run(tmp_path, kills=20, minutes=24 * 60, seed=2)
