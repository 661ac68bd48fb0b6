"""Where pages are served, as site.yaml says."""

import pytest
from pydantic import ValidationError

from passerby.config.web import Oidc, PagesSettings, Proxy, is_loopback

OTHER = {"issuer": "https://login.example.org", "client": "passerby", "secret": "x" * 20}


@pytest.mark.parametrize(
    ("host", "local"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False), ("gate.lan", False)],
)
def test_loopback(host, local):
    assert local == is_loopback(host) == PagesSettings(host=host).local


@pytest.mark.parametrize(
    "wrong",
    [
        {"certificate": "a.pem"},
        {"certificate": "a.pem", "key": "b.pem", "proxy": {"name": "x.example"}},
        {"proxy": {"name": "https://x.example"}},
        {"proxy": {"name": "x.example", "address": "the proxy"}},
        {"oidc": {**OTHER, "issuer": "http://login.example.org"}},
        {"oidc": {**OTHER, "issuer": "login.example.org"}},
        {"idle": 0},
    ],
)
def test_what_cannot_be_is_told(wrong):
    with pytest.raises(ValidationError):
        PagesSettings.model_validate(wrong)


def test_what_can_be():
    assert "cameras.example.org" == Proxy(name="Cameras.example.org").name
    assert Oidc.model_validate(OTHER).secret.get_secret_value() not in repr(Oidc.model_validate(OTHER))
    assert Oidc.model_validate({**OTHER, "issuer": "http://127.0.0.1:9"}).issuer
