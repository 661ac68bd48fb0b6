"""The authority of a fleet."""

import stat

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from passerby.core.errors import OutputExists, UsageError
from passerby.fleet.certificates import Authority


def usage(pem):
    loaded = x509.load_pem_x509_certificate(pem.encode())
    return list(loaded.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)


def test_a_sites_certificate_is_good_for_connecting_only(tmp_path):
    authority = Authority.create(tmp_path / "authority", "Lakeside")
    client, server = authority.issue_client("north"), authority.issue_server(["fleet.example.org", "127.0.0.1"])
    assert [ExtendedKeyUsageOID.CLIENT_AUTH] == usage(client.certificate)
    assert [ExtendedKeyUsageOID.SERVER_AUTH] == usage(server.certificate)
    loaded = x509.load_pem_x509_certificate(client.certificate.encode())
    loaded.verify_directly_issued_by(x509.load_pem_x509_certificate(authority.pem.encode()))
    assert not loaded.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_only_the_owner_can_read_the_key(tmp_path):
    Authority.create(tmp_path / "authority", "Lakeside")
    assert 0o600 == stat.S_IMODE((tmp_path / "authority" / "authority.key").stat().st_mode)


def test_an_authority_is_made_once(tmp_path):
    Authority.create(tmp_path / "authority", "Lakeside")
    with pytest.raises(OutputExists, match="Keep it"):
        Authority.create(tmp_path / "authority", "Lakeside")


def test_without_one_nothing_is_signed(tmp_path):
    with pytest.raises(UsageError, match="passerby fleet init"):
        Authority(tmp_path)


def revoked(authority):
    return {entry.serial_number for entry in x509.load_pem_x509_crl(authority.revocation_path.read_bytes())}


def serial(issued):
    return x509.load_pem_x509_certificate(issued.certificate.encode()).serial_number


def test_the_list_of_revoked_certificates_only_grows(tmp_path):
    authority = Authority.create(tmp_path / "a", "test")
    assert set() == revoked(authority)
    north, south = authority.issue_client("north"), authority.issue_client("south")
    other = Authority.create(tmp_path / "b", "other").issue_client("north")
    authority.revoke(north.key + north.certificate + authority.pem + other.certificate)
    assert {serial(north)} == revoked(authority)
    Authority(tmp_path / "a").revoke(south.certificate)
    authority.revoke(north.certificate)
    assert {serial(north), serial(south)} == revoked(authority)
    found = x509.load_pem_x509_crl(authority.revocation_path.read_bytes())
    assert found.is_signature_valid(x509.load_pem_x509_certificate(authority.pem.encode()).public_key())
    # A list that expires would lock out every site.
    assert found.next_update_utc == x509.load_pem_x509_certificate(authority.pem.encode()).not_valid_after_utc
