"""What the pages use of other packages: cameras are discovered and checked."""

import pytest

from passerby.cli.common import media_tools
from passerby.cli.common.media_tools import MAX_STILL_SIDE, SiteTools
from passerby.core.errors import CameraLost
from passerby.source.camera.discovery import find_devices
from passerby.watch.camera_check import CheckResult
from tests.cameras.onvif_device import onvif_device
from tests.clips import safe_frame
from tests.watch.simulated import settings, video


@pytest.fixture
def discover(monkeypatch):
    """What is discovered of a device that answers probes on a free port instead of that of WS-Discovery."""

    def run(password=None):
        with onvif_device(password) as (port, _):
            monkeypatch.setattr(media_tools, "find_devices", lambda timeout_s, host: find_devices(1.0, host, port))
            return SiteTools().discover(1.0, "127.0.0.1", None, None)

    return run


def test_a_camera_is_discovered_with_its_streams(discover):
    (camera,) = discover()
    assert ("Front door X100", None, 3) == (camera.name, camera.problem, len(camera.streams))
    assert 1 == sum(stream.recommended for stream in camera.streams)


def test_a_refused_login_is_a_problem_of_that_camera(discover):
    (camera,) = discover(password="secret")
    assert ((), True) == (camera.streams, bool(camera.problem))


@pytest.fixture
def checked(monkeypatch):
    def check(result):
        monkeypatch.setattr(media_tools, "check_camera", lambda settings: result)
        return SiteTools().check_camera(settings())

    return check


def test_the_still_of_a_checked_camera_is_a_jpeg(checked):
    check = checked(CheckResult(None, video(), 10.0, safe_frame(0, 0)))
    assert (None, 320, 180, 10.0) == (check.problem, check.width, check.height, check.fps)
    assert check.still.startswith(b"\xff\xd8")
    assert 0 < MAX_STILL_SIDE <= 1280


def test_the_problem_of_a_checked_camera_is_passed_on(checked):
    check = checked(CheckResult(str(CameraLost("It refuses the connection."))))
    assert ("It refuses the connection.", b"") == (check.problem, check.still)
