import ssl
import stat

import pytest

from passerby.core.errors import UsageError
from passerby.server.tls import load_certificate, self_signed


def test_a_certificate_is_created_once_and_reused(tmp_path):
    first = self_signed(tmp_path / "tls", "192.168.1.4")
    assert first == self_signed(tmp_path / "tls", "192.168.1.4")
    assert 0o600 == stat.S_IMODE(first.key.stat().st_mode)
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(first.certificate, first.key)
    assert 32 == len(first.fingerprint.split(":"))


def test_another_host_gets_another_certificate(tmp_path):
    assert self_signed(tmp_path, "192.168.1.4").fingerprint != self_signed(tmp_path, "box.example").fingerprint


def test_a_given_certificate_is_used(tmp_path):
    made = self_signed(tmp_path, "box.example")
    assert made.fingerprint == load_certificate(made.certificate, made.key).fingerprint
    with pytest.raises(UsageError, match="PEM"):
        load_certificate(tmp_path / "none.pem", made.key)
