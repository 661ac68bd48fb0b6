"""Who a client is, by its certificate."""

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from passerby.fleet.certificates import Authority
from passerby.server.client_certificate import client_certificate


def test_a_client_is_the_name_in_its_certificate(tmp_path):
    issued = Authority.create(tmp_path / "a", "test").issue_client("north")
    der = x509.load_pem_x509_certificate(issued.certificate.encode()).public_bytes(Encoding.DER)
    shown = client_certificate(der)
    assert ("north", issued.sha256) == (shown.name, shown.sha256)


def test_without_a_certificate_nobody_is():
    assert client_certificate(None) is None
