"""Operators turn a camera to a preset, and it is written down; nobody turns one whose regions belong to one view."""

from urllib.parse import urlsplit

import pytest

from passerby.store.audit.log import read
from tests.cameras.onvif_device import onvif_device
from tests.server.site.fixtures import FILE, serving, site_data  # noqa: F401
from tests.uplink.broker import free_port

REGION = "    hide_regions: [[[0.0, 0.0], [0.2, 0.0], [0.2, 0.2]]]\n"


@pytest.fixture
def camera():
    """(requests, the settings of a camera at the device)"""
    asked = []
    with onvif_device("not in any file", asked) as (_, service):
        at = urlsplit(service)
        own = f"url: rtsp://{at.hostname}/stream1\n    onvif_port: {at.port}\n    user: admin"
        yield asked, FILE.replace("url: rtsp://192.0.2.2/stream1\n    user: passerby", own)


def moves(asked):
    return sum("GotoPreset" in request for request in asked)


def test_an_operator_turns_a_camera_and_it_is_in_the_log(site_data, tmp_path, camera):  # noqa: F811
    asked, text = camera
    with serving(site_data, tmp_path, text) as served:
        operator = served.as_("operator")
        assert [False, True] == [found["movable"] for found in operator.get("/api/cameras").json()]
        found = operator.get("/api/cameras/gate/presets").json()
        assert ["Gate", "Bicycle stands", "7"] == [preset["name"] for preset in found]
        assert (200, 1) == (operator.post("/api/cameras/gate/presets/go", {"token": "2"}).status_code, moves(asked))
        with served.context.database.read_transaction() as connection:
            [entry] = [entry for _, entry in read(connection) if entry.action == "camera_moved"]
        assert ("account:operator", {"camera": "gate", "preset": "Bicycle stands"}) == (
            entry.actor,
            dict(entry.details),
        )
        assert 404 == operator.post("/api/cameras/gate/presets/go", {"token": "9"}).status_code
        assert 404 == operator.get("/api/cameras/nowhere/presets").status_code
        assert 409 == operator.get("/api/cameras/yard/presets").status_code  # no ONVIF port
        for role in ("viewer", "auditor"):
            assert 403 == served.as_(role).get("/api/cameras/gate/presets").status_code
            assert 403 == served.as_(role).post("/api/cameras/gate/presets/go", {"token": "1"}).status_code
        assert 1 == moves(asked)


def test_a_camera_with_regions_is_not_turned(site_data, tmp_path, camera):  # noqa: F811
    asked, text = camera
    with serving(site_data, tmp_path, text + REGION) as served:
        operator = served.as_("operator")
        assert [False, False] == [found["movable"] for found in operator.get("/api/cameras").json()]
        answer = operator.post("/api/cameras/gate/presets/go", {"token": "2"})
        assert (409, 0) == (answer.status_code, moves(asked))
        assert "belong to one view" in answer.json()["detail"]


def test_the_port_is_entered_on_the_page_of_the_camera(served):
    administrator = served.as_("administrator")
    revision = administrator.get("/api/settings").json()["revision"]
    answer = administrator.put("/api/settings/cameras/yard", {"revision": revision, "onvif_port": free_port()})
    assert 200 == answer.status_code, answer.text
    [yard] = [found for found in answer.json()["cameras"] if found["name"] == "yard"]
    assert yard["onvif_port"] == served.context.site.cameras["yard"].onvif_port
    back = {"revision": answer.json()["revision"], "onvif_port": None}
    assert 200 == administrator.put("/api/settings/cameras/yard", back).status_code
    assert "onvif_port" not in served.context.config.read_text()
