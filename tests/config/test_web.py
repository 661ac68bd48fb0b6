"""Where pages are served, as site.yaml says."""

import pytest
from pydantic import ValidationError

from passerby.config.web import OidcSettings, ProxySettings, WebSettings, is_loopback

OTHER = {"issuer": "https://login.example.org", "client_id": "passerby", "client_secret": "x" * 20}


@pytest.mark.parametrize(
    ("host", "local"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False), ("gate.lan", False)],
)
def test_loopback(host, local):
    assert local == is_loopback(host) == WebSettings(host=host).local


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
def test_invalid_settings_are_explained(wrong):
    with pytest.raises(ValidationError):
        WebSettings.model_validate(wrong)


def test_valid_settings():
    assert "cameras.example.org" == ProxySettings(name="Cameras.example.org").name
    assert OidcSettings.model_validate(OTHER).client_secret.get_secret_value() not in repr(
        OidcSettings.model_validate(OTHER)
    )
    assert OidcSettings.model_validate({**OTHER, "issuer": "http://127.0.0.1:9"}).issuer
