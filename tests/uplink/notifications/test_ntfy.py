"""What an ntfy server gets."""

import json

from passerby.config.notice import Language
from passerby.config.notifications.settings import NtfySettings
from passerby.uplink.notifications.message import NotificationMessage
from passerby.uplink.notifications.ntfy import send_ntfy


def test_what_arrives(web):
    requests, address = web
    message = NotificationMessage(
        "k", "Hall", ("camera_lost",), "Kamera aus", "Seit 9.", "https://c.example/", Language.DE
    )
    send_ntfy(NtfySettings(server=address, token="tk_1"), "hall-alerts", message)
    ((path, headers, body),) = requests.received
    assert ("/", "Bearer tk_1") == (path, headers["authorization"])
    assert {
        "topic": "hall-alerts",
        "title": "Hall: Kamera aus",
        "message": "Seit 9.",
        "priority": 4,
        "click": "https://c.example/",
    } == json.loads(body)


def test_without_a_token_or_an_address(web):
    requests, address = web
    send_ntfy(NtfySettings(server=address), "t", NotificationMessage("k", "H", ("event",), "T", "B", None, Language.EN))
    ((_, headers, body),) = requests.received
    assert "authorization" not in headers
    assert (3, False) == (json.loads(body)["priority"], "click" in json.loads(body))
