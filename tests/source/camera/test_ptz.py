"""Presets of a camera that turns, over ONVIF, with a device of the tests' own."""

import resource
import time
from contextlib import suppress
from urllib.parse import urlsplit

import pytest

from passerby.core.errors import CameraLost
from passerby.source.camera import ptz
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


def answer(handler, status, content, **headers):
    handler.send_response(status)
    for name, value in {"Content-Length": str(len(content)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(content)
    return True


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("at", ["GetSystemDateAndTime", "GetServices", "GetProfiles", "GotoPreset"])
def test_no_redirect_is_followed(status, at):
    others = []
    with onvif_device("right", others) as (_, other):

        def redirect(handler, request):
            return at in request and answer(handler, status, b"", Location=other)

        refused = pytest.raises(CameraLost, match=r"another address, which is not followed\. Check the port")
        with onvif_device("right", instead=redirect) as (_, service), refused:
            go_to_preset(login_at(service), "2")
        assert [] == others
        assert FOUND == list_presets(login_at(other))  # it would have answered


def test_a_long_answer_is_not_read_to_its_end():
    sent = [0]

    def flood(handler, request):
        if "GetPresets" not in request:
            return False
        handler.send_response(200)
        handler.end_headers()
        with suppress(OSError):
            for _ in range(400):
                sent[0] += handler.wfile.write(b" " * (1 << 20))
        return True

    with onvif_device("right", instead=flood) as (_, service):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with pytest.raises(CameraLost, match="an answer that is too long"):
            list_presets(login_at(service))
    assert sent[0] < 64 << 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 << 10  # KiB


def test_an_answer_of_the_longest_size_is_read():
    def padded(handler, request):
        if "GetPresets" not in request:
            return False
        content = (device.ENVELOPE % device.response(request, "", "right")).encode()
        return answer(handler, 200, content.ljust(ptz.MAX_ANSWER_BYTES), Content_Type="application/soap+xml")

    with onvif_device("right", instead=padded) as (_, service):
        assert FOUND == list_presets(login_at(service))


NO_DATE = (
    f'<d:GetSystemDateAndTimeResponse xmlns:d="{device.DEVICE}" xmlns:t="{device.SCHEMA}"><d:SystemDateAndTime>'
    "<t:DateTimeType>NTP</t:DateTimeType><t:DaylightSavings>false</t:DaylightSavings></d:SystemDateAndTime>"
    "</d:GetSystemDateAndTimeResponse>"
)


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (b"not packed", {"Content_Encoding": "gzip"}),
        (b"short", {"Content_Length": "1000"}),
        (b"zz\r\nno chunk", {"Transfer_Encoding": "chunked"}),
        (b"", {"Bad\x01Header": "x"}),
        (b"", {}),
        (b"<html>", {}),
        ((device.ENVELOPE % NO_DATE).encode(), {}),
        ((device.ENVELOPE % "<a/>").encode(), {}),
        ((device.ENVELOPE % ("<a>" * 5000 + "</a>" * 5000)).encode(), {}),
    ],
)
@pytest.mark.parametrize("at", ["GetSystemDateAndTime", "GetServices", "GetProfiles", "GetPresets"])
def test_bad_answers_are_a_lost_camera(at, content, headers):
    def bad(handler, request):
        if at not in request:
            return False
        handler.close_connection = True
        return answer(handler, 200, content, **headers)

    with onvif_device("right", instead=bad) as (_, service):
        if at == "GetPresets" and b"<a/>" in content:
            assert [] == list_presets(login_at(service))  # an answer without presets
            return
        with pytest.raises(CameraLost, match=r"Check the port|cannot turn"):  # without profiles it cannot
            list_presets(login_at(service))


def test_all_answers_have_one_deadline(monkeypatch):
    monkeypatch.setattr(ptz, "TIMEOUT_S", 1.0)

    def drip(handler, request):
        if "GetPresets" not in request:
            return False
        handler.send_response(200)
        handler.end_headers()
        with suppress(OSError):
            for _ in range(60):
                handler.wfile.write(b" ")
                time.sleep(0.1)
        return True

    with onvif_device("right") as (_, service):
        list_presets(login_at(service))  # what the package reads of its own, once
    with onvif_device("right", instead=drip) as (_, service):
        started = time.monotonic()
        with pytest.raises(CameraLost, match="does not answer"):
            list_presets(login_at(service))
        assert time.monotonic() - started < 4
