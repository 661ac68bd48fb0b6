"""Presets of a camera that turns, over ONVIF, with a device of the tests' own."""

from urllib.parse import urlsplit

import pytest

from passerby.core.errors import CameraLost
from passerby.source.camera.ptz import OnvifLogin, Preset, go_to_preset, list_presets
from tests.cameras import onvif_device as device
from tests.cameras.onvif_device import onvif_device
from tests.uplink.broker import free_port

FOUND = [Preset("1", "Gate"), Preset("2", "Bicycle stands"), Preset("7", "7")]


def login_at(service, password="right"):
    at = urlsplit(service)
    return OnvifLogin(at.hostname, at.port, "admin", password)


def test_presets_are_listed_and_the_camera_is_turned_to_one():
    asked = []
    with onvif_device("right", asked) as (_, service):
        assert FOUND == list_presets(login_at(service))
        assert not any("GotoPreset" in request for request in asked)
        assert FOUND[1] == go_to_preset(login_at(service), "2")
        [moved] = [request for request in asked if "GotoPreset" in request]
        assert ">2<" in moved
        assert ">p1<" in moved
        assert "right" not in moved  # the password is sent as a digest
        with pytest.raises(CameraLost, match="any more"):
            go_to_preset(login_at(service), "9")
        assert 1 == sum("GotoPreset" in request for request in asked)


def test_what_goes_wrong_says_what_to_do(monkeypatch):
    with pytest.raises(CameraLost, match="Check the port"):
        list_presets(OnvifLogin("127.0.0.1", free_port(), "admin", "right"))
    with onvif_device("right") as (_, service):
        with pytest.raises(CameraLost, match="Give its user the right"):
            list_presets(OnvifLogin(urlsplit(service).hostname, urlsplit(service).port, "eve", "wrong"))
        monkeypatch.setattr(device, "_PTZ_CONFIGURATION", "")
        with pytest.raises(CameraLost, match="cannot turn"):
            list_presets(login_at(service))
