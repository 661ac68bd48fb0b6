"""Web Push, received as a browser would: decrypted with its key alone, and signed by the site."""

import base64
import json
import os

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey

from passerby.config.notice import Language
from passerby.config.notifications.settings import PushSettings
from passerby.config.secrets.stored_secrets import StoredSecrets
from passerby.store.notifications.preferences import PushSubscription
from passerby.uplink.notifications.message import NotificationMessage
from passerby.uplink.notifications.push import VALID_S, create_key, public_key, send_push
from passerby.uplink.notifications.send_error import SendError, SendProblem
from tests.store.footage import WALL

MESSAGE = NotificationMessage(
    "7-push-1-1", "Halle", ("event",), "Zu viele in Zone Tür", "Um 9.", "https://c.example/#/events", Language.DE
)


def base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def from_base64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Browser:
    """A browser with a subscription at this address."""

    def __init__(self, endpoint):
        self.key, self.auth = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.subscription = PushSubscription(1, endpoint, base64url(point), base64url(self.auth), "Firefox", 1.0)

    def read(self, body):
        return json.loads(
            http_ece.decrypt(body, private_key=self.key, auth_secret=self.auth, version="aes128gcm").decode()
        )


def settings(address):
    return PushSettings(contact="admin@hall.example", hosts=(address.partition("//")[2],))


def test_a_browser_can_read_it_and_the_push_service_cannot(web):
    requests, address = web
    private = create_key_in(None)
    browser = Browser(f"{address}/push/abc")
    send_push(settings(address), private, browser.subscription, MESSAGE, WALL)
    ((path, headers, body),) = requests.received
    assert ("/push/abc", "aes128gcm") == (path, headers["content-encoding"])
    assert {
        "title": "Halle: Zu viele in Zone Tür",
        "body": "Um 9.",
        "url": "https://c.example/#/events",
        "tag": "7-push-1-1",
        "lang": "de",
    } == browser.read(body)
    assert b"Halle" not in body
    with pytest.raises(http_ece.ECEException):
        Browser(address).read(body)


def test_it_is_signed_for_this_push_service_alone(web):
    requests, address = web
    private = create_key_in(None)
    send_push(settings(address), private, Browser(f"{address}/p").subscription, MESSAGE, WALL)
    ((_, headers, _),) = requests.received
    scheme, _, rest = headers["authorization"].partition(" ")
    values = dict(part.strip().split("=", 1) for part in rest.split(","))
    assert ("vapid", public_key(private)) == (scheme, values["k"])
    point = from_base64url(values["k"])
    key = ECKey.import_key({"kty": "EC", "crv": "P-256", "x": base64url(point[1:33]), "y": base64url(point[33:])})
    claims = jwt.decode(values["t"], key).claims
    assert {"aud": address, "exp": int(WALL) + VALID_S, "sub": "mailto:admin@hall.example"} == claims


def test_a_long_text_fits_into_what_push_services_take(web):
    requests, address = web
    long = NotificationMessage("k", "H" * 80, ("event",), "ü" * 500, "ü" * 5000, None, Language.DE)
    send_push(settings(address), create_key_in(None), Browser(f"{address}/p").subscription, long, WALL)
    assert len(requests.received[0][2]) <= 4096


def test_only_to_services_that_are_allowed(web):
    requests, address = web
    elsewhere = PushSettings(contact="a@b.example")
    with pytest.raises(SendError) as raised:
        send_push(elsewhere, create_key_in(None), Browser(f"{address}/p").subscription, MESSAGE, WALL)
    assert (SendProblem.NOT_ALLOWED, []) == (raised.value.problem, requests.received)


def test_a_subscription_that_is_gone(web):
    requests, address = web
    requests.status = 410
    with pytest.raises(SendError) as raised:
        send_push(settings(address), create_key_in(None), Browser(f"{address}/p").subscription, MESSAGE, WALL)
    assert (SendProblem.GONE, True) == (raised.value.problem, raised.value.permanent)


def test_the_key_is_made_once_and_kept(tmp_path):
    stored = StoredSecrets(tmp_path)
    first = create_key(stored)
    assert first == create_key(stored) != create_key_in(None)
    assert 65 == len(from_base64url(public_key(first)))
    assert first.encode() not in (tmp_path / "secrets").read_bytes()


def create_key_in(stored):
    class Forgetful:
        def get(self, *_):
            return None

        def put(self, *_):
            pass

    return create_key(stored or Forgetful())
