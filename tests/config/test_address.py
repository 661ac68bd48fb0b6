import pytest

from passerby.config.address import CameraProtocol, contains_password, parse_address
from passerby.core.errors import UsageError


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("rtsp://10.0.0.5/stream", CameraProtocol.RTSP),
        ("rtsps://camera.lan:322/stream", CameraProtocol.RTSP),
        ("http://10.0.0.5/video.cgi", CameraProtocol.MJPEG),
        ("https://10.0.0.5/live/index.m3u8?token=x", CameraProtocol.HLS),
        ("/dev/video0", CameraProtocol.USB),
        ("/dev/v4l/by-id/usb-cam", CameraProtocol.USB),
        ("yard.mp4", CameraProtocol.FILE),
        ("file:///srv/yard.mp4", CameraProtocol.FILE),
    ],
)
def test_the_protocol_follows_from_the_address(text, way):
    assert way == parse_address(text).protocol


def test_credentials_of_any_characters_are_encoded_in_the_address():
    made = parse_address("rtsp://10.0.0.5:554/s?a=1", user="me@home", password="p:/@ ß")
    assert "rtsp://me%40home:p%3A%2F%40%20%C3%9F@10.0.0.5:554/s?a=1" == made.url


@pytest.mark.parametrize(
    "text",
    [
        "rtsp://u:hunter2@10.0.0.5/s",
        "http://10.0.0.5/s?password=hunter2",
        "rtsp://10.0.0.5/user=admin_password=hunter2",
    ],
)
def test_no_form_that_is_printed_holds_the_password(text):
    made = parse_address(text)
    assert "hunter2" in made.url
    assert "hunter2" not in f"{made} {made!r} {made.display}"
    assert f"{text.partition(':')[0]}://10.0.0.5" == made.display


@pytest.mark.parametrize("text", ["ftp://x/y", "rtsp:///stream", "rtsp://host:port/x", "rtsp://[::1/x"])
def test_an_invalid_value_is_refused_with_advice(text):
    with pytest.raises(UsageError, match=r"Write|check"):
        parse_address(text)


def test_an_address_of_version_6_keeps_its_brackets():
    assert "rtsp://[fe80::1]:554/s" == parse_address("rtsp://[fe80::1]:554/s").url


def test_a_password_in_an_address_is_recognised():
    assert contains_password("rtsp://u:hunter2@host/s")
    assert not contains_password("rtsp://u@host/s")
    assert not contains_password("rtsp://[::1/x")


@pytest.mark.parametrize(
    ("text", "port"),
    [
        ("rtsp://10.0.0.5/s", 554),
        ("rtsps://10.0.0.5/s", 322),
        ("http://10.0.0.5:8080/", 8080),
        ("https://[fe80::1]/a.m3u8", 443),
        ("/dev/video0", None),
        ("clip.mp4", None),
    ],
)
def test_the_port_that_it_connects_to(text, port):
    assert port == parse_address(text).port
