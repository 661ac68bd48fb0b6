"""What MQTT says of a camera now: nothing that is not known."""

import pytest

from passerby.documents.status import CameraHealth, CameraState
from passerby.uplink.presence import presence

BUSY = {"picture": 2, "door": 0}


@pytest.mark.parametrize(
    ("health", "expected"),
    [
        ({"state": "live", "occupancy": BUSY}, (True, True, {"picture": True, "door": False})),
        ({"state": "live", "occupancy": {"picture": 0}}, (True, False, {"picture": False})),
        ({"state": "live", "occupancy": {"picture": 0}, "unseen_now": 0.1}, (True, True, {"picture": False})),
        ({"state": "live"}, (True, None, {})),
        ({"state": "lost", "occupancy": BUSY}, (False, None, {"picture": None, "door": None})),
    ],
)
def test_what_is_so_at_a_camera(health, expected):
    found = presence(CameraHealth(**{**health, "state": CameraState(health["state"])}))
    assert expected == (found["connected"], found["motion"], found["zones"])
