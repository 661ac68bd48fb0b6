"""The published counts of cameras: the newest minute, and totals that continue after a restart."""

import pytest

from passerby.core.clock import Moment
from passerby.store.counts.events_and_counts import CountStore
from passerby.store.database import Database
from passerby.uplink.camera_state import CameraTotalsReader
from tests.uplink.program import BEGIN, minute

NOW = Moment(1.0, float(BEGIN), True)


@pytest.fixture
def store(tmp_path):
    with Database.open(tmp_path / "data", create=True) as database:
        yield CountStore(database, "school")


def test_nothing_counted_is_no_camera(store):
    assert {} == CameraTotalsReader(store).as_json()


def test_the_newest_minute_and_the_totals(store):
    reader = CameraTotalsReader(store)
    assert {} == reader.current()
    store.add([minute("gate", 0), minute("gate", 1)], [], NOW)
    first, second = minute("gate", 0), minute("gate", 1)
    assert {
        "gate": {
            "minute": second.start,
            "observed_seconds": 60.0,
            "zones": {"picture": {"person": round(second.zones[0].mean)}},
            "lines": {
                "door": {
                    "person": {
                        "forward": first.lines[0].forward + second.lines[0].forward,
                        "backward": first.lines[0].backward + second.lines[0].backward,
                    }
                }
            },
        }
    } == reader.as_json()
    assert second.zones[0].mean == reader.current()["gate"].means["picture"]["person"]


def test_a_new_reader_continues_with_the_same_totals(store):
    store.add([minute("gate", 0)], [], NOW)
    running = CameraTotalsReader(store)
    running.current()
    store.add([minute("gate", 1)], [], NOW)
    assert running.as_json() == CameraTotalsReader(store).as_json()
