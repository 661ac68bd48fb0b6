"""What a key may do, and that it is not kept."""

import pytest

from passerby.core.errors import UsageError
from passerby.service.database import FILE
from passerby.service.keys import KeyScope, KeySettings
from tests.service.fixtures import service

__all__ = ["service"]


def test_a_key_is_found_and_not_kept(service):
    made = service.keys.add("newsroom", KeySettings(scopes=(KeyScope.READ,)))
    found = service.keys.find(made.token)
    assert "newsroom" == found.name
    assert found.has(KeyScope.READ)
    assert not found.has(KeyScope.SUBMIT)
    files = b"".join(path.read_bytes() for path in service.folders.root.glob(f"{FILE}*"))
    assert b"newsroom" in files
    assert made.token.encode() not in files
    assert service.keys.find(made.token[:-1]) is None
    assert service.keys.find("") is None


def test_a_key_that_was_revoked_is_refused_and_its_callbacks_are_still_signed(service):
    service.keys.revoke(service.key.name)
    assert service.keys.find(service.token) is None
    assert service.key.callback_secret == service.keys.by_id(service.key.id).callback_secret
    with pytest.raises(UsageError, match="no valid key"):
        service.keys.revoke(service.key.name)


def test_names_are_for_one_key_each(service):
    with pytest.raises(UsageError, match="already"):
        service.keys.add(service.key.name, KeySettings())
    with pytest.raises(UsageError, match="cannot be the name"):
        service.keys.add("../x", KeySettings())


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("s3://bucket/in/a.mp4", True),
        ("s3://bucket/in", True),
        ("s3://bucket/inside/a.mp4", False),
        ("s3://bucket/in/../out/a.mp4", False),
        ("s3://other/in/a.mp4", False),
        ("gs://bucket/in/a.mp4", False),
    ],
)
def test_storage_is_what_its_prefixes_say(service, address, allowed):
    key = service.keys.add("storage", KeySettings(storage=("s3://bucket/in/",))).key
    assert allowed is key.may_use_storage(address)
    assert not service.key.may_use_storage(address)


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("https://example.org/hook", True),
        ("https://EXAMPLE.org:8443/hook", True),
        ("http://example.org/hook", False),
        ("https://example.org.attacker.net/", False),
        ("https://attacker.net\\@example.org/", False),
        ("http://127.0.0.1:9000/hook", True),
        ("http://[::1]:9000/hook", True),
        ("http://localhost/", False),
        ("http://a]b/", False),
    ],
)
def test_callbacks_go_to_its_hosts_only(service, address, allowed):
    hosts = ("Example.org", "127.0.0.1", "[::1]")
    key = service.keys.add("calls", KeySettings(callback_hosts=hosts)).key
    assert allowed is key.may_call(address)
    assert not service.key.may_call(address)
