import pytest

from passerby.cli.common import media_tools
from passerby.cli.common.media_tools import SiteTools
from passerby.core.errors import CameraLost


@pytest.fixture
def devices(monkeypatch):
    """Two ONVIF devices; the second one refuses to list its streams."""
    found = [media_tools.OnvifDevice(f"http://192.0.2.{n}/onvif", f"camera {n}") for n in (1, 2)]

    def list_streams(device, user, password):
        if device is found[1]:
            raise CameraLost("Wrong password.")
        return []

    monkeypatch.setattr(media_tools, "find_devices", lambda seconds, at: found)
    monkeypatch.setattr(media_tools, "list_streams", list_streams)
    return found


def test_a_device_that_refuses_is_listed_with_the_reason(devices):
    first, second = SiteTools().discover(1.0, None, "user", "secret")
    assert (devices[0].host, (), None) == (first.host, first.streams, first.problem)
    assert (devices[1].host, (), "Wrong password.") == (second.host, second.streams, second.problem)


def test_a_camera_without_a_picture_is_a_problem(monkeypatch):
    class Nothing:
        problem = video = still = None

    monkeypatch.setattr(media_tools, "check_camera", lambda settings: Nothing())
    assert "no picture" in SiteTools().check_camera(None).problem
