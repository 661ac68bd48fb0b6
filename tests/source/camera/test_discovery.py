import pytest

from passerby.core.errors import CameraLost
from passerby.source.camera.discovery import OnvifDevice, OnvifStream, assign_roles, find_devices, list_streams
from tests.cameras.onvif_device import onvif_device


def stream(url, width, height):
    return OnvifStream(url, "sub", width, height, 10.0, "H264")


def test_a_camera_is_discovered_with_its_name():
    with onvif_device() as (port, service):
        assert [OnvifDevice(service, "Front door X100")] == find_devices(1.0, "127.0.0.1", port)


def test_no_answer_gives_no_device():
    assert [] == find_devices(0.2, "127.0.0.1", 9)


def test_streams_have_roles_and_no_credentials():
    with onvif_device("secret") as (_, service):
        streams = list_streams(OnvifDevice(service, "x"), "admin", "secret")
    assert [
        ("main", "rtsp://127.0.0.1:554/p1", 1920, False),
        ("sub", "rtsp://127.0.0.1:554/p2", 1280, True),
        ("sub", "rtsp://127.0.0.1:554/p3", 640, False),
    ] == [(one.role, one.url, one.width, one.recommended) for one in streams]
    assert [25, 15, 10] == [one.fps for one in streams]


def test_a_camera_that_requires_a_login_is_an_error_with_advice():
    with onvif_device("secret") as (_, service), pytest.raises(CameraLost, match="--user"):
        list_streams(OnvifDevice(service, "x"), None, None)


def test_an_unreachable_camera_is_reported():
    with pytest.raises(CameraLost, match="Look up the stream address"):
        list_streams(OnvifDevice("http://127.0.0.1:9/onvif/device_service", "x"), None, None)


def test_of_small_streams_the_largest_is_recommended_and_duplicates_are_dropped():
    streams = assign_roles([stream("a", 640, 360), stream("b", 320, 180), stream("a", 640, 360)])
    assert [("a", "main", True), ("b", "sub", False)] == [(one.url, one.role, one.recommended) for one in streams]
    assert [] == assign_roles([])
